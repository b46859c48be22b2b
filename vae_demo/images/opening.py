"""Any upload to a checked picture: 8-bit sRGB, upright, opaque, of a size that is safe to work on.

The cheap questions come first: the file's size before its header, the header's before its pixels.
"""

import os
import stat
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from vae_demo.errors import InputError
from vae_demo.images.colour import conversion_to_srgb
from vae_demo.images.formats import FORMATS_IN_WORDS, HEAD_BYTES, PILLOW_FORMATS, is_heif, refusal
from vae_demo.images.opened_files import OPENED
from vae_demo.images.reduction import reduced
from vae_demo.images.stated_colours import profile_of
from vae_demo.images.transparency import STRIP, composite_on_paper
from vae_demo.images.truncated_jpeg import open_without_end_marker

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
"""200 MB as Pillow keeps RGB, and up to twice that while it is opened."""
MAX_SIDE = 16_384
"""Above any camera and the widest WebP (16,383); a longer strip would shrink to a line in every model."""
MIN_SIDE = 8

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
    """The picture in a file, in mode "RGB": of an animation its first frame, in sRGB whatever its colour profile,
    turned as its EXIF says, on paper where it is transparent (`composite_on_paper`), with deeper samples scaled, not
    clipped, to 8 bits, and a large one smaller (`reduced`). It carries nothing else of the file: no EXIF, no profile.

    Raises InputError, in words for whoever sent it, if the file is not there, empty, over `MAX_BYTES`, none of
    `FORMATS`, damaged or cut short, or if the picture is over `MAX_PIXELS` or `MAX_SIDE` or under `MIN_SIDE`.
    """
    path = Path(path)
    name = path.name or str(path)
    status = _check_file(path, name)
    if (known := OPENED.find(path, status)) is not None:
        return known
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
    # Pillow gets the open file and not the path, for it would map the latter into memory, and a file that shrinks
    # while it is mapped kills the process.
    with file:
        picture = picture_in_file(file, name)
    OPENED.add(path, status, picture)
    return picture


def picture_in_file(file: BinaryIO, name: str) -> Image.Image:
    """As `open_picture`, of a file of at most `MAX_BYTES` that is open, at its start and can seek; `name` is what the
    sentences call it. Raises InputError as `open_picture` does."""
    picture = _identify(file, name)
    check_size(picture.size, name)
    failure = _failure_to_load(picture)
    if failure is not None:
        kind = picture.format
        del picture  # what it has of its pixels is not needed
        picture = _jpeg_without_its_end(kind, file)
        if picture is None:
            raise _damaged(name) from failure
    check_size(picture.size, name)  # HEIF's size may be another once it is decoded
    try:
        opaque, orientation = in_srgb(picture), orientation_of(picture)
        del picture  # it holds its pixels, beside what was made of them
        return upright(opaque, orientation)
    except Exception as error:  # for the reason that `_identify` gives
        raise _damaged(name) from error


def in_srgb(picture: Image.Image) -> Image.Image:
    """A loaded picture of any mode as a new one in "RGB": in sRGB, opaque, with nothing in its `info`, and `reduced`.
    The picture stays as it is. Raises whatever Pillow raises."""
    mode = picture.mode
    conversion = conversion_to_srgb(profile_of(picture), mode)
    if mode in ("I", "F") or mode.startswith("I;16"):
        opaque = Image.fromarray(_to_8_bits(np.asarray(picture))).convert("RGB")
    elif picture.has_transparency_data and not _is_opaque(picture):
        opaque, conversion = composite_on_paper(picture, conversion), None
    elif mode == "CMYK" and conversion is not None:
        opaque, conversion = conversion(picture), None
    elif mode == "RGB":
        opaque = reduced(picture)  # before it is copied, or its colours converted
        opaque = opaque if opaque is not picture else picture.copy()
    else:
        opaque = picture.convert("RGB")
    if conversion is not None:
        opaque = conversion(opaque)
    opaque = reduced(opaque)
    opaque.info = {}
    return opaque


def _is_opaque(picture: Image.Image) -> bool:
    """Whether a picture with an alpha channel is opaque all the same, as screenshots are."""
    return picture.mode in ("RGBA", "LA") and picture.getextrema()[-1] == (255, 255)


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """A picture turned as an EXIF orientation says; itself for 1 and for what is none."""
    turn = _TO_UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _check_file(path: Path, name: str) -> os.stat_result:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist: send the picture again.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name!r} cannot be read: send the picture again under a plain name.") from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{name} is a folder or a device: send a picture file.")
    if status.st_size == 0:
        raise InputError(f"{name} is empty: send the picture again.")
    if status.st_size > MAX_BYTES:
        raise InputError(
            f"{name} is too large, {status.st_size / 2**20:.1f} MB: at most {MAX_BYTES // 2**20} MB are accepted."
        )
    return status


def _identify(file: BinaryIO, name: str) -> Image.Image:
    """Read the header only. Pillow answers a malformed file with any built-in exception (OSError, SyntaxError,
    AssertionError, KeyError, struct.error, zlib.error, MemoryError, ...), so here and wherever else a file is decoded
    all of them are the file's fault: these functions call nothing but Pillow."""
    try:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        return _open_heif(file) if is_heif(head) else _open_by_pillow(file, head)
    except UnidentifiedImageError as error:
        known = refusal(head)
        if known:
            raise InputError(f"{name} is {known[0]}: {known[1]}.") from error
        raise InputError(f"{name} is not a picture that can be read, or is damaged: use {FORMATS_IN_WORDS}.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(f"{name} has too many pixels: {_limits_in_words()}.") from error
    except Exception as error:
        raise _damaged(name) from error


def _open_heif(file: BinaryIO) -> Image.Image:
    """A HEIF file's header. The opener is not registered with Pillow, which is everybody's, and is imported here, for
    that takes 0.1 s, and not every page gets a HEIF."""
    from pillow_heif import HeifImageFile

    return HeifImageFile(file)


def _open_by_pillow(file: BinaryIO, head: bytes) -> Image.Image:
    try:
        return Image.open(file, formats=PILLOW_FORMATS)
    except ValueError:
        # Pillow refuses a PNG whose colour profile has over 1 MB; browsers show it.
        if not head.startswith(_PNG_BEGINNING):
            raise
        return Image.open(_png_without_profile(file), formats=("PNG",))


_PNG_BEGINNING = b"\x89PNG\r\n\x1a\n"


def _png_without_profile(file: BinaryIO) -> BinaryIO:
    """A PNG without the chunk iCCP (PNG, third edition, 5.3: four bytes of length, four of name, data, four of sum)."""
    file.seek(0)
    content = file.read()
    kept, at = [_PNG_BEGINNING], len(_PNG_BEGINNING)
    while at < len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] != b"iCCP":
            kept.append(content[at:end])
        at = end
    return BytesIO(b"".join(kept))


def _failure_to_load(picture: Image.Image) -> Exception | None:
    """Decode the pixels; what went wrong, if anything did, without a hold on the picture. Why this catches everything,
    `_identify` says."""
    try:
        picture.load()
    except Exception as error:
        return error.with_traceback(None)
    return None


def _jpeg_without_its_end(kind: str | None, file: BinaryIO) -> Image.Image | None:
    """The picture in a JPEG that lacks only its end marker; None in any other file."""
    if kind not in ("JPEG", "MPO"):
        return None
    try:
        file.seek(0)
        return open_without_end_marker(file.read())
    except Exception:  # for the reason that `_identify` gives
        return None


def check_size(size: tuple[int, int], name: str) -> None:
    """Raise InputError if (width, height) is over `MAX_PIXELS` or `MAX_SIDE` or under `MIN_SIDE`."""
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


def orientation_of(picture: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or where the EXIF is damaged, which is no reason to refuse a
    picture. (For the same reason not `ImageOps.exif_transpose`, which rewrites all of the EXIF.) Also 1 for HEIF, whose
    own rotation is the one that counts and which its decoder has applied (ISO/IEC 23008-12)."""
    if picture.format == "HEIF":
        return 1
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # Pillow answers damaged EXIF with exceptions of any kind
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
