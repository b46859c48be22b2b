"""A link as a QR code."""

import re

import pytest
import segno

from vae_demo.errors import InputError
from vae_demo.inference import qr_code
from vae_demo.inference.qr_code import MAX_LINK

LINK = "https://example.org/?tab=code_maps&checkpoint=vq-vae-cartoons&codes=" + "VlEx-_a" * 30


def test_an_svg_has_the_dark_modules_of_that_very_link():
    found = qr_code(LINK)
    expected = segno.make(LINK, error="m", micro=False)
    assert (found.link, found.side) == (LINK, len(expected.matrix))
    assert f'viewBox="0 0 {found.side + 8} {found.side + 8}"' in found.svg
    # The path is rows of runs, dark ("h") and light ("m"), from (4, 4.5): half-way down the first row.
    drawn = [[0] * found.side for _ in range(found.side)]
    [path] = re.findall(r'stroke="#000" d="([^"]+)"', found.svg)
    x = y = 0.0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+) ?(-?[\d.]+)?", path):
        if command == "h":
            for step in range(int(first)):
                drawn[int(y) - 4][int(x) + step - 4] = 1
            x += int(first)
        else:
            start = (0, 0) if command == "M" else (x, y)
            x, y = start[0] + float(first), start[1] + float(second)
    assert drawn == [list(row) for row in expected.matrix]


@pytest.mark.parametrize("link", [None, "", "javascript:alert(1)", "ftp://a", 7, "https://example.org/ä"])
def test_what_is_no_link_is_refused(link):
    with pytest.raises(InputError, match="begins with http"):
        qr_code(link)


def test_a_link_is_as_long_as_a_code_can_be_read_and_no_longer():
    longest = "https://" + "a" * (MAX_LINK - 8)
    assert qr_code(longest).side <= 177
    with pytest.raises(InputError, match=r"too long for a QR code: 2,001 characters, where 2,000"):
        qr_code(longest + "a")
