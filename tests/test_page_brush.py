"""The brush on the VQ code maps tab: one cell, or a square of them."""

import pytest
from playwright.sync_api import Page, expect
from test_live_page import CHECKPOINTS, is_drawn
from test_page_code_maps import cell, code_rows, drag

from tests.visitor import open_tab
from vae_demo.inference import decode_codes


@pytest.fixture
def codes(wide: Page) -> Page:
    open_tab(wide, "VQ code maps")
    expect(wide.locator("#codes-result .cell")).to_have_count(256)
    return wide


def size(page: Page, side: int):
    return page.get_by_role("button", name=f"Brush of {side} × {side} cells")


def painted(rows: list[list[int]], code: int, top: int, bottom: int, left: int, right: int) -> list[list[int]]:
    """The rows with a code in a part, the last of each pair exclusive."""
    inside = [range(top, bottom), range(left, right)]
    return [
        [code if r in inside[0] and c in inside[1] else found for c, found in enumerate(line)]
        for r, line in enumerate(rows)
    ]


def test_a_brush_of_one_cell_is_the_first_and_the_sizes_have_names(codes):
    group = codes.get_by_role("group", name="Size of the brush")
    expect(group.get_by_role("button")).to_have_text(["1 × 1", "2 × 2", "4 × 4"])
    expect(size(codes, 1)).to_have_attribute("aria-pressed", "true")
    size(codes, 4).focus()
    codes.keyboard.press("Enter")
    expect(size(codes, 4)).to_have_attribute("aria-pressed", "true")
    expect(size(codes, 1)).to_have_attribute("aria-pressed", "false")
    expect(codes.get_by_role("button", name="Paint", exact=True)).to_have_attribute("aria-pressed", "true")
    for button in group.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 24
    assert codes.evaluate("document.documentElement.scrollWidth") <= codes.viewport_size["width"]


def test_a_stroke_of_a_large_brush_is_decoded_here_and_is_one_step_to_undo(codes, requests):
    old = code_rows(codes)
    codes.locator("#codes-result .swatch").nth(7).click()
    size(codes, 2).click()
    cell(codes, 8, 4).hover()
    canvas = codes.locator("#codes-result .decoded canvas")
    assert is_drawn(canvas, lambda: decode_codes(old, "vq-vae-cartoons", CHECKPOINTS).picture)
    drag(codes, (8, 4), (8, 10))
    new = painted(old, 7, 8, 10, 4, 12)
    assert code_rows(codes) == new
    assert is_drawn(canvas, lambda: decode_codes(new, "vq-vae-cartoons", CHECKPOINTS).picture)
    codes.keyboard.press("Control+z")
    assert code_rows(codes) == old
    expect(codes.locator("#codes-result .undo")).to_be_disabled()
    codes.locator("#codes-result .redo").click()
    assert code_rows(codes) == new
    assert is_drawn(canvas, lambda: decode_codes(new, "vq-vae-cartoons", CHECKPOINTS).picture)


def test_by_keyboard_a_square_is_painted_and_cut_at_the_border(codes):
    old = code_rows(codes)
    codes.locator("#codes-result .swatch").nth(7).click()
    size(codes, 4).click()
    cell(codes, 15, 0).focus()
    codes.keyboard.press("Enter")
    assert code_rows(codes) == painted(old, 7, 14, 16, 0, 3)
    codes.keyboard.press("Control+z")
    assert code_rows(codes) == old


def test_the_pointer_shows_what_would_be_painted(codes):
    outline = codes.locator("#codes-result .outline")
    cell(codes, 8, 8).hover()
    expect(outline).to_have_count(0)
    size(codes, 4).click()
    for (row, column), corners in {(8, 8): ((7, 7), (10, 10)), (0, 15): ((0, 14), (2, 15))}.items():
        cell(codes, row, column).hover()
        first, last = (cell(codes, *corner).bounding_box() for corner in corners)
        box = outline.bounding_box()
        assert box["x"] == pytest.approx(first["x"], abs=1)
        assert box["y"] == pytest.approx(first["y"], abs=1)
        assert box["x"] + box["width"] == pytest.approx(last["x"] + last["width"], abs=1)
        assert box["y"] + box["height"] == pytest.approx(last["y"] + last["height"], abs=1)
    codes.locator("#codes-result .status").hover()
    expect(outline).to_have_count(0)
    codes.get_by_role("button", name="Select", exact=True).click()
    cell(codes, 8, 8).hover()
    expect(outline).to_have_count(0)


def test_the_size_stays_when_another_picture_comes(codes):
    size(codes, 2).click()
    decoded = codes.locator("#codes-result .decoded img")
    before = decoded.get_attribute("src")
    codes.locator("#codes-examples .example").nth(1).click()
    expect(decoded).not_to_have_attribute("src", before)
    expect(size(codes, 2)).to_have_attribute("aria-pressed", "true")
