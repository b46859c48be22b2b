"""The codecs that people use, beside which a latent's bits are set: JPEG, WebP and AVIF at several qualities."""

from io import BytesIO

from PIL import Image, features

QUALITIES = (5, 15, 30, 50, 70, 85, 95)
LOWEST, BEST = {"JPEG": 1, "WebP": 0, "AVIF": 0}, 95
"""The qualities of the smallest file of each, and of the largest that is tried."""
OPTIONS = {"JPEG": {"optimize": True}, "WebP": {"method": 4}, "AVIF": {"max_threads": 1}}
"""What each is told beside the quality; what is not here is Pillow's choice."""
QUICK = OPTIONS | {"AVIF": {"speed": 9, "max_threads": 1}}
"""The same, of settings that take milliseconds for a small picture."""


def available_codecs() -> list[str]:
    """The codecs that this machine's Pillow can write."""
    return [name for name in OPTIONS if name == "JPEG" or features.check(name.lower())]


def coded(picture: Image.Image, codec: str) -> list[tuple[int, Image.Image]]:
    """A picture ("L" or "RGB") at each of `QUALITIES`: its file's bytes, headers included, and what it decodes to."""
    files = [_encoded(picture, codec, quality, QUICK) for quality in QUALITIES]
    return [(len(file), _decoded(file, picture)) for file in files]


def coded_within(
    picture: Image.Image, codec: str, max_bytes: int, known: dict[int, bytes] | None = None
) -> tuple[Image.Image, int, int]:
    """The best file of `picture` ("L" or "RGB") in at most `max_bytes`: (as decoded, its bytes, its quality).

    Where even the lowest quality takes more, that. The search takes a file's size to rise with its quality. `known`
    keeps the picture's files of this codec by quality for the next call.
    """
    known = {} if known is None else known

    def file(quality: int) -> bytes:
        if quality not in known:
            known[quality] = _encoded(picture, codec, quality)
        return known[quality]

    low, high = LOWEST[codec], BEST
    if len(file(low)) > max_bytes:
        high = low
    while low < high:
        quality = (low + high + 1) // 2
        if len(file(quality)) <= max_bytes:
            low = quality
        else:
            high = quality - 1
    return _decoded(file(low), picture), len(file(low)), low


def _encoded(picture: Image.Image, codec: str, quality: int, options: dict[str, dict[str, int]] = OPTIONS) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, codec, quality=quality, **options[codec])
    return buffer.getvalue()


def _decoded(file: bytes, picture: Image.Image) -> Image.Image:
    return Image.open(BytesIO(file)).convert(picture.mode)
