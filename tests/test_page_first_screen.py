"""What stands in view without scrolling, on a laptop and on a projector."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.visitor import loaded, open_tab

CARDS = "#reconstruct-result .card[data-checkpoint]"
SIZES = [(1440, 900), (1280, 720)]


def in_view(page: Page, *parts: Locator) -> None:
    """Each part is wholly within the window."""
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    for part in parts:
        box = part.bounding_box()
        assert box["x"] >= 0, part
        assert box["y"] >= 0, part
        assert box["x"] + box["width"] <= width, part
        assert box["y"] + box["height"] <= height, (part, box)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("dataset", ["digits", "faces"])
def test_the_picture_all_variants_and_their_numbers_are_in_view(page, server, width, height, dataset):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server}/?tab=reconstruction&dataset={dataset}")
    expect(page.locator(f"{CARDS}[data-checkpoint='vae-{dataset}']")).to_be_visible()
    loaded(page, "#reconstruct-result .cards")
    variants = page.locator("#reconstruct-result .cards .card")
    expect(variants).to_have_count(4)
    assert page.evaluate("window.scrollY") == 0
    in_view(page, page.locator("#reconstruct-picture"), page.locator("#reconstruct-result .seen img"))
    for card in variants.all():
        in_view(page, card.locator("h3"), card.locator(".verdict"), *card.locator("img").all())
        in_view(page, *card.locator(".facts dd").all())
    tops = {round(card.locator(".facts").bounding_box()["y"]) for card in variants.all()}
    assert len(tops) == 1  # numbers of all variants stand in the same rows
    assert variants.first.locator("img").first.bounding_box()["width"] >= 112


def test_examples_and_the_posterior_are_in_view_too(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator(CARDS)).to_have_count(4)
    in_view(page, page.locator("#reconstruct-examples .example").last, page.locator("#reconstruct-posterior"))


def test_a_panel_fills_the_screen_and_its_button_leaves_it(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator(CARDS)).to_have_count(4)
    loaded(page, "#reconstruct-result .cards")
    before = page.locator(f"{CARDS} img").first.bounding_box()["width"]
    page.get_by_role("button", name="Fill the screen").press("Enter")
    page.wait_for_function("document.fullscreenElement?.querySelector('.cards')")
    leave = page.get_by_role("button", name="Leave the full screen")
    expect(leave).to_be_visible()
    for card in page.locator(CARDS).all():
        in_view(page, *card.locator("img").all(), *card.locator(".facts dd").all())
    assert page.locator(f"{CARDS} img").first.bounding_box()["width"] > before
    leave.press("Enter")  # a browser's own handling of Escape is not reached by a script
    page.wait_for_function("!document.fullscreenElement")
    expect(page.get_by_role("button", name="Fill the screen")).to_be_focused()


@pytest.mark.parametrize("name", ["Random sampling", "Beta comparison", "VQ code maps"])
def test_every_tabs_panel_can_fill_the_screen(page, name):
    open_tab(page, name)
    page.get_by_role("button", name="Fill the screen").click()
    page.wait_for_function("document.fullscreenElement?.querySelector('.panel-body img')")
    page.evaluate("document.exitFullscreen()")
