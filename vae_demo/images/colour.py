"""Colour profiles: pixels of any profile to sRGB, as a browser shows them.

Chromium reads a profile's matrix or its table A2B0 and goes straight to sRGB: without a look at the rendering intent,
without black point compensation, what is out of gamut clipped. Of LittleCMS that is the relative colorimetric intent
without the table A2B1, and so it is here. For matrix and grey profiles the outcome is Chromium's to one level of 255.
For printers' tables it is within 4 levels where there is no black ink; where there is, Chromium folds it into the other
three before it asks the profile, which is not what the profile says. tests/test_colour.py compares them.
"""

import struct
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageCms

MAX_PROFILE_BYTES = 4 * 2**20
"""Printers' profiles have 0.5 to 2.7 MB, others some kB; a larger one is passed over."""

_GREY_MODES = frozenset(("1", "L", "LA", "La", "I", "F"))
_SHADES = bytes(range(256))

Conversion = Callable[[Image.Image], Image.Image]


def conversion_to_srgb(profile: bytes | None, mode: str) -> Conversion | None:
    """What turns pixels of a profile into sRGB; None where there is nothing to do or nothing that can be done.

    `profile` is an ICC profile, `mode` that of the picture as it was stored, which says whether the profile can be its:
    RGB ones can be any picture's but CMYK's, grey ones a grey picture's, CMYK ones a CMYK picture's. The conversion
    takes a "CMYK" picture and returns a new "RGB" one, or it takes an "RGB" or "RGBA" picture (a grey one converted to
    that), changes it in place and returns it; alpha stays.

    A profile that is sRGB to one level of 255, is damaged, has over `MAX_PROFILE_BYTES` or is another kind of picture's
    gives None, as browsers pass over it.
    """
    if not profile or not isinstance(profile, bytes) or not 128 < len(profile) <= MAX_PROFILE_BYTES:
        return None
    colours = profile[16:20]
    try:
        if mode == "CMYK":
            return _from_cmyk(profile) if colours == b"CMYK" else None
        if colours == b"GRAY" and (mode in _GREY_MODES or mode.startswith("I;16")):
            return _from_grey(profile)
        if colours == b"RGB " and mode not in ("LAB", "HSV"):
            return _from_rgb(profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return None


def _from_cmyk(profile: bytes) -> Conversion:
    transform = _transform(profile, "CMYK", "RGB", ImageCms.Flags.NONE)
    return transform.apply


def _from_grey(profile: bytes) -> Conversion | None:
    shades = Image.frombytes("L", (256, 1), _SHADES)
    converted = _transform(profile, "L", "RGB", ImageCms.Flags.NOOPTIMIZE).apply(shades)
    if _is_alike(converted, shades.convert("RGB")):
        return None
    table = b"".join(band.tobytes() for band in converted.split())

    def convert(picture: Image.Image) -> Image.Image:
        with_alpha = table + _SHADES if picture.mode == "RGBA" else table
        picture.paste(picture.point(list(with_alpha)))
        return picture

    return convert


def _from_rgb(profile: bytes) -> Conversion | None:
    probe = _probe()
    if _is_alike(_transform(profile, "RGB", "RGB", ImageCms.Flags.NOOPTIMIZE).apply(probe), probe):
        return None
    transforms = {mode: _transform(profile, mode, mode, ImageCms.Flags.NONE) for mode in ("RGB", "RGBA")}
    return lambda picture: transforms[picture.mode].apply_in_place(picture)


def _transform(profile: bytes, mode: str, to_mode: str, flags: ImageCms.Flags) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(BytesIO(_without_a2b1(profile)))
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.ImageCmsTransform(
        source, ImageCms.ImageCmsProfile(srgb), mode, to_mode, ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=flags
    )


def _without_a2b1(profile: bytes) -> bytes:
    """The profile with the tables renamed that LittleCMS would prefer to A2B0, and browsers do not (ICC.1:2010, 7.3:
    after a header of 128 bytes, the number of tags, then 12 bytes for each, which begin with its name)."""
    tags = min(struct.unpack_from(">I", profile, 128)[0], 100) if len(profile) >= 132 else 0
    renamed = bytearray(profile)
    for at in range(132, min(132 + 12 * tags, len(profile) - 4), 12):
        if renamed[at : at + 4] in (b"A2B1", b"D2B0", b"D2B1"):
            renamed[at : at + 1] = b"x"
    return bytes(renamed)


def _probe() -> Image.Image:
    """Colours that any conversion but sRGB's own changes: all greys, and a cube of 6 x 6 x 6."""
    levels = range(0, 256, 51)
    cube = bytes(level for r in levels for g in levels for b in levels for level in (r, g, b))
    greys = bytes(shade for shade in _SHADES for _ in range(3))
    return Image.frombytes("RGB", (256 + 216, 1), greys + cube)


def _is_alike(one: Image.Image, other: Image.Image) -> bool:
    return all(abs(a - b) <= 1 for a, b in zip(one.tobytes(), other.tobytes(), strict=True))
