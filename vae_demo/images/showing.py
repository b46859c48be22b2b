"""A tensor to a picture: what a model made, and where it is wrong."""

from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

DIFFERENCE_COLOURS = (
    "#000000",
    "#301439",
    "#691652",
    "#a31a58",
    "#d43651",
    "#f0684a",
    "#fa9c57",
    "#f9cd8a",
    "#fcf7df",
)
"""From no error to the limit, evenly spaced and interpolated in sRGB, so that a CSS linear-gradient of them is the
legend. Chosen in CIELAB: lightness rises by 12.1 a step, from 0 to 97, while the hue goes from violet through red to
yellow, so that equal steps of error look alike, also in grey and to the colour-blind."""


def to_picture(x: Tensor) -> Image.Image:
    """(C, H, W) or (1, C, H, W) with C of 1 or 3 to an 8-bit picture, "L" or "RGB": clamped to [0, 1] and rounded, so
    that 8-bit values over 255 come back exactly. Raises ValueError for any other shape."""
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim != 3 or len(x) not in (1, 3):
        raise ValueError(f"A picture is (C, H, W) or (1, C, H, W) with C of 1 or 3, not {tuple(x.shape)}.")
    return to_pictures(x.unsqueeze(0))[0]


def to_pictures(x: Tensor) -> list[Image.Image]:
    """(B, C, H, W) with C of 1 or 3 to pictures, each as by `to_picture`."""
    pixels = x.detach().float().clamp(0, 1).mul(255).round().to("cpu", torch.uint8)
    last = pixels.squeeze(1) if pixels.shape[1] == 1 else pixels.permute(0, 2, 3, 1).contiguous()
    return [Image.fromarray(one) for one in last.numpy()]


def as_tensor(picture: Image.Image) -> Tensor:
    """An 8-bit picture, "L" or "RGB", as (1, C, H, W) in [0, 1]."""
    pixels = torch.from_numpy(np.array(picture)).float() / 255
    return pixels.view(*pixels.shape[:2], -1).permute(2, 0, 1).unsqueeze(0)


def difference_picture(error: Tensor, limit: float) -> Image.Image:
    """Absolute error (H, W) in `DIFFERENCE_COLOURS`: black for none, the brightest from `limit` up.

    A picture with a palette, "P", a pixel's number in it the error in 255ths of the limit; `convert("RGB")` for others.
    Pictures to be compared share one limit; where even the greatest error is 0, that may be the limit too.
    """
    return difference_pictures(error.unsqueeze(0), limit)[0]


def difference_pictures(errors: Tensor, limit: float) -> list[Image.Image]:
    """Absolute errors (B, H, W) as pictures, each as by `difference_picture`."""
    pictures = to_pictures((errors / max(limit, torch.finfo(torch.float32).tiny)).unsqueeze(1))
    for picture in pictures:
        picture.putpalette(_palette())
    return pictures


@cache
def _palette() -> bytes:
    """256 RGB colours along `DIFFERENCE_COLOURS`."""
    anchors = np.array([list(bytes.fromhex(colour[1:])) for colour in DIFFERENCE_COLOURS])
    steps, positions = np.linspace(0, 1, 256), np.linspace(0, 1, len(anchors))
    colours = np.stack([np.interp(steps, positions, band) for band in anchors.T], axis=1)
    return colours.round().astype(np.uint8).tobytes()
