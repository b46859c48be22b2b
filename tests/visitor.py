"""What a visitor does on the page, whatever the tab."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

BEEN_HERE = "try { localStorage.setItem('vae-demo-first-visit', 'was') } catch {}"
"""A script that makes a visit another than the first, on which the page says what to do."""
SHORT_TITLES = {
    "Reconstruction": "Reconstruct",
    "Random sampling": "Sample",
    "Beta comparison": "Betas",
    "VQ code maps": "Codes",
    "About the models": "Models",
}
"""The tabs' titles on a narrow screen."""


def upload(page: Page, tab: str, path: Path) -> None:
    """Give a tab's picture a file, as the browser's file chooser would."""
    page.locator(f"#{tab}-picture input[type=file]").set_input_files(str(path))


def open_tab(page: Page, name: str) -> None:
    """Open a tab as a visitor does, by its title, which is short on a narrow screen."""
    titles = [name, SHORT_TITLES.get(name, name)]
    page.get_by_role("tab", name=re.compile("^(" + "|".join(map(re.escape, titles)) + ")$")).click()


def see_whole(page: Page) -> Locator:
    """Scroll to the photograph that is reconstructed whole, and wait for it."""
    page.locator("#reconstruct-result .at-whole").scroll_into_view_if_needed()
    whole = page.locator("#reconstruct-result .at-whole:not(.awaited) .whole")
    expect(whole).to_be_visible()
    return whole


def hold(page: Page, address: str, *, first_only: bool = False) -> list[Route]:
    """Hold requests back until the test continues them, or the first one only; they are in the list as they come."""
    held: list[Route] = []
    page.route(address, lambda route: route.continue_() if first_only and held else held.append(route))
    return held


def is_held(page: Page, held: list[Route]) -> bool:
    """Whether a request comes that is held back, while a visitor would still wait."""
    for _ in range(200):  # routes are told of only while the browser is spoken with
        if held:
            return True
        page.wait_for_timeout(100)
    return False


def loaded(page: Page, selector: str) -> None:
    """Wait until every picture under `selector` has really been drawn."""
    page.wait_for_function(
        "s => { const all = [...document.querySelectorAll(s)]; "
        "return all.length && all.every((i) => i.complete && i.naturalWidth > 0) }",
        arg=f"{selector} img",
    )


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true while a visitor would still wait."""
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()
