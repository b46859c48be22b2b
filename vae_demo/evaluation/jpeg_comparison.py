"""JPEG at the bytes of the codes: what a VQ-VAE, with and without its code prior, is measured against."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor

from vae_demo import metrics
from vae_demo.images import coded_within, to_picture


class JpegComparison:
    """Means over pictures, each with the bytes that its own codes take."""

    def __init__(self) -> None:
        self._budgets: list[int] = []
        self._bytes: list[int] = []
        self._qualities: list[int] = []
        self._errors: list[Tensor] = []

    def add(self, pictures: Tensor, budgets: Iterable[int]) -> None:
        """Compress pictures (B, C, H, W) in [0, 1], each to at most its number of bytes of the B `budgets`."""
        for picture, budget in zip(map(to_picture, pictures), budgets, strict=True):
            coded, written, quality = coded_within(picture, "JPEG", budget)
            pair = [pil_to_tensor(p)[None].double() / 255 for p in (coded, picture)]
            self._errors.append(metrics.mean_squared_error(*pair))
            self._budgets.append(budget)
            self._bytes.append(written)
            self._qualities.append(quality)

    def measured(self) -> dict[str, float]:
        """The codes' bytes, the JPEG's bytes and quality, and its PSNR in dB, from the mean squared error of all."""
        return {
            "code_bytes_per_image": sum(self._budgets) / len(self._budgets),
            "jpeg_bytes_per_image": sum(self._bytes) / len(self._bytes),
            "jpeg_mean_quality": sum(self._qualities) / len(self._qualities),
            "jpeg_psnr": float(metrics.psnr(torch.cat(self._errors).mean())),
        }
