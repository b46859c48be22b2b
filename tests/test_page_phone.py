"""The page on a phone: 375 pixels wide, by touch."""

import re
from collections.abc import Iterator

import pytest
from conftest import EXAMPLES
from playwright.sync_api import Browser, Locator, Page, expect

from tests.visitor import eventually, loaded, open_tab, upload

CARDS = "#reconstruct-result .card[data-checkpoint]"
TITLES = {"Reconstruct": "#reconstruct-result", "Sample": "#sample-result", "Betas": "#beta-result",
          "Codes": "#codes-result", "Models": "#about"}  # fmt: skip
HEIGHT = 812


@pytest.fixture
def phone(server: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": HEIGHT}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{server}/?dataset=digits")
    yield page
    context.close()


def is_in_view(part: Locator) -> bool:
    box = part.bounding_box()
    return box is not None and box["y"] >= -1 and box["y"] + box["height"] <= HEIGHT + 1


def test_all_five_tabs_stand_in_one_row_and_open_by_touch(phone):
    tabs = phone.get_by_role("tab")
    expect(tabs).to_have_text(list(TITLES))
    boxes = [tab.bounding_box() for tab in tabs.all()]
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 375
    expect(phone.get_by_role("button", name="More tabs")).to_have_count(0)
    for title, panel in TITLES.items():
        phone.get_by_role("tab", name=title).tap()
        expect(phone.locator(panel)).to_be_visible()
        expect(phone.locator(f"{panel} .panel-body")).not_to_contain_text("Loading the models")


def test_an_examples_answer_is_brought_into_view_with_all_variants_and_their_numbers(phone):
    expect(phone.locator(CARDS)).to_have_count(4)
    assert phone.evaluate("window.scrollY") == 0
    phone.locator("#reconstruct-examples .example").nth(2).tap()
    assert eventually(lambda: is_in_view(phone.locator("#reconstruct-result .seen img")))
    for card in phone.locator(CARDS).all():
        assert is_in_view(card.locator("h3"))
        for part in [*card.locator("img").all(), *card.locator(".facts dd").all()]:
            assert is_in_view(part)


def test_an_uploads_answer_is_brought_into_view(phone):
    expect(phone.locator(CARDS)).to_have_count(4)
    seen = phone.locator("#reconstruct-result .seen img")
    before = seen.get_attribute("src")
    upload(phone, "reconstruct", EXAMPLES / "cartoons" / "face-1.png")
    expect(seen).not_to_have_attribute("src", before)
    assert eventually(lambda: is_in_view(seen) and is_in_view(phone.locator(f"{CARDS} img").first))


def test_the_page_stays_where_it_is_while_a_digit_is_drawn(phone):
    expect(phone.locator(CARDS)).to_have_count(4)
    phone.get_by_role("button", name="Draw a digit").tap()
    canvas = phone.locator("#reconstruct-canvas canvas")
    canvas.scroll_into_view_if_needed()
    before, seen = phone.evaluate("window.scrollY"), phone.locator("#reconstruct-result .seen img")
    source = seen.get_attribute("src")
    canvas.press("Space")
    canvas.press("ArrowRight")
    expect(seen).not_to_have_attribute("src", source)
    assert phone.evaluate("window.scrollY") == before


def test_new_samples_are_brought_into_view(phone):
    open_tab(phone, "Sample")
    first = phone.locator("#sample-result .tile").first
    expect(first).to_be_visible()
    assert phone.evaluate("scrollY") == 0
    phone.locator("#sample-button").tap()
    assert eventually(lambda: phone.evaluate("scrollY") > 0 and is_in_view(first)), (
        phone.evaluate("scrollY"),
        first.bounding_box(),
    )


def test_map_brush_and_picture_are_in_view_together(phone):
    open_tab(phone, "Codes")
    expect(phone.locator("#codes-result .cell")).to_have_count(256)
    phone.locator("#codes-examples .example").nth(1).tap()
    loaded(phone, "#codes-result .maps")
    parts = [phone.locator(f"#codes-result {part}") for part in (".grid", ".decoded", ".brush")]
    assert eventually(lambda: all(map(is_in_view, parts)))


@pytest.mark.parametrize("title", list(TITLES))
def test_no_table_is_cut_and_nothing_is_wider_than_the_window(phone, title):
    open_tab(phone, title)
    panel = phone.locator(TITLES[title])
    expect(panel.locator(".panel-body")).not_to_contain_text("Loading the models")
    if title == "Models":
        card = panel.locator("[data-checkpoint='vq-vae-photos']")
        card.locator("summary").first.tap()
        card.get_by_text("Model card").tap()
        expect(card.get_by_role("heading", name="Held-out numbers")).to_be_visible()
    phone.wait_for_function("!document.querySelector('.pending')")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    cut = panel.locator("table, dl, .cards, .tiles, .bars, .strip").evaluate_all(
        """all => all.filter((one) => {
            const scrolls = (part) => part && (['auto', 'scroll'].includes(getComputedStyle(part).overflowX)
                || (part !== document.body && scrolls(part.parentElement)));
            return one.offsetParent && one.getBoundingClientRect().right > innerWidth && !scrolls(one);
        }).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert not cut


def test_a_finger_is_told_to_touch(phone):
    open_tab(phone, "Codes")
    expect(phone.locator("#codes-result .status")).to_have_text(re.compile("^Touch a cell"))
    open_tab(phone, "Betas")
    expect(phone.locator("#beta-result .readout")).to_have_text(re.compile("^Touch a bar"))


def test_the_footer_has_no_mark_without_a_neighbour(phone):
    expect(phone.locator(CARDS)).to_have_count(4)
    assert phone.locator("footer").inner_text().strip() == "Settings"
