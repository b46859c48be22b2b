"""Visitors in real Chromium, one after another, each with a browser that is new and a photograph of their own."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.chromium import chromium
from tests.visitor import BEEN_HERE, open_tab, upload

PATIENCE = 60_000  # milliseconds
PLACES = {
    "Random sampling": "#sample-result .tile",
    "Beta comparison": "#beta-result td img",
    "VQ code maps": "#codes-result .cell",
    "About the models": "#about tbody tr",
}
"""What stands in each tab once it has answered."""


def visit_by_browser(address: str, count: int, numbers: Iterator[int]) -> Counter[str]:
    """How so many visits came out: "right", or what went wrong. Starts a browser in any case."""
    with chromium() as browser, TemporaryDirectory() as folder:
        return Counter(_come_and_go(browser, address, _photograph(Path(folder), next(numbers))) for _ in range(count))


def _come_and_go(browser: Browser, address: str, photograph: Path) -> str:
    faults: list[str] = []
    try:
        with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            context.add_init_script(BEEN_HERE)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
            page.goto(address)
            _look_at_everything(page, photograph)
    except (PlaywrightError, AssertionError) as error:
        faults.append(" ".join(str(error).split())[:300])
    return faults[0] if faults else "right"


def _look_at_everything(page: Page, photograph: Path) -> None:
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4, timeout=PATIENCE)
    page.locator("#reconstruct-dataset").get_by_text("photos", exact=True).click()
    upload(page, "reconstruct", photograph)
    expect(page.locator(f"#reconstruct-picture img[src*='{photograph.name}']")).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("!document.querySelector('.pending')")
    page.locator("#reconstruct-result .at-whole").scroll_into_view_if_needed()
    expect(page.locator("#reconstruct-result .at-whole:not(.awaited) .whole")).to_be_visible(timeout=PATIENCE)
    for tab, there in PLACES.items():
        open_tab(page, tab)
        expect(page.locator(there).first).to_be_visible(timeout=PATIENCE)


def _photograph(folder: Path, number: int) -> Path:
    chosen = random.Random(number)
    path = folder / f"visit-{number}.jpg"
    small = Image.frombytes("RGB", (24, 16), chosen.randbytes(24 * 16 * 3))
    small.resize((768, 512), Image.Resampling.BICUBIC).save(path, quality=90)
    return path
