"""A large picture made smaller as it is opened: no model takes more pixels than are left, and all that follows is
quicker and takes less memory."""

from PIL import Image

LEAST_LONG_SIDE = 1536
"""Half as much again as the longest side that is reconstructed whole."""
LEAST_SHORT_SIDE = 512
"""Models take a centred square of it, and a digit is looked for at this size."""


def reduced(picture: Image.Image) -> Image.Image:
    """An "RGB" picture, each of its pixels the mean of n x n, or of what is left of them at the far edges, n being the
    largest whole number that takes neither side below the constants above; the picture itself where there is none."""
    factor = min(max(picture.size) // LEAST_LONG_SIDE, min(picture.size) // LEAST_SHORT_SIDE)
    return picture.reduce(factor) if factor > 1 else picture
