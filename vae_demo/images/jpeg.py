"""A picture as a JPEG of a given size: what the codes of a VQ-VAE are measured against."""

from io import BytesIO

from PIL import Image

BEST_QUALITY = 95


def jpeg_within(picture: Image.Image, max_bytes: int) -> tuple[Image.Image, int, int]:
    """The best JPEG of `picture` ("L" or "RGB") in at most `max_bytes`: (as decoded, its bytes, its quality, 1 to 95).

    Where even quality 1 takes more, that. The search takes a file's size to rise with its quality.
    """
    low, high = 1, BEST_QUALITY
    best = _encoded(picture, low)
    while low < high:
        quality = (low + high + 1) // 2
        content = _encoded(picture, quality)
        if len(content) <= max_bytes:
            low, best = quality, content
        else:
            high = quality - 1
    return Image.open(BytesIO(best)).convert(picture.mode), len(best), low


def _encoded(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
