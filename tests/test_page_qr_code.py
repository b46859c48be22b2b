"""The QR code of a link that is the picture, on the VQ code maps tab, in a real Chromium."""

import re

import pytest
import segno
from playwright.sync_api import Locator, Page, expect

from tests.visitor import open_tab

MODULES = """async ([source, side]) => {
    const image = Object.assign(new Image(), { src: source });
    await image.decode();
    const scale = 4;
    const size = scale * (side + 8);
    const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, size, size);
    const { data } = context.getImageData(0, 0, size, size);
    const dark = (row, column) => Number(data[4 * ((row * scale + 2) * size + column * scale + 2)] < 128);
    const rows = Array.from({ length: side }, (_, i) => i + 4);
    return rows.map((row) => rows.map((column) => dark(row, column)));
}"""
"""The modules of a QR code, as the browser draws it."""


@pytest.fixture(params=[1440, 375])
def codes(page: Page, request: pytest.FixtureRequest) -> Page:
    page.set_viewport_size({"width": request.param, "height": 812})
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    return page


@pytest.fixture
def dialog(codes: Page) -> Locator:
    """The dialog of a map that was painted, so that the link has its codes."""
    codes.locator("#codes-result .swatch").nth(7).click()
    codes.locator("#codes-result .cell").nth(100).click()
    codes.get_by_role("button", name="QR code").click()
    found = codes.get_by_role("dialog", name="The link as a QR code")
    expect(found).to_be_visible()
    return found


def test_it_is_that_of_the_link_to_the_painted_picture(dialog, codes, tmp_path):
    link = dialog.get_by_role("link").text_content()
    assert link == codes.url
    assert re.search(r"[?&]codes=[\w-]{40,}", link)
    image = dialog.get_by_alt_text("QR code of the link below")
    expected = segno.make(link, error="m", micro=False)
    modules = codes.evaluate(MODULES, [image.get_attribute("src"), len(expected.matrix)])
    assert modules == [list(row) for row in expected.matrix]
    box, window = image.bounding_box(), codes.viewport_size
    assert box["width"] == pytest.approx(box["height"], abs=1)
    assert box["width"] / (len(expected.matrix) + 8) >= 3, "each module is large enough for a camera"
    assert box["x"] + box["width"] <= window["width"]
    with codes.expect_download() as download:
        dialog.get_by_role("button", name="Download as SVG").click()
    assert download.value.suggested_filename == "link.svg"
    download.value.save_as(tmp_path / "link.svg")
    assert (tmp_path / "link.svg").read_text(encoding="utf-8").count("<svg") == 1


def test_escape_and_a_button_close_it_and_give_the_focus_back(dialog, codes):
    codes.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(codes.get_by_role("button", name="QR code")).to_be_focused()
    codes.keyboard.press("Enter")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_an_unchanged_example_has_a_short_link_and_a_large_map_none(codes, server):
    codes.get_by_role("button", name="QR code").click()
    link = codes.get_by_role("dialog").get_by_role("link")
    expect(link).to_have_text(re.compile("example=[^&]+$"))
    expect(codes.get_by_role("dialog")).to_contain_text("It leads to this machine")
    codes.goto(f"{server}/?tab=code_maps&checkpoint=vq-vae-photos-64")
    expect(codes.locator("#codes-result .cell").first).to_be_visible()
    expect(codes.get_by_role("button", name="QR code")).to_have_count(0)
