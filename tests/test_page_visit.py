"""Nothing a visitor has done is lost: by Back and Forward, by a reload, without network, or in somebody's slides."""

import re

from conftest import EXAMPLES
from playwright.sync_api import Page, expect

from tests.visitor import open_tab, upload

CARDS = "#reconstruct-result .card[data-checkpoint]"


def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe away."""
    page.evaluate("window.marked = true")


def test_back_and_forward_go_through_the_tabs(page):
    expect(page.locator(CARDS)).to_have_count(4)
    expect(page).to_have_url(re.compile("tab=reconstruction"))
    mark(page)
    page.locator("#reconstruct-examples .example").nth(2).click()
    expect(page.locator("#reconstruct-examples .example").nth(2)).to_have_attribute("aria-pressed", "true")
    open_tab(page, "Random sampling")
    expect(page).to_have_url(re.compile("tab=sampling&checkpoint="))
    open_tab(page, "About the models")
    expect(page).to_have_url(re.compile("tab=about"))
    page.go_back()
    expect(page).to_have_url(re.compile("tab=sampling&checkpoint="))
    expect(page.locator("#sample-result")).to_be_visible()
    page.go_back()
    expect(page.locator("#reconstruct-result")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=reconstruction&dataset=digits&example="))
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page).to_have_url(re.compile("dataset=cartoons"))
    page.go_forward()
    expect(page.locator("#sample-result")).to_be_visible()
    page.go_forward()
    expect(page.locator("#about")).to_be_visible()
    for _ in range(2):
        page.go_back()
    expect(page.locator(f"{CARDS}[data-checkpoint='vae-cartoons']")).to_be_visible()
    expect(page.get_by_role("tab", name="Reconstruction")).to_have_attribute("aria-selected", "true")
    assert page.evaluate("window.marked")


def test_a_reload_brings_back_the_upload_the_settings_and_the_painted_codes_of_every_tab(page):
    expect(page.locator(CARDS)).to_have_count(4)
    upload(page, "reconstruct", EXAMPLES / "cartoons" / "face-2.png")
    expect(page).not_to_have_url(re.compile("example="))
    page.locator("#reconstruct-posterior").get_by_text("Posterior sample").click()
    expect(page).to_have_url(re.compile("posterior=sample"))
    seen = page.locator("#reconstruct-result .seen img").get_attribute("src")
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    decoded = page.locator("#codes-result .decoded img")
    before = decoded.get_attribute("src")
    page.locator("#codes-result .swatch").nth(3).click()
    page.locator("#codes-result .cell").nth(100).click()
    expect(decoded).not_to_have_attribute("src", before)
    painted, code = decoded.get_attribute("src"), page.locator("#codes-result .cell").nth(100)
    expect(code).to_have_attribute("aria-label", re.compile("code 3$"))
    page.wait_for_timeout(400)
    page.reload()
    expect(decoded).to_have_attribute("src", painted)
    expect(code).to_have_attribute("aria-label", re.compile("code 3$"))
    expect(page.locator("#codes-result").get_by_alt_text("The picture that was encoded")).to_be_visible()
    open_tab(page, "Reconstruction")
    expect(page.locator("#reconstruct-result .seen img")).to_have_attribute("src", seen)
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile("face-2.png"))
    expect(page.get_by_role("radio", name="Posterior sample")).to_be_checked()


def test_what_is_asked_without_network_is_answered_when_it_is_back_and_the_page_stays(server, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server}/?dataset=digits")
    expect(page.locator(CARDS)).to_have_count(4)
    mark(page)
    context.set_offline(True)
    example = page.locator("#reconstruct-examples .example").nth(3)
    example.click()
    expect(page.locator(".message")).to_contain_text("no connection")
    page.wait_for_timeout(11_000)  # after ten seconds Gradio's own events have the page reloaded
    context.set_offline(False)
    expect(page).to_have_url(re.compile(f"example={example.get_attribute('data-name')}&"))
    expect(page.locator(".message")).to_have_count(0)
    assert page.evaluate("window.marked")
    context.close()


def test_embedded_there_is_only_the_tabs_panel_and_its_controls(page, server):
    page.goto(f"{server}/?tab=sampling&embed=1&seed=3")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    expect(page.locator("#sample-seed input")).to_have_value("3")
    for hidden in ("#heading", "#weights", "#sampling-explanation", "footer", ".introduction >> nth=1"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.get_by_role("tab")).to_have_count(0)
    expect(page).to_have_url(re.compile("embed=1"))
    page.locator("#sample-button").click()
    expect(page.locator("#sample-result .tile")).to_have_count(16)
