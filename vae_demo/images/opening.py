"""Any upload to a checked picture: 8-bit RGB, upright, opaque, of a size that is safe to work on.

The cheap questions come first: the file's size before its header, the header's before its pixels.
"""

import stat
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from vae_demo.errors import InputError

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
"""200 MB as Pillow keeps RGB, and up to twice that while it is opened."""
MAX_SIDE = 16_384
"""Above any camera and the widest WebP (16,383); a longer strip would shrink to a line in every model."""
MIN_SIDE = 8
STRIP = 256
"""Rows that are worked on at a time, where that saves a whole picture's memory."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""What phones, cameras, browsers and painting programs save. Pillow reads many more, some through other programs, and
every further decoder is one more that strangers can feed."""
_FORMATS_IN_WORDS = "PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF"

_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (tag 0x0112) to what makes the picture upright."""


def open_picture(path: str | Path) -> Image.Image:
    """The picture in a file, in mode "RGB": of an animation its first frame, turned as its EXIF says, on white where
    it is transparent, and with deeper samples scaled, not clipped, to 8 bits.

    Raises InputError, in words for whoever sent it, if the file is not there, empty, over `MAX_BYTES`, none of
    `FORMATS`, damaged or cut short, or if the picture is over `MAX_PIXELS` or `MAX_SIDE` or under `MIN_SIDE`.
    """
    path = Path(path)
    _check_file(path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.") from error
    # Pillow gets the open file and not the path, for it would map the latter into memory, and a file that shrinks
    # while it is mapped kills the process.
    with file:
        picture = _identify(file, path.name)
        _check_size(picture.size, path.name)
        decoded = _decode(picture, path.name)
        upright = _TO_UPRIGHT.get(_orientation(picture))
        del picture  # it holds its pixels, beside what was made of them
    if decoded.mode != "RGB":
        decoded = Image.fromarray(_to_8_bits(np.asarray(decoded))).convert("RGB")
    return decoded.transpose(upright) if upright is not None else decoded


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"{path.name} does not exist: send the picture again.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name!r} cannot be read: send the picture again under a plain name.") from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path.name} is a folder or a device: send a picture file.")
    if status.st_size == 0:
        raise InputError(f"{path.name} is empty: send the picture again.")
    if status.st_size > MAX_BYTES:
        raise InputError(
            f"{path.name} is too large, {status.st_size / 2**20:.1f} MB: at most {MAX_BYTES // 2**20} MB are accepted."
        )


def _identify(file: BinaryIO, name: str) -> Image.Image:
    """Read the header only. Pillow answers a malformed file with any built-in exception (OSError, SyntaxError,
    AssertionError, KeyError, struct.error, zlib.error, MemoryError, ...), so here and in `_decode` all of them are the
    file's fault: these two functions call nothing but Pillow."""
    try:
        return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise InputError(
            f"{name} is not a picture that can be read, or is damaged: use {_FORMATS_IN_WORDS}."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(f"{name} has too many pixels: {_limits_in_words()}.") from error
    except Exception as error:
        raise _damaged(name) from error


def _decode(picture: Image.Image, name: str) -> Image.Image:
    """The first frame in RGB, on white; grey deeper than 8 bits, which Pillow would clip, as it is. Why this catches
    everything, `_identify` says."""
    try:
        picture.load()
        if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
            return picture
        if not picture.has_transparency_data:
            return picture.convert("RGB")
        opaque = Image.new("RGB", picture.size, "white")
        for top in range(0, picture.height, STRIP):  # for the layer would be one more picture in memory
            box = (0, top, picture.width, min(top + STRIP, picture.height))
            layer = picture.crop(box).convert("RGBA")
            opaque.paste(layer, box, layer)
        return opaque
    except Exception as error:
        raise _damaged(name) from error


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    described = f"{width:,} × {height:,} pixels"
    if width * height > MAX_PIXELS:
        raise InputError(f"{name} has too many pixels, {described}: {_limits_in_words()}.")
    if max(size) > MAX_SIDE:
        raise InputError(f"{name} is too {'wide' if width > height else 'tall'}, {described}: {_limits_in_words()}.")
    if min(size) < MIN_SIDE:
        raise InputError(f"{name} is too small, {described}: the smallest is {MIN_SIDE} × {MIN_SIDE}.")


def _limits_in_words() -> str:
    return f"at most {MAX_PIXELS // 10**6} million, and {MAX_SIDE:,} a side, are accepted"


def _damaged(name: str) -> InputError:
    return InputError(f"{name} is damaged or incomplete: open it in a painting program, save it anew and send that.")


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or where the EXIF is damaged, which is no reason to refuse a
    picture. (For the same reason not `ImageOps.exif_transpose`, which rewrites all of the EXIF.)"""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return 1


def _to_8_bits(values: np.ndarray) -> np.ndarray:
    """Deep grey samples (H, W) to uint8. 16-bit ones fill their range. 32-bit and float ones do not say theirs: it is
    taken as the first of [0, 1], [0, 255] and [0, 65535] that holds them all, else from their least to their greatest.
    NaN and -inf become black, inf white."""
    low, high = 0.0, 65535.0
    if values.dtype.itemsize != 2:
        values = values.astype(np.float32, copy=False)
        finite = np.isfinite(values)
        least = float(values.min(where=finite, initial=np.inf))
        greatest = float(values.max(where=finite, initial=-np.inf))
        ranges = [(0.0, top) for top in (1.0, 255.0, 65535.0) if least >= 0 and greatest <= top]
        low, high = ranges[0] if ranges else (least, greatest)
    scale = 255 / (high - low) if high > low else 0.0
    levels = np.empty(values.shape, np.uint8)
    for top in range(0, len(values), STRIP):  # for all as float32 would be one more picture in memory
        strip = values[top : top + STRIP].astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            strip = (strip - np.float32(low)) * np.float32(scale)
        levels[top : top + STRIP] = np.nan_to_num(strip, nan=0.0).clip(0, 255).round()
    return levels
