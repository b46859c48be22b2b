"""What a visitor does on the page, whatever the tab."""

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect


def upload(page: Page, tab: str, path: Path) -> None:
    """Give a tab's picture a file, as the browser's file chooser would."""
    page.locator(f"#{tab}-picture input[type=file]").set_input_files(str(path))


def open_tab(page: Page, name: str) -> None:
    """Open a tab as a visitor does: on a narrow screen some are behind "More tabs"."""
    expect(page.get_by_role("tab").first).to_be_visible()
    tab = page.get_by_role("tab", name=name)
    more = page.get_by_role("button", name="More tabs")
    expect(tab.or_(more).first).to_be_visible()
    if tab.count() and tab.first.is_visible():
        tab.first.click()
    else:
        more.click()
        page.locator(".overflow-dropdown button", has_text=name).first.click()


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
