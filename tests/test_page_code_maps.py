"""The VQ code maps tab as a visitor meets it, in a real Chromium."""

from playwright.sync_api import expect
from visitor import open_tab

from vae_demo.inference import decode_codes
from vae_demo.ui.pictures import sent


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
    expect(decoded).to_have_attribute("src", sent(decode_codes(rows, "vq-vae-cartoons").picture))


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
