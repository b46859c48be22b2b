"""The Beta comparison tab as a visitor meets it, in a real Chromium."""

from playwright.sync_api import expect
from visitor import loaded, open_tab


def test_betas_stand_side_by_side_with_the_curve_of_the_test_split(page):
    open_tab(page, "Beta comparison")
    cards = page.locator("#beta-result .card[data-checkpoint]")
    expect(cards).to_have_count(5)
    expect(cards.locator("h3")).to_have_text(["β = 0.0625", "β = 0.25", "β = 1", "β = 4", "β = 16"])
    loaded(page, "#beta-result")
    expect(page.locator("#beta-result circle.test")).to_have_count(5)
    expect(page.locator("#beta-result circle.own")).to_have_count(5)
    page.locator("#beta-dataset").get_by_text("sprites").click()
    expect(page.locator("#beta-result")).to_contain_text("MIG")
