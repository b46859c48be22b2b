"""A picture as the browser gets it: lossless, and never half-written."""

import base64
import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from vae_demo.errors import PictureError
from vae_demo.hosting.environment import upload_folder
from vae_demo.images import open_picture
from vae_demo.images.formats import is_heif

INLINE_PIXELS = 128 * 128
"""Up to this size a picture travels inside the answer: it costs less than a second request for a file would."""
QUICK = {"png": {"compress_level": 1}, "webp": {"lossless": True, "method": 0, "quality": 0}}
"""How each kind is written with the least effort: most visitors are nearer than a tenth more bytes would matter."""

NO_PICTURE = "Give a picture first: upload one, or choose an example."
MAX_PREVIEW_SIDE = 1024
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def file_data(path: str | Path) -> dict[str, Any]:
    """A file as Gradio names one in a value; on its way out Gradio adds the address that it can be fetched from."""
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}}


def uploaded_path(file: Any) -> str:
    """The path of an uploaded picture, as Gradio names one in a value. Raises PictureError where there is none."""
    path = file.get("path") if isinstance(file, dict) else None
    if not path:
        raise PictureError(NO_PICTURE)
    return path


def preview(path: str | Path) -> dict[str, Any]:
    """The picture in a file as a browser can draw it: the file itself, or for HEIF and TIFF a picture of it."""
    with Path(path).open("rb") as file:
        head = file.read(64)
    if not (is_heif(head) or head.startswith(TIFF)):
        return file_data(path)
    picture = open_picture(path)
    picture.thumbnail((MAX_PREVIEW_SIDE, MAX_PREVIEW_SIDE))
    buffer = BytesIO()
    picture.save(buffer, "webp", **QUICK["webp"])
    return file_data(write_once(buffer.getvalue(), "preview.webp"))


def encode_image(picture: Image.Image) -> str | dict[str, Any]:
    """A small picture as a data URI; a larger one as a file, named by its content, in Gradio's file format."""
    kind = "webp" if picture.mode == "RGB" else "png"  # WebP has neither grey nor palettes
    buffer = BytesIO()
    picture.save(buffer, kind, **QUICK[kind])
    content = buffer.getvalue()
    if picture.width * picture.height <= INLINE_PIXELS:
        return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return file_data(write_once(content, f"picture.{kind}")) | {"mime_type": f"image/{kind}"}


def write_once(content: bytes, name: str) -> Path:
    """Write into Gradio's folder, under the content's hash. The rename is atomic: readers see all of it or nothing."""
    folder = upload_folder() / hashlib.sha256(content).hexdigest()
    path = folder / name
    try:
        os.utime(path)  # what has been left alone for long is deleted: this one is wanted again
    except FileNotFoundError:
        _write(content, path)
    return path


def _write(content: bytes, path: Path) -> None:
    # Written beside its folder, and not in it: what is old and empty is swept away, also by another process.
    place = path.parent.parent
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place, delete=False) as partial:
        partial.write(content)
    os.chmod(partial.name, 0o644)
    path.parent.mkdir(exist_ok=True)
    os.utime(path.parent)
    os.replace(partial.name, path)
