"""A picture however a caller has it (a path, bytes, a file, a Pillow picture, an array, a tensor) to a checked one."""

import math
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from PIL import Image

from vae_demo.errors import InputError
from vae_demo.images.opening import (
    MAX_BYTES,
    check_size,
    in_srgb,
    open_picture,
    orientation_of,
    picture_in_file,
    upright,
)
from vae_demo.images.transparency import STRIP

TAKEN = (
    "a path, bytes, a file opened in binary mode, a Pillow picture, or a NumPy array or torch tensor of shape (H, W), "
    "(H, W, C) or (C, H, W), C being 1, 3 or 4, of uint8 or of floats in [0, 1]"
)
PictureLike = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | np.ndarray | torch.Tensor
)
"""What `TAKEN` names, as a type."""
CHANNELS = (1, 3, 4)
"""Grey, RGB, and RGB with alpha."""
ROUNDING = 0.5 / 255
"""How far a float may be out of [0, 1]: less than a level of 255, as interpolation leaves it."""
_NAME = "The picture"
_CHUNK = 2**20


def read_image(value: PictureLike) -> Image.Image:
    """Whatever a caller has for one picture, as `open_picture` gives it: a new picture in mode "RGB", sRGB, upright and
    opaque, and a large one `reduced`. `TAKEN` says what is taken:

    - a path, str or os.PathLike, and bytes, bytearray or memoryview of a whole picture file;
    - a binary file object, read from where it stands to its end; it is not closed;
    - a Pillow picture, whose orientation, colour profile and transparency count as a file's do; it is left unchanged,
      but is loaded if it was not yet;
    - a NumPy array or a torch tensor on any device, its colours taken for sRGB, RGBA's alpha for not premultiplied.

    Raises InputError, in a sentence, for anything else, and for a picture that is over the limits of `open_picture`
    (which are looked at before anything that takes time or memory), is damaged, or has values out of range.
    """
    if isinstance(value, (str, os.PathLike)):
        return _from_path(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _from_bytes(value)
    if isinstance(value, Image.Image):
        return _from_pillow(value)
    if isinstance(value, torch.Tensor):
        return _from_tensor(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return _from_array(value)
    if callable(getattr(value, "read", None)):
        return _from_file(value)
    raise InputError(f"A picture is {TAKEN}, not {type(value).__name__}.")


def _from_path(value: "str | os.PathLike[Any]") -> Image.Image:
    path = os.fspath(value)
    return open_picture(Path(os.fsdecode(path)))


def _from_bytes(value: bytes | bytearray | memoryview) -> Image.Image:
    size = value.nbytes if isinstance(value, memoryview) else len(value)
    if size == 0:
        raise InputError(f"{_NAME} is empty: there are no bytes in it.")
    if size > MAX_BYTES:
        raise _too_large(f"{size / 2**20:.1f} MB")
    return picture_in_file(BytesIO(bytes(value)), _NAME)


def _too_large(size: str) -> InputError:
    return InputError(f"{_NAME} is too large, {size}: at most {MAX_BYTES // 2**20} MB are accepted.")


def _from_file(file: Any) -> Image.Image:
    content = bytearray()
    while len(content) <= MAX_BYTES:
        try:
            part = file.read(_CHUNK)
        except (OSError, ValueError, TypeError) as error:  # closed, opened for writing, or no reader of so many bytes
            raise InputError(f"The file cannot be read: {error}.") from error
        if part is None or (not isinstance(part, (bytes, bytearray, memoryview))):
            raise InputError(f"A picture's file must give bytes, not {type(part).__name__}: open it in mode 'rb'.")
        if not part:
            break
        content += part
    if not content:
        raise InputError("The file is empty, or was read to its end before: rewind it with seek(0).")
    if len(content) > MAX_BYTES:
        raise _too_large(f"over {MAX_BYTES // 2**20} MB")
    return _from_bytes(content)


def _from_pillow(picture: Image.Image) -> Image.Image:
    check_size(picture.size, _NAME)
    try:
        picture.load()
        return upright(in_srgb(picture), orientation_of(picture))
    except Exception as error:  # a file that Pillow opened lazily may be damaged in any way, or be closed by now
        reason = str(error).rstrip(".") or type(error).__name__
        raise InputError(f"The Pillow picture cannot be read: {reason}.") from error


def _from_tensor(tensor: torch.Tensor) -> Image.Image:
    if tensor.layout != torch.strided or tensor.is_meta or tensor.is_nested:
        raise InputError(
            "A picture's tensor must be dense and hold its values, not be sparse, nested or on the meta device."
        )
    # Of a subclass the values, without what it does to functions; and no gradient.
    plain = tensor.detach().as_subclass(torch.Tensor)
    is_float = plain.is_floating_point()
    if not is_float and plain.dtype != torch.uint8:
        raise _wrong_type(str(plain.dtype))
    order = _channels_last(tuple(plain.shape))
    plain = plain.permute(order) if order else plain

    def rows(top: int, bottom: int) -> np.ndarray:
        strip = plain[top:bottom].cpu()
        return strip.to(torch.float32).resolve_neg().numpy() if is_float else strip.numpy()

    return _from_rows(tuple(plain.shape), rows)


def _from_array(array: "np.ndarray | np.generic") -> Image.Image:
    if isinstance(array, np.ma.MaskedArray):
        raise InputError("A masked array has no values where it is masked: give array.filled(0).")
    plain = np.asarray(array)
    if plain.dtype != np.uint8 and plain.dtype.kind != "f":
        raise _wrong_type(str(plain.dtype))
    order = _channels_last(plain.shape)
    plain = plain.transpose(order) if order else plain

    def rows(top: int, bottom: int) -> np.ndarray:
        strip = plain[top:bottom]
        with np.errstate(over="ignore"):
            return strip.astype(np.float32) if plain.dtype.kind == "f" else strip

    return _from_rows(plain.shape, rows)


def _wrong_type(dtype: str) -> InputError:
    return InputError(f"A picture's values must be uint8 or floats in [0, 1], not {dtype}: convert them first.")


def _channels_last(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The order of axes that makes it (H, W, C); None where it is so or has no C. Raises InputError for any other shape
    and for a size over the limits. Sides of 1, 3 or 4 are under the least side, so no shape has two meanings."""
    order = None
    if len(shape) == 3 and shape[2] in CHANNELS:
        height, width = shape[:2]
    elif len(shape) == 3 and shape[0] in CHANNELS:
        height, width = shape[1:]
        order = (1, 2, 0)
    elif len(shape) == 2:
        height, width = shape
    else:
        raise InputError(
            f"A picture's shape is (H, W), (H, W, C) or (C, H, W), C being 1, 3 or 4, not {shape}"
            + (": give a batch as a list of pictures, list(batch)." if len(shape) == 4 else ".")
        )
    check_size((width, height), _NAME)
    return order


def _from_rows(shape: tuple[int, ...], rows: Callable[[int, int], np.ndarray]) -> Image.Image:
    """The picture of this shape, (H, W) or (H, W, C), whose rows [top, bottom) `rows` gives, as uint8 or float32; in
    strips, for all as floats would take four times a picture's memory."""
    pixels = np.empty(shape, np.uint8)
    for top in range(0, shape[0], STRIP):
        strip = rows(top, min(top + STRIP, shape[0]))
        pixels[top : top + STRIP] = strip if strip.dtype == np.uint8 else _levels(strip)
    return in_srgb(Image.fromarray(pixels[..., 0] if shape[2:] == (1,) else pixels))


def _levels(values: np.ndarray) -> np.ndarray:
    """Floats in [0, 1] to levels in [0, 255], rounded. Raises InputError for NaN and for values out of range."""
    least, greatest = float(values.min()), float(values.max())
    if math.isnan(least) or math.isnan(greatest):
        raise InputError("A picture's floats must be in [0, 1]: some are NaN.")
    if least < -ROUNDING or greatest > 1 + ROUNDING:
        raise InputError(
            f"A picture's floats must be in [0, 1]: they reach from {least:.4g} to {greatest:.4g}. "
            "Scale them first, or give 8-bit levels as uint8."
        )
    return (values * 255).round().clip(0, 255).astype(np.uint8)
