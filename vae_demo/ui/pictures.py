"""A picture as the browser gets it: lossless, and never half-written."""

import base64
import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from vae_demo.hosting.environment import upload_folder

INLINE_PIXELS = 128 * 128
"""Up to this size a picture travels inside the answer: it costs less than a second request for a file would."""
QUICK = {"png": {"compress_level": 1}, "webp": {"lossless": True, "method": 0, "quality": 0}}
"""How each kind is written with the least effort: most visitors are nearer than a tenth more bytes would matter."""


def encode_image(picture: Image.Image) -> str | dict[str, Any]:
    """A small picture as a data URI; a larger one as a file, named by its content, in Gradio's file format."""
    kind = "webp" if picture.mode == "RGB" else "png"  # WebP has neither grey nor palettes
    buffer = BytesIO()
    picture.save(buffer, kind, **QUICK[kind])
    content = buffer.getvalue()
    if picture.width * picture.height <= INLINE_PIXELS:
        return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    path = write_once(content, f"picture.{kind}")
    return {"path": str(path), "mime_type": f"image/{kind}", "meta": {"_type": "gradio.FileData"}}


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
