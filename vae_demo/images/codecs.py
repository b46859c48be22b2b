"""The codecs that people use, beside which a latent's bits are set: JPEG, WebP and AVIF at several qualities."""

from io import BytesIO

from PIL import Image, features

QUALITIES = (5, 15, 30, 50, 70, 85, 95)
OPTIONS = {"JPEG": {"optimize": True}, "WebP": {"method": 4}, "AVIF": {"speed": 9, "max_threads": 1}}
"""What each is told beside the quality: settings that take milliseconds for a small picture."""


def available_codecs() -> list[str]:
    """The codecs that this machine's Pillow can write."""
    return [name for name in OPTIONS if name == "JPEG" or features.check(name.lower())]


def coded(picture: Image.Image, codec: str) -> list[tuple[int, Image.Image]]:
    """A picture ("L" or "RGB") at each of `QUALITIES`: its file's bytes, headers included, and what it decodes to."""
    found = []
    for quality in QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, codec, quality=quality, **OPTIONS[codec])
        found.append((buffer.tell(), Image.open(buffer).convert(picture.mode)))
    return found
