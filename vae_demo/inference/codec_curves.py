"""Bits against distortion of the codecs that people use, for the plane on which the variants are set."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from vae_demo import metrics
from vae_demo.images.codecs import available_codecs, coded
from vae_demo.inference.results import Result


@dataclass(frozen=True)
class CodecCurve(Result):
    """One codec on one picture, from its lowest quality to its highest: the bits of each file, headers included, and
    its PSNR in decibels."""

    codec: str
    bits: list[int]
    psnr: list[float]


def codec_curves(picture: Image.Image) -> list[CodecCurve]:
    """The curves of all codecs that can be written here, for a small picture, "L" or "RGB"."""
    pixels = _pixels(picture)
    curves = []
    for codec in available_codecs():
        files = coded(picture, codec)
        errors = torch.stack([(_pixels(decoded) - pixels).pow(2).mean() for _, decoded in files])
        curves.append(CodecCurve(codec, [8 * size for size, _ in files], metrics.psnr(errors).tolist()))
    return curves


def _pixels(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(picture)).float() / 255
