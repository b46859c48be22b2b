"""The VQ code maps tab as a visitor meets it, in a real Chromium."""

import base64
from io import BytesIO

import numpy as np
import pytest
from conftest import EXAMPLES
from PIL import Image
from playwright.sync_api import expect

from tests.visitor import eventually, open_tab
from vae_demo.inference import decode_codes, encode_codes
from vae_demo.ui.pictures import encode_image


def code_of(cell):
    return cell.get_attribute("aria-label").split()[-1]


def test_painting_a_code_changes_the_picture_and_undo_brings_it_back(page):
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    decoded = page.locator("#codes-result .decoded img")
    before = decoded.get_attribute("src")
    centre = page.get_by_role("gridcell", name="Row 9, column 9: code")
    corner = page.get_by_role("gridcell", name="Row 1, column 1: code")
    assert code_of(centre) != code_of(corner)
    centre.click()  # the brush starts with the code of the first cell
    expect(decoded).not_to_have_attribute("src", before)
    assert code_of(centre) == code_of(corner)
    page.locator("#codes-result .undo").click()
    expect(decoded).to_have_attribute("src", before)


def test_fast_strokes_end_in_the_picture_of_all_of_them(page):
    open_tab(page, "VQ code maps")
    decoded = page.locator("#codes-result .decoded img")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    before = decoded.get_attribute("src")
    page.evaluate(
        """() => { for (const column of [7, 8, 9, 10])
            document.querySelector(`#codes-result .cell[data-row="8"][data-column="${column}"]`).click(); }"""
    )
    expect(decoded).not_to_have_attribute("src", before)
    codes = [int(code_of(cell)) for cell in page.locator("#codes-result .cell").all()]
    rows = [codes[start : start + 16] for start in range(0, 256, 16)]
    assert len(set(rows[8][7:11])) == 1
    expect(decoded).to_have_attribute("src", encode_image(decode_codes(rows, "vq-vae-cartoons").picture))


def test_a_code_is_chosen_and_painted_by_keyboard_and_the_focus_stays(page):
    open_tab(page, "VQ code maps")
    decoded = page.locator("#codes-result .decoded img")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    before = decoded.get_attribute("src")
    page.locator("#codes-result .swatch[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    brush = page.locator("#codes-result .brush b").inner_text().split()[-1]
    centre = page.locator("#codes-result .cell[data-row='8'][data-column='8']")
    centre.focus()
    page.keyboard.press("Enter")
    expect(decoded).not_to_have_attribute("src", before)
    assert code_of(centre) == brush
    expect(centre).to_be_focused()


def test_the_code_map_is_read_and_walked_by_keyboard(page):
    open_tab(page, "VQ code maps")
    first = page.get_by_role("gridcell", name="Row 1, column 1: code")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#codes-result .status")).to_contain_text("Row 2, column 2: code")
    expect(page.locator("#codes-result .patch")).to_be_visible()
    expect(page.locator("#codes-result .swatch.lit")).to_have_count(1)


def decoded_pixels(page) -> np.ndarray:
    source = page.locator("#codes-result .decoded img").get_attribute("src")
    return np.array(Image.open(BytesIO(base64.b64decode(source.split(",")[1])))).astype(int)


def code_rows(page) -> list[list[int]]:
    labels = page.locator("#codes-result .cell").evaluate_all("cells => cells.map((c) => c.getAttribute('aria-label'))")
    codes = [int(label.split()[-1]) for label in labels]
    return [codes[start : start + 16] for start in range(0, 256, 16)]


def cell(page, row: int, column: int):
    return page.locator(f"#codes-result .cell[data-row='{row}'][data-column='{column}']")


def drag(page, start: tuple[int, int], end: tuple[int, int]) -> None:
    first, last = cell(page, *start).bounding_box(), cell(page, *end).bounding_box()
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2, steps=20)
    page.mouse.up()


@pytest.fixture
def codes(page):
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    return page


def test_a_painted_cell_changes_its_patch_and_nothing_far_away(codes):
    before = decoded_pixels(codes)
    old = code_rows(codes)
    cell(codes, 8, 8).click()
    assert code_rows(codes)[8][8] != old[8][8]
    assert eventually(lambda: (decoded_pixels(codes) != before).any())
    change = np.abs(decoded_pixels(codes) - before).sum(axis=2)
    assert change[32:36, 32:36].max() > 20
    # A code is 4 pixels wide, and the decoder's two transposed convolutions reach 3 pixels beyond it.
    assert change[:29].max() == change[39:].max() == change[:, :29].max() == change[:, 39:].max() == 0


def test_a_stroke_is_one_step_to_undo_and_to_redo(codes):
    old, before = code_rows(codes), decoded_pixels(codes)
    drag(codes, (8, 4), (8, 11))
    painted = code_rows(codes)
    assert painted[8][4:12] == [old[0][0]] * 8
    assert painted[:8] == old[:8]
    assert eventually(lambda: (decoded_pixels(codes) != before).any())
    codes.keyboard.press("Control+z")
    assert code_rows(codes) == old
    assert eventually(lambda: (decoded_pixels(codes) == before).all())
    expect(codes.locator("#codes-result .undo")).to_be_disabled()
    codes.locator("#codes-result .redo").click()
    assert code_rows(codes) == painted
    expected = encode_image(decode_codes(painted, "vq-vae-cartoons").picture)
    expect(codes.locator("#codes-result .decoded img")).to_have_attribute("src", expected)


def test_a_picked_code_is_painted_next(codes):
    codes.get_by_role("button", name="Pick a code").click()
    cell(codes, 8, 6).click()
    picked = code_rows(codes)[8][6]
    expect(codes.locator("#codes-result .brush")).to_have_text(f"Brush: code {picked}")
    cell(codes, 0, 0).click()
    assert code_rows(codes)[0][0] == picked


@pytest.mark.parametrize("way", ["drag", "keyboard"])
def test_a_region_takes_the_codes_of_a_second_picture(codes, way):
    old = code_rows(codes)
    swap = codes.get_by_role("button", name="Swap the selected codes")
    expect(swap).to_be_disabled()
    codes.get_by_role("button", name="A second picture").click()
    expect(codes.locator("#codes-result .second img")).to_be_visible()
    codes.get_by_role("button", name="Select", exact=True).click()
    if way == "drag":
        drag(codes, (4, 4), (11, 11))
    else:
        cell(codes, 4, 4).focus()
        for key in ["Shift+ArrowRight"] * 7 + ["Shift+ArrowDown"] * 7:
            codes.keyboard.press(key)
    expect(codes.locator("#codes-result .cell[aria-selected='true']")).to_have_count(64)
    swap.click()
    other = encode_codes(EXAMPLES / "cartoons" / "face-2.png", "vq-vae-cartoons").codes
    new = code_rows(codes)
    assert [row[4:12] for row in new[4:12]] == [row[4:12] for row in other[4:12]] != [row[4:12] for row in old[4:12]]
    assert new[:4] + new[12:] == old[:4] + old[12:]
    codes.locator("#codes-result .undo").click()
    assert code_rows(codes) == old


def test_bits_by_the_prior_are_the_fewest(codes):
    rows = codes.locator("#codes-result .bits tbody tr")
    expect(rows).to_have_count(3)
    bits = [int(row.locator("td").first.inner_text().replace(",", "")) for row in rows.all()]
    assert bits[0] == 256 * 9
    assert bits[2] < bits[1] < bits[0]


def test_undo_keeps_the_focus_when_nothing_is_left_to_undo(codes):
    before = code_rows(codes)
    drag(codes, (8, 4), (8, 11))
    undo = codes.locator("#codes-result .undo")
    undo.focus()
    codes.keyboard.press("Enter")
    expect(undo).to_be_disabled()
    expect(undo).to_be_focused()
    codes.keyboard.press("Enter")
    assert code_rows(codes) == before
    codes.keyboard.press("Tab")
    expect(codes.locator("#codes-result .redo")).to_be_focused()
