"""Any upload to a checked picture, a picture to a tensor, and back."""

import torch.nn.functional as F
from torch import Tensor

from vae_demo.images.codecs import available_codecs, coded_within
from vae_demo.images.fitting import fit_picture, is_drawing
from vae_demo.images.formats import FORMATS
from vae_demo.images.inputs import PictureLike, read_image
from vae_demo.images.opening import MAX_BYTES, MAX_PIXELS, MAX_SIDE, MIN_SIDE, open_picture
from vae_demo.images.showing import (
    DIFFERENCE_COLOURS,
    as_tensor,
    difference_picture,
    difference_pictures,
    to_picture,
    to_pictures,
)

__all__ = [
    "DIFFERENCE_COLOURS",
    "FORMATS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MIN_SIDE",
    "PictureLike",
    "as_tensor",
    "available_codecs",
    "coded_within",
    "difference_picture",
    "difference_pictures",
    "fit_picture",
    "is_drawing",
    "open_picture",
    "read_image",
    "resize",
    "to_picture",
    "to_pictures",
]


def resize(x: Tensor, height: int, width: int) -> Tensor:
    """(B, C, H, W) to (B, C, height, width), bilinear, averaging over the area where it shrinks.

    The one resampling between a dataset's size and a checkpoint's: training and the page both use it.
    """
    if x.shape[2:] == (height, width):
        return x
    return F.interpolate(x, size=(height, width), mode="bilinear", align_corners=False, antialias=True)
