"""A checked picture to the tensor that a checkpoint takes: "cropped", "centred" as a digit, or "whole"."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from vae_demo.errors import PictureError

LANCZOS = Image.Resampling.LANCZOS

INK_BOX = 20 / 28
"""The share of the frame's shorter side that a digit's bounding box fills."""
PHOTOGRAPH_CONTRAST = 0.6
"""From here on a picture without a border of its own is a photograph; lit paper does not vary so much."""
MIN_CONTRAST = 0.1
"""Ink must differ from its paper by this share of full scale; less is a blank sheet and its noise."""
READY_BORDER = 0.1
"""A picture of the target's size whose border is darker than this on average is in MNIST's form already: no border of
an MNIST test image is above 0.033."""
FULL_INK = 99.98
"""The percentile of a picture that counts as full ink: a small digit in thin pen covers little more than the rest."""
MAX_INK = 0.4
"""The most of a drawing that its ink covers."""
MAX_TINT = 0.15
"""The mean difference between a drawing's channels: coloured ink on white paper has less."""
WORKING_SIDE = 512
"""A photographed digit is looked for at this size: it averages the camera's noise and bounds the work."""


def fit_picture(
    picture: Image.Image, shape: tuple[int, int, int], fit: str, max_side: int = 1024, multiple: int = 4
) -> Tensor:
    """An RGB picture to float32 (1, C, H, W) in [0, 1]; `shape` is the checkpoint's (C, H, W), and C is 1 or 3.

    "cropped": the largest centred part of the target's proportions, resized to it.
    "centred": the drawing as MNIST's are made (`centre_drawing`), in H x W.
    "whole": H and W are the picture's own, shrunk if its long side is over `max_side`, with the edges cut to
    multiples of `multiple`.

    Raises InputError if there is no drawing to centre or if the whole picture would be thinner than `multiple`.
    """
    channels, height, width = shape
    if fit == "centred":
        drawing = torch.from_numpy(centre_drawing(picture, height, width))
        return drawing.expand(1, channels, height, width).contiguous()
    mode = "L" if channels == 1 else "RGB"
    picture = picture if picture.mode == mode else picture.convert(mode)
    if fit == "cropped":
        picture = _crop(picture, width, height)
    elif fit == "whole":
        picture = _shrink(picture, max_side, multiple)
    else:
        raise ValueError(f"fit must be centred, cropped or whole, not {fit!r}.")
    pixels = torch.from_numpy(np.array(picture)).reshape(1, picture.height, picture.width, channels)
    return pixels.permute(0, 3, 1, 2).float().div_(255).contiguous()


def _crop(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(picture.width / width, picture.height / height)
    # Rounding may leave them a little below 0, which Pillow refuses.
    left = max(0.0, (picture.width - width * scale) / 2)
    top = max(0.0, (picture.height - height * scale) / 2)
    box = (left, top, picture.width - left, picture.height - top)
    return picture.resize((width, height), LANCZOS, box=box, reducing_gap=3)


def _shrink(picture: Image.Image, max_side: int, multiple: int) -> Image.Image:
    scale = min(1.0, max_side / max(picture.size))
    width, height = (round(side * scale) for side in picture.size)
    cut_width, cut_height = (side // multiple * multiple for side in (width, height))
    if min(cut_width, cut_height) == 0:
        raise PictureError(
            f"The picture is too narrow, {picture.width:,} × {picture.height:,} pixels: shrunk to {max_side:,} on its "
            f"long side, less than {multiple} would be left on the other. Crop it first."
        )
    picture = picture.resize((width, height), LANCZOS)
    left, top = (width - cut_width) // 2, (height - cut_height) // 2
    return picture.crop((left, top, left + cut_width, top + cut_height))


def centre_drawing(picture: Image.Image, height: int, width: int) -> np.ndarray:
    """A drawn or photographed digit as MNIST has it, float32 (height, width) in [0, 1]: white on black, its bounding
    box scaled to `INK_BOX` of the frame, its centre of mass in the frame's middle (LeCun et al., "Gradient-based
    learning applied to document recognition", 1998, section III.A). One that is in this form already comes unchanged.

    Raises InputError if nothing is drawn.
    """
    grey = picture.convert("L")
    if grey.size == (width, height):
        pixels = np.asarray(grey, np.float32) / 255
        if _ring(pixels).mean() < READY_BORDER and np.ptp(pixels) >= MIN_CONTRAST:
            return pixels
    grey.thumbnail((WORKING_SIDE, WORKING_SIDE), LANCZOS)
    ink = _ink(np.asarray(grey, np.float32) / 255)

    rows, columns = (np.flatnonzero((ink > 0.25).any(axis=axis)) for axis in (1, 0))
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    scale = INK_BOX * min(height, width) / max(box[2] - box[0], box[3] - box[1])
    size = tuple(max(1, round((box[i + 2] - box[i]) * scale)) for i in (0, 1))
    drawing = np.asarray(Image.fromarray(ink).resize(size, LANCZOS, box=box)).clip(min=0)
    # A pen much thinner than MNIST's grows faint as it shrinks: full white again at its strongest.
    drawing = drawing / drawing.max()

    frame = np.zeros((height, width), np.float32)
    top, left = _corner(drawing.sum(axis=1), height), _corner(drawing.sum(axis=0), width)
    frame[top : top + drawing.shape[0], left : left + drawing.shape[1]] = drawing
    return frame


def _corner(mass: np.ndarray, side: int) -> int:
    """Where a box with this mass (n,) along one axis starts, for its centre of mass to be in the middle of `side` and
    the box inside; MNIST's middle is pixel 14 of 28."""
    centre = (mass * np.arange(len(mass))).sum() / mass.sum()
    return int(np.clip(round(side / 2 - centre), 0, side - len(mass)))


def _ink(pixels: np.ndarray) -> np.ndarray:
    """How much ink is on each pixel, (H, W) in [0, 1]: 0 is paper, whichever of the two is the darker.

    The border shows the paper, unevenly lit as it may be: ink is what differs more from it than the border itself
    does. The highest tenth of the border is left out, for strokes may cross it.
    """
    paper = np.median(_ring(pixels))
    darkest, brightest = np.percentile(pixels, (100 - FULL_INK, FULL_INK))
    if paper - darkest > brightest - paper:
        pixels, paper = 1 - pixels, 1 - paper
        darkest, brightest = 1 - brightest, 1 - darkest
    low, high = max(paper, np.percentile(_ring(pixels), 90)), brightest
    if high - low < MIN_CONTRAST:
        # A photograph has as much at its border as within, and more contrast than any blank paper: all of it is drawn.
        low = darkest
        if high - low >= PHOTOGRAPH_CONTRAST:
            return ((pixels - low) / (high - low)).clip(0, 1).astype(np.float32)
        raise PictureError("Nothing is drawn: draw or send one digit, dark on light or light on dark.")
    return ((pixels - low) / (high - low)).clip(0, 1).astype(np.float32)


def _ring(pixels: np.ndarray) -> np.ndarray:
    """The outermost pixels of (H, W)."""
    return np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])


def is_drawing(picture: Image.Image) -> bool:
    """Whether a picture looks like strokes of one ink on paper: an even border, and few pixels between the two tones.

    Colours count: what differs from grey by more than a pen's tint is no such drawing.
    """
    small = picture.convert("RGB")
    small.thumbnail((64, 64), LANCZOS)
    pixels = np.asarray(small, np.float32) / 255
    if np.ptp(pixels, axis=2).mean() > MAX_TINT:
        return False
    grey = pixels.mean(axis=2)
    difference = np.abs(grey - np.median(_ring(grey)))
    contrast = np.percentile(difference, 99)
    if contrast < MIN_CONTRAST:
        return False
    even = (_ring(difference) < contrast / 4).mean()
    between = ((difference > contrast / 4) & (difference < 3 * contrast / 4)).mean()
    inked = (difference > contrast / 2).mean()
    return bool(even >= 0.9 and between <= inked and inked <= MAX_INK)
