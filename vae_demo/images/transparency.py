"""A transparent picture on paper: white, unless what is drawn could not be seen on it; then black.

The rule: a pixel as light as `NEAR_WHITE` or lighter vanishes on white paper. Where at least `VANISHING` of all ink
does (each pixel counts by its alpha), the paper is black. So a white logo or digit is on black, and it may have an
accent; a photograph cut out, a drawing with outlines, a window's screenshot stay on white.
"""

from PIL import Image

from vae_demo.images.colour import Conversion

NEAR_WHITE = 224
"""Of 255, as `convert("L")` weighs the colours: an eighth of full scale from white."""
VANISHING = 0.9
STRIP = 256
"""Rows that are worked on at a time: the whole layer with alpha would be one more picture in memory."""


def composite_on_paper(picture: Image.Image, conversion: Conversion | None) -> Image.Image:
    """A picture with transparency, of any mode that converts to "RGBA", as a new opaque "RGB" one, in sRGB."""
    paper = _paper(picture, conversion)
    opaque = Image.new("RGB", picture.size, paper)
    for box in _strips(picture):
        layer = _layer(picture, box, conversion)
        opaque.paste(layer, box, layer)
    return opaque


def _paper(picture: Image.Image, conversion: Conversion | None) -> str:
    ink = vanishing = 0
    for box in _strips(picture):
        layer = _layer(picture, box, conversion)
        alpha = layer.getchannel("A")
        near_white = layer.convert("RGB").convert("L").point([0] * NEAR_WHITE + [255] * (256 - NEAR_WHITE))
        ink += _total(alpha.histogram())
        vanishing += _total(alpha.histogram(near_white))
    return "black" if ink and vanishing >= VANISHING * ink else "white"


def _total(histogram: list[int]) -> int:
    return sum(level * count for level, count in enumerate(histogram))


def _strips(picture: Image.Image) -> list[tuple[int, int, int, int]]:
    tops = range(0, picture.height, STRIP)
    return [(0, top, picture.width, min(top + STRIP, picture.height)) for top in tops]


def _layer(picture: Image.Image, box: tuple[int, int, int, int], conversion: Conversion | None) -> Image.Image:
    layer = picture.crop(box)
    if layer.mode == "La":  # grey, premultiplied, which Pillow does not convert further in one step
        layer = layer.convert("LA")
    layer = layer.convert("RGBA")
    return conversion(layer) if conversion else layer
