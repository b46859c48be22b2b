"""A JPEG that lacks only its end marker, which browsers show; one that lacks more is damaged.

The decoder does not say whether it had all that it needed when the file ended, so two things are looked at. Every
coefficient of every component must have had its last scan (a progressive file has about ten; ITU-T T.81, G.1). And the
missing end is added twice, once with other data before it: only where the last scan was not complete do pixels depend
on those.
"""

import re
from io import BytesIO

from PIL import Image

from vae_demo.images.transparency import STRIP

_END = b"\xff\xd9"
_RESTARTS = tuple(bytes((0xFF, 0xD0 + number)) for number in range(8))
_OTHER_DATA = bytes(range(254, 0, -1))
"""It begins with ones, for where data is missing the decoder takes zeros."""
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""In a scan's data 0xFF is followed by 0 or by a restart's number; any other is the next marker."""
_FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))
_SCAN = 0xDA


def open_without_end_marker(content: bytes) -> Image.Image | None:
    """The loaded picture of a JPEG file without its end marker, as Pillow gives it; None if that is not all it lacks.

    Raises whatever Pillow raises about a damaged file, and IndexError.
    """
    content = content.rstrip(b"\xff")
    if not _has_all_scans(content):
        return None
    tails = (b"", _other_data(content))
    ended, other = (Image.open(BytesIO(content + tail + _END), formats=("JPEG",)) for tail in tails)
    ended.load()
    other.load()
    for top in range(0, ended.height, STRIP):  # for a whole picture's bytes would be one more picture in memory
        box = (0, top, ended.width, min(top + STRIP, ended.height))
        if ended.crop(box).tobytes() != other.crop(box).tobytes():
            return None
    return ended


def _other_data(content: bytes) -> bytes:
    """What a scan could go on with; with the restart markers that follow its last one, for in a file that has them a
    decoder that is at the end of an interval skips what is before the next."""
    scan = content.rfind(bytes((0xFF, _SCAN)))
    at, last = max((content.rfind(restart, scan), number) for number, restart in enumerate(_RESTARTS))
    following = last + 1 if at >= 0 else 0
    return b"".join(_OTHER_DATA + _RESTARTS[(following + i) % 8] for i in range(16))


def _has_all_scans(content: bytes) -> bool:
    """Whether the scans that begin in this file are all of the picture (T.81, B.2.2 and B.2.3: a frame's header names
    the components, a scan's says which coefficients it has of which, and which bits of them are still to come)."""
    bits_to_come: dict[int, list[int | None]] = {}
    at = 2
    while found := _MARKER.search(content, at):
        at = found.start() + 2
        kind, size = content[at - 1], int.from_bytes(content[at : at + 2], "big")
        segment = content[at + 2 : at + size]
        if kind in _FRAMES:
            bits_to_come = {segment[6 + 3 * i]: [None] * 64 for i in range(segment[5])}
        elif kind == _SCAN:
            components = [segment[1 + 2 * i] for i in range(segment[0])]
            first, last, approximation = segment[-3:]
            for component in components:
                bits_to_come[component][first : last + 1] = [approximation & 15] * (last + 1 - first)
        at += size
    return bool(bits_to_come) and all(bits == 0 for each in bits_to_come.values() for bits in each)
