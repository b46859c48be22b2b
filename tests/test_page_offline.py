"""A visitor whose connection is lost for a while: they are told, and all that they asked for comes when it is back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.visitor import BEEN_HERE, eventually, open_tab

MESSAGE = ".message"


@pytest.fixture
def traveller(server: str, browser: Browser) -> Iterator[Page]:
    """The page, of a visitor whose connection may be lost: what it logs of that is no fault."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(BEEN_HERE)
        page.goto(f"{server}/?dataset=digits&posterior=sample&seed=2")
        expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
        yield page


def is_blank(canvas: Locator) -> bool:
    script = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.every((v) => v === 0)"
    return canvas.evaluate(script)


def test_a_decoder_that_cannot_be_had_just_now_is_fetched_when_it_can(traveller):
    page, card = traveller, traveller.locator("#reconstruct-result .card[data-checkpoint=vae-digits]")
    before = card.locator("img").first.get_attribute("src")
    page.context.set_offline(True)
    card.locator("summary").click()
    # What else was asked for just then is told of too, in a message of its own.
    told = page.locator(MESSAGE).filter(has_text="The picture cannot be decoded: there is no connection to the server.")
    expect(told).to_be_visible()
    card.get_by_role("slider").first.press("End")
    distortion = card.locator("[data-term=distortion] b")
    expect(distortion).to_have_text("–")
    samples = card.locator(".posterior-samples canvas")
    assert all(is_blank(canvas) for canvas in samples.all())
    page.context.set_offline(False)
    expect(page.locator(MESSAGE)).to_have_count(0)
    expect(distortion).to_have_text(re.compile(r"^[\d,.]+ nats$"))
    assert eventually(lambda: not any(is_blank(canvas) for canvas in samples.all()))
    assert card.locator("canvas").first.evaluate("c => c.toDataURL()") != before


def test_rows_that_are_asked_for_without_network_come_when_it_is_back(traveller):
    page = traveller
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.context.set_offline(True)
    page.get_by_role("button", name="Three temperatures").click()
    expect(page.locator(MESSAGE).filter(has_text="There is no connection").first).to_be_visible()
    rows = page.locator("#sample-result .rows")
    height = rows.bounding_box()["height"]
    page.context.set_offline(False)
    expect(rows.locator("img")).to_have_count(24)
    expect(page.locator(MESSAGE)).to_have_count(0)
    expect(rows).to_have_attribute("aria-busy", "false")
    assert rows.bounding_box()["height"] == pytest.approx(height, abs=2)  # what is below did not move


def test_bits_of_codes_that_are_painted_without_network_follow(traveller):
    page = traveller
    open_tab(page, "VQ code maps")
    codes = page.locator("#codes-result")
    expect(codes.locator(".code-file .download-file")).to_contain_text("bytes")
    before = codes.locator(".measures").inner_text()
    page.context.set_offline(True)
    codes.locator(".swatch").nth(7).click()
    for place in (5, 6, 7):
        codes.locator(".cell").nth(place).click()
    expect(page.locator(MESSAGE).first).to_contain_text("no connection")
    page.context.set_offline(False)
    expect(codes.locator(".measures")).not_to_have_text(before, use_inner_text=True)
    expect(page.locator(MESSAGE)).to_have_count(0)
    expect(codes.locator(".decoded img")).to_be_visible()  # the server's, of these codes
    codes.locator(".cell").nth(8).click()
    expect(codes.locator(".decoded canvas")).to_be_visible()
