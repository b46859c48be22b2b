"""Encode a picture to its VQ code map, and decode a code map to its picture."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.catalogue import Checkpoint
from vae_demo.images import to_picture
from vae_demo.inference import checks
from vae_demo.inference.reconstruction import decode, read_picture
from vae_demo.inference.store import Checkpoints, default_store

MAX_GRID = 256
"""The most codes either way that a code map may have."""
MAX_EDITED_SIDE = 128
"""The longest side in pixels at which a picture of any size is encoded: 32 codes either way can still be clicked."""


@dataclass(frozen=True)
class DecodedCodes:
    """A code map's picture and what the map is like: `perplexity` of its codes, `bits` at equal length."""

    checkpoint: str
    codes: list[list[int]]
    picture: Image.Image
    distinct: int
    perplexity: float
    bits: float


@dataclass(frozen=True)
class EncodedPicture(DecodedCodes):
    """A picture's code map, with the picture that went in and its error."""

    seen: Image.Image
    mse: float
    psnr: float


@dataclass(frozen=True)
class Codebook:
    """A VQ-VAE's codes: a colour for each, alike for alike codes, and its share of all codes of the test split."""

    checkpoint: str
    colours: list[str]
    usage: list[float] | None
    perplexity: float | None


def encode_codes(
    picture: str | Path, checkpoint: str = "vq-vae-digits", checkpoints: Checkpoints | None = None
) -> EncodedPicture:
    """The code map of the picture in a file. Raises InputError for a picture or name that cannot be used."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vq-vae")
    x = read_picture(picture, chosen, max_side=MAX_EDITED_SIDE)
    with torch.inference_mode():
        codes = checkpoints.model(chosen).encode(x)
        recon = decode(codes, chosen, checkpoints)
    mse = metrics.mean_squared_error(recon, x)
    return EncodedPicture(
        **_describe(chosen, codes, recon), seen=to_picture(x), mse=float(mse), psnr=float(metrics.psnr(mse))
    )


def decode_codes(
    codes: list[list[int]], checkpoint: str = "vq-vae-digits", checkpoints: Checkpoints | None = None
) -> DecodedCodes:
    """The picture of a code map, rows of code indices. Raises InputError for a map that the checkpoint cannot have."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vq-vae")
    checked = torch.tensor([checks.code_map(codes, codebook_size(chosen), MAX_GRID)])
    with torch.inference_mode():
        return DecodedCodes(**_describe(chosen, checked, decode(checked, chosen, checkpoints)))


def codebook_size(checkpoint: Checkpoint) -> int:
    """How many codes a VQ-VAE has; the class's default where the config is silent."""
    return int(checkpoint.config.get("num_embeddings", 512))


def codebook(checkpoint: str = "vq-vae-digits", checkpoints: Checkpoints | None = None) -> Codebook:
    """The colours and usage of a VQ-VAE's codes. Raises InputError for an unknown name."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vq-vae")
    measured = chosen.metrics
    counts = measured.get("code_counts")
    return Codebook(
        checkpoint=chosen.name,
        colours=code_colours(checkpoints.model(chosen).quantizer.embedding.weight),
        usage=[count / sum(counts) for count in counts] if counts else None,
        perplexity=measured.get("perplexity"),
    )


def code_colours(vectors: Tensor) -> list[str]:
    """A CSS colour for each code vector (K, D): near vectors get near colours.

    The vectors' two leading principal components turn into hue, by their angle, and lightness and chroma, by their
    rank of distance from the middle, in OKLCH, where equal steps look equal (Ottosson, 2020).
    """
    centred = (vectors - vectors.mean(dim=0)).double()
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    # A component's sign is arbitrary: fix it, so that the colours do not depend on the linear algebra library.
    axes = axes * axes.gather(1, axes.abs().argmax(dim=1, keepdim=True)).sign()
    x, y = (centred @ axes[:2].T).unbind(1)
    hue = torch.atan2(y / y.std(), x / x.std()) * 180 / math.pi % 360
    rank = torch.hypot(x, y).argsort().argsort() / max(1, len(vectors) - 1)
    return [
        f"oklch({0.88 - 0.38 * r:.3f} {0.04 + 0.12 * r:.3f} {h:.1f})"
        for r, h in zip(rank.tolist(), hue.tolist(), strict=True)
    ]


def _describe(checkpoint: Checkpoint, codes: Tensor, recon: Tensor) -> dict[str, object]:
    size = codebook_size(checkpoint)
    counts = torch.bincount(codes.flatten(), minlength=size)
    return {
        "checkpoint": checkpoint.name,
        "codes": codes[0].tolist(),
        "picture": to_picture(recon),
        "distinct": int((counts > 0).sum()),
        "perplexity": metrics.perplexity(counts),
        "bits": codes.numel() * metrics.uniform_bits(size),
    }
