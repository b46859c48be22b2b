"""A server that stops under an open page and comes back: nothing that a visitor did is lost."""

import re
from urllib.parse import urlsplit

from conftest import EXAMPLES
from playwright.sync_api import expect

from tests.served import serve
from tests.visitor import open_tab, upload

MESSAGE = ".message"


def test_what_a_visitor_did_outlives_the_server(desktop, tmp_path):
    page = desktop.new_page()
    seen = page.locator("#reconstruct-result .seen img").first
    cells = page.locator("#codes-result .cell")

    def are_painted(*numbers: int) -> None:
        for number in numbers:
            expect(cells.nth(number)).to_have_attribute("aria-label", re.compile(": code 7$"))

    with serve(GRADIO_TEMP_DIR=str(tmp_path)) as first:
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
    with serve("--port", str(urlsplit(first.address).port), GRADIO_TEMP_DIR=str(tmp_path)):
        expect(page.locator(MESSAGE)).to_have_count(0)
        are_painted(3, 4, 6)
        page.reload()
        are_painted(3, 4, 6)
        open_tab(page, "Reconstruction")
        expect(seen).to_have_attribute("src", own)
    page.close()
