"""A link as a QR code, for a slide or a poster."""

from dataclasses import dataclass
from io import BytesIO

from vae_demo.errors import InputError

MAX_LINK = 2_000
"""The most characters of a link: a code of more could not be read off a slide, nor held by one of level M."""
ERROR_LEVEL = "m"
"""Up to 15 % of the code may be hidden (ISO/IEC 18004); a higher level is taken where it costs nothing."""


@dataclass(frozen=True)
class QrCode:
    """A link and its QR code: an SVG of `side` x `side` modules, dark on white, with a margin of 4 around them."""

    link: str
    side: int
    svg: str


def qr_code(link: str) -> QrCode:
    """The QR code of a link. Raises InputError for what is no http(s) address of at most `MAX_LINK` characters."""
    if not isinstance(link, str) or not link.startswith(("http://", "https://")) or not link.isascii():
        raise InputError("A QR code is made of a link that begins with http:// or https://.")
    if len(link) > MAX_LINK:
        raise InputError(f"The link is too long for a QR code: {len(link):,} characters, where {MAX_LINK:,} are read.")
    import segno  # when one is asked for: few visitors do

    code = segno.make(link, error=ERROR_LEVEL, micro=False)
    svg = BytesIO()
    code.save(svg, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, nl=False)
    return QrCode(link, code.symbol_size(border=0)[0], svg.getvalue().decode())
