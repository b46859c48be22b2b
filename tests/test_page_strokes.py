"""Strokes on a code map: by two fingers, undone while the hand is down, and faster than the cells go by."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from test_page_code_maps import cell, code_rows

from tests.visitor import BEEN_HERE, open_tab


@pytest.fixture
def codes(page: Page) -> Page:
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    return page


@pytest.fixture
def phone(server: str, browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.add_init_script(BEEN_HERE)
        page.goto(f"{server}/?tab=code_maps")
        expect(page.locator("#codes-result .cell")).to_have_count(256)
        yield page


def middle(page: Page, row: int, column: int) -> dict[str, float]:
    box = cell(page, row, column).bounding_box()
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


def brush(page: Page, code: int) -> None:
    page.locator(f"#codes-result .swatch[data-code='{code}']").click()
    page.locator("#codes-result .grid").evaluate("grid => grid.scrollIntoView({block: 'center'})")


def test_a_second_finger_paints_nothing_and_the_stroke_of_the_first_is_undone(phone):
    brush(phone, 7)
    before = code_rows(phone)
    session = phone.context.new_cdp_session(phone)

    def touch(kind: str, *places: tuple[int, int]) -> None:
        fingers = [{**middle(phone, *place), "id": i} for i, place in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", (4, 2))
    touch("touchMove", (4, 3))
    touch("touchStart", (4, 3), (12, 12))
    touch("touchMove", (4, 4), (12, 13))
    touch("touchMove", (4, 5), (12, 14))
    touch("touchEnd")
    after = code_rows(phone)
    assert after[4][2:6] == [7] * 4
    assert [row for i, row in enumerate(after) if i != 4] == [row for i, row in enumerate(before) if i != 4]
    phone.locator("#codes-result .undo").tap()
    assert code_rows(phone) == before
    expect(phone.locator("#codes-result .undo")).to_be_disabled()


def test_undo_while_the_button_is_down_ends_the_stroke_and_undoes_it(codes):
    before = code_rows(codes)
    brush(codes, 7)
    cell(codes, 0, 0).click()
    brush(codes, 9)
    cell(codes, 0, 0).hover()
    codes.mouse.down()
    assert code_rows(codes)[0][0] == 9
    codes.keyboard.press("Control+z")
    assert code_rows(codes)[0][0] == 7
    cell(codes, 0, 3).hover()  # the hand goes on, and must press anew to paint
    codes.mouse.up()
    assert code_rows(codes)[0] == [7, *before[0][1:]]
    codes.keyboard.press("Control+z")
    assert code_rows(codes) == before
    expect(codes.locator("#codes-result .undo")).to_be_disabled()
    codes.keyboard.press("Control+Shift+z")
    codes.keyboard.press("Control+Shift+z")
    assert code_rows(codes)[0][0] == 9
    expect(codes.locator("#codes-result .redo")).to_be_disabled()


def test_a_hand_that_is_down_when_another_map_comes_does_not_paint_it(codes):
    brush(codes, 7)
    cell(codes, 8, 8).hover()
    codes.mouse.down()
    codes.evaluate("document.querySelector('#codes-examples .example[aria-pressed=false]').click()")
    expect(cell(codes, 8, 8)).not_to_have_attribute("aria-label", re.compile("code 7$"))
    other = code_rows(codes)
    cell(codes, 2, 2).hover()
    assert code_rows(codes) == other
    codes.mouse.up()
    expect(codes.locator("#codes-result .undo")).to_be_disabled()


def test_a_quick_stroke_has_no_holes_and_one_that_leaves_the_map_begins_where_it_comes_back(codes):
    brush(codes, 7)
    before = code_rows(codes)
    first, last = middle(codes, 8, 0), middle(codes, 8, 15)
    codes.mouse.move(**first)
    codes.mouse.down()
    codes.mouse.move(**last, steps=4)
    codes.mouse.up()
    assert code_rows(codes)[8] == [7] * 16
    codes.locator("#codes-result .undo").click()
    assert code_rows(codes) == before
    codes.mouse.move(**middle(codes, 0, 2))
    codes.mouse.down()
    codes.mouse.move(first["x"], codes.locator("#codes-result .grid").bounding_box()["y"] - 20)
    codes.mouse.move(**middle(codes, 0, 12))
    codes.mouse.up()
    painted = [*before[0][:2], 7, *before[0][3:12], 7, *before[0][13:]]
    assert code_rows(codes)[0] == painted


def test_a_swatch_that_is_chosen_is_the_only_one_outlined_and_no_patch_stays(codes):
    cell(codes, 8, 8).hover()
    expect(codes.locator("#codes-result .patch")).to_be_visible()
    lit = codes.locator("#codes-result .swatch.lit").get_attribute("data-code")
    other = codes.locator(f"#codes-result .swatch:not([data-code='{lit}'])").nth(5)
    other.click()
    expect(codes.locator("#codes-result .patch")).to_be_hidden()
    expect(codes.locator("#codes-result .swatch.lit")).to_have_count(0)
    expect(codes.locator("#codes-result .swatch[aria-pressed=true]")).to_have_count(1)
