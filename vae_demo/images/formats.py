"""Which kinds of file are taken, and what is said about those that people bring and that are not.

All by a file's first bytes: neither its name nor what a browser says about it is to be trusted.
"""

PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""What Pillow is asked to open. It reads many more, some through other programs, and every further decoder is one more
that strangers can feed."""
FORMATS = (*PILLOW_FORMATS, "HEIF")
"""What phones, cameras, browsers and painting programs save; HEIC is HEIF."""
FORMATS_IN_WORDS = "PNG, JPEG, HEIC, WebP, AVIF, GIF, BMP or TIFF"

HEAD_BYTES = 4096
"""As much of a file as the functions here look at: an SVG's first tag may follow a long comment."""

_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
_EITHER_BRANDS = frozenset((b"mif1", b"msf1"))
"""Major brands of HEIF and AVIF alike."""
_AVIF_BRANDS = frozenset((b"avif", b"avis"))

_FILM_BOXES = frozenset((b"moov", b"mdat", b"wide", b"pnot"))
"""What a QuickTime film begins with that has no `ftyp`. A `ftyp` box that is neither HEIF's nor AVIF's is a film's or a
sound's."""

_AS_PNG = "export it as PNG and send that"
_PDF = ("a PDF document", "send a screenshot of the page, or export it as PNG")
_JPEG_XL = ("a JPEG XL picture, which browsers and this page cannot open", "export it as PNG or JPEG and send that")
_JPEG_2000 = ("a JPEG 2000 picture", "export it as PNG or JPEG and send that")
_VIDEO = ("a video", "send a photograph, or a screenshot of one moment (of a Live Photo, its still picture)")
_SVG = ("an SVG drawing", _AS_PNG)
_HTML = ("a web page", "save the picture itself from it (right click, Save image) and send that")
_RAW = ("a camera's raw picture", "export it as JPEG and send that")
_TEXT = ("text", f"send a picture: {FORMATS_IN_WORDS}")

_TAGS = (("<svg", _SVG), ("<!doctype html", _HTML), ("<html", _HTML), ("<head", _HTML), ("<body", _HTML))

_REFUSED = (
    (b"%PDF-", _PDF),
    (b"%!PS", ("a PostScript drawing", _AS_PNG)),
    (b"\xff\x0a", _JPEG_XL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", _JPEG_XL),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _JPEG_2000),
    (b"\xff\x4f\xff\x51", _JPEG_2000),
    (b"FUJIFILMCCD-RAW", _RAW),
    (b"8BPS", ("a Photoshop document", _AS_PNG)),
    (b"\x1a\x45\xdf\xa3", _VIDEO),
    (b"PK\x03\x04", ("a ZIP archive or an office document", "send the picture that is in it")),
)
"""First bytes, and (what it is, what to do)."""


def is_heif(head: bytes) -> bool:
    """Whether a file that begins so is HEIF (HEIC is one), and not AVIF, which has the same container.

    Source: ISO/IEC 23008-12, the brands in the `ftyp` box.
    """
    if head[4:8] != b"ftyp":
        return False
    if head[8:12] in _EITHER_BRANDS:
        return not _AVIF_BRANDS & set(_brands(head))
    return head[8:12] in _HEIF_BRANDS


def refusal(head: bytes) -> tuple[str, str] | None:
    """(what a file is that begins so, what to do), as in "logo.svg is an SVG drawing: export it as PNG"; None where it
    is none of the kinds that are known by name. To be asked about a file that could not be opened."""
    for magic, answer in _REFUSED:
        if head.startswith(magic):
            return answer
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return _VIDEO
    if head[4:12] == b"ftypcrx ":  # Canon's
        return _RAW
    if head[4:8] in _FILM_BOXES or (
        head[4:8] == b"ftyp" and not _AVIF_BRANDS & set(_brands(head)) and not is_heif(head)
    ):
        return _VIDEO
    text = _text(head)
    if text is None:
        return None
    text = text.lstrip().lower()
    if text.startswith("<"):
        # Whichever comes first: a web page may have a drawing in it.
        found = [(text.find(tag), answer) for tag, answer in _TAGS if tag in text]
        return min(found, default=(0, _TEXT))[1]
    return _TEXT


def _brands(head: bytes) -> list[bytes]:
    """The major and the compatible brands of a `ftyp` box, as far as the head has them."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12]] + [head[at : at + 4] for at in range(16, end - 3, 4)]


def _text(head: bytes) -> str | None:
    """What the head says if it is text, in UTF-8 or, with its mark, UTF-16; else None."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # The head may end within a character.
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if text.strip() and all(c.isprintable() or c in "\t\n\r\f" for c in text) else None
    return None
