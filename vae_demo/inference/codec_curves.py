"""Bits against distortion of the codecs that people use, for the plane on which the variants are set."""

from dataclasses import dataclass

import torch
from PIL import Image

from vae_demo import metrics
from vae_demo.images.codecs import available_codecs, coded
from vae_demo.images.showing import as_tensor
from vae_demo.inference.results import Result


@dataclass(frozen=True)
class CodecCurve(Result):
    """One codec on one picture, from its lowest quality to its highest: the bits of each file, headers included, and
    its PSNR in decibels."""

    codec: str
    bits: list[int]
    psnr: list[float]


def curves_of(picture: Image.Image) -> list[CodecCurve]:
    """The curves of all codecs that can be written here, for a small picture, "L" or "RGB"."""
    pixels = as_tensor(picture)
    curves = []
    for codec in available_codecs():
        files = coded(picture, codec)
        errors = torch.stack([(as_tensor(decoded) - pixels).pow(2).mean() for _, decoded in files])
        curves.append(CodecCurve(codec, [8 * size for size, _ in files], metrics.psnr(errors).tolist()))
    return curves
