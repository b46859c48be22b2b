"""The first steps: on a visitor's first visit, without hiding what they came for, and never again once closed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.visitor import eventually

CARDS = "#reconstruct-result .card[data-checkpoint]"
SIZES = [(1440, 900), (1280, 720), (375, 812)]
STEPS = {
    "Upload or choose a picture": "#reconstruct-picture [aria-label='Upload file']",
    "Open a variant and drag a latent": "#reconstruct-result .forward > summary",
    "Look into the other tabs": "#tabs [role=tab][aria-selected=true]",
}


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Somebody who has never been here."""
    width, height = request.param
    phone = {"has_touch": True, "is_mobile": True} if width < 640 else {}
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **phone)
    context.set_default_timeout(30_000)
    yield context
    context.close()


def opened(visitor: BrowserContext, address: str) -> Page:
    page = visitor.new_page()
    page.goto(address)
    expect(page.locator(CARDS)).to_have_count(4)
    return page


def steps(page: Page):
    return page.get_by_role("region", name="First steps")


def places(page: Page) -> list[dict]:
    """Where the pictures of the first screen are."""
    page.wait_for_function("document.fonts.status === 'loaded' && !document.querySelector('.pending')")
    return [
        part.bounding_box() for part in page.locator("#reconstruct-picture, #reconstruct-examples, .cards img").all()
    ]


def test_they_are_shown_once_and_no_picture_is_covered_or_gives_way(visitor, server):
    page = opened(visitor, server)
    expect(steps(page)).to_be_visible()
    expect(steps(page).get_by_role("button")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    with_steps, own = places(page), steps(page).bounding_box()
    assert own["y"] >= 0
    assert all(own["y"] + own["height"] <= place["y"] for place in with_steps)
    later = opened(visitor, server)
    expect(steps(later)).to_have_count(0)
    for shown, usual in zip(with_steps, places(later), strict=True):
        assert shown["y"] == pytest.approx(usual["y"], abs=2)
        assert shown["height"] == pytest.approx(usual["height"], abs=2)


def test_they_outlive_a_reload_and_are_gone_for_good_when_closed(visitor, server):
    page = opened(visitor, server)
    page.reload()
    expect(steps(page)).to_be_visible()
    steps(page).get_by_role("button", name="Close").click()
    expect(steps(page)).to_have_count(0)
    page.reload()
    expect(page.locator(CARDS)).to_have_count(4)
    expect(steps(page)).to_have_count(0)


def test_a_step_points_at_what_it_is_about_and_leads_there(visitor, server):
    page = opened(visitor, server)
    buttons = steps(page).get_by_role("button")
    for number, target in enumerate(STEPS.values()):
        buttons.nth(number).click()
        used = page.locator(target).first
        expect(used).to_be_focused()
        height = page.viewport_size["height"]
        assert eventually(lambda used=used, height=height: 0 <= used.bounding_box()["y"] <= height)
        expect(page.locator(".pointed-at").first).to_be_visible()
    expect(page.locator("#reconstruct-result .forward[open] input[data-latent]").first).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    buttons.first.focus()
    expect(page.locator("#reconstruct-picture.pointed-at")).to_be_visible()


@pytest.mark.parametrize("visitor", [(1440, 900)], indirect=True, ids=["1440x900"])
def test_by_keyboard_they_come_before_the_tabs_and_escape_closes_them(visitor, server):
    page = opened(visitor, server)
    page.locator("#heading h1").evaluate("heading => { heading.tabIndex = -1; heading.focus(); }")
    for name in [*STEPS, "Close the first steps"]:
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tab", name="Reconstruction")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    expect(steps(page)).to_have_count(0)
    expect(page.get_by_role("tab", name="Reconstruction")).to_be_focused()
    expect(page.locator(".pointed-at")).to_have_count(0)
    expect(page.locator("#weights")).to_be_visible()


@pytest.mark.parametrize("visitor", [(375, 812)], indirect=True, ids=["375x812"])
def test_from_another_tab_they_lead_to_the_first(visitor, server):
    page = visitor.new_page()
    page.goto(f"{server}/?tab=about")
    expect(page.locator("#about .list").first).to_be_visible()
    steps(page).get_by_role("button").first.tap()
    expect(page.locator("#reconstruct-picture [aria-label='Upload file']")).to_be_focused()


@pytest.mark.parametrize("visitor", [(1440, 900)], indirect=True, ids=["1440x900"])
def test_embedded_there_are_none_and_the_first_visit_is_still_to_come(visitor, server):
    page = opened(visitor, f"{server}/?embed=1")
    expect(steps(page)).to_have_count(0)
    expect(steps(opened(visitor, server))).to_be_visible()
