"""A server that stops under an open page and comes back: nothing that a visitor did is lost."""

import re

from conftest import EXAMPLES
from playwright.sync_api import expect

from tests.served import free_port, serve
from tests.visitor import open_tab, upload

MESSAGE = ".message"


def test_what_a_visitor_did_outlives_the_server(blank, tmp_path):
    page = blank
    seen = page.locator("#reconstruct-result .seen img").first
    cells = page.locator("#codes-result .cell")

    def are_painted(*numbers: int) -> None:
        for number in numbers:
            expect(cells.nth(number)).to_have_attribute("aria-label", re.compile(": code 7$"))

    port = str(free_port())
    with serve("--port", port, GRADIO_TEMP_DIR=str(tmp_path)) as first:
        page.goto(f"{first.address}/?dataset=digits")
        before = seen.get_attribute("src")
        upload(page, "reconstruct", EXAMPLES / "faces" / "sample-5.png")
        expect(seen).not_to_have_attribute("src", before)
        own = seen.get_attribute("src")
        open_tab(page, "VQ code maps")
        page.locator("#codes-result .swatch").nth(7).click()
        for number in (3, 4):
            cells.nth(number).click()
        are_painted(3, 4)
        expect(page).to_have_url(re.compile("codes="))
    cells.nth(6).click()
    expect(page.locator(MESSAGE)).to_contain_text("no connection")
    are_painted(3, 4, 6)
    open_tab(page, "Reconstruction")
    card = page.locator("#reconstruct-result .card[data-checkpoint=vae-faces]")
    card.locator("summary").click()
    card.get_by_role("slider").first.press("End")
    expect(page.locator(MESSAGE).last).to_contain_text("The picture cannot be decoded")
    distortion = card.locator("[data-term=distortion] b")
    expect(distortion).to_have_text("–")
    with serve("--port", port, GRADIO_TEMP_DIR=str(tmp_path)):
        expect(page.locator(MESSAGE)).to_have_count(0)
        expect(distortion).to_have_text(re.compile(r"^[\d,.]+ nats$"))
        open_tab(page, "VQ code maps")
        are_painted(3, 4, 6)
        page.reload()
        are_painted(3, 4, 6)
        open_tab(page, "Reconstruction")
        expect(seen).to_have_attribute("src", own)
