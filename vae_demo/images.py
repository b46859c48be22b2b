"""Any upload to a checked picture, a picture to a tensor, and back."""

import torch.nn.functional as F
from torch import Tensor


def resize(x: Tensor, height: int, width: int) -> Tensor:
    """(B, C, H, W) to (B, C, height, width), bilinear, averaging over the area where it shrinks.

    The one resampling between a dataset's size and a checkpoint's: training and the page both use it.
    """
    if x.shape[2:] == (height, width):
        return x
    return F.interpolate(x, size=(height, width), mode="bilinear", align_corners=False, antialias=True)
