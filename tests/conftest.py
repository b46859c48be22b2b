"""A running page, a browser on it, and the pictures that the tests send."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.chromium import chromium
from tests.served import Server, serve
from tests.visitor import BEEN_HERE

expect.set_options(timeout=20_000)  # the first visitor of a busy machine waits for the models

torch.set_num_threads(1)  # as the page has it, so that its numbers are the same to the last digit

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "vae_demo" / "examples"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: those that start neither a server nor a browser. On a busy machine a browser may lose a touch or
    a frame: what fails in it is tried once more, and the summary counts how often."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1))
    # A browser keeps an event loop running, in which the tests that bring their own could not.
    items.sort(key=lambda item: ("server" in item.fixturenames) + 2 * ("browser" in item.fixturenames))


def readme_snippet(heading: str, language: str = "python") -> str:
    """The code in that language under a heading of the README."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture(scope="session")
def serving() -> Iterator[Server]:
    """The page that most tests share."""
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def server(serving: Server) -> str:
    """The address of that page."""
    return serving.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor's browser, whose cache spares most tests what Gradio itself sends: 101 files."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture
def blank(desktop: BrowserContext) -> Iterator[Page]:
    """An empty page of that browser; what a visit leaves in it is gone afterwards."""
    try:
        yield desktop.new_page()
    finally:
        desktop.clear_permissions()
        for page in desktop.pages:
            page.close()


@pytest.fixture
def page(server: str, blank: Page) -> Iterator[Page]:
    """The page, opened on digits; fails where it logs an error or asks anything of another machine."""
    page = blank
    page.set_default_timeout(30_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)

    def inspect(request: Request) -> None:  # a route would take each request through this process, and the cache away
        if re.match("(http|ws)s?://", request.url) and not request.url.startswith(server):
            faults.append(f"request to another machine: {request.url}")

    page.on("request", inspect)
    page.add_init_script(BEEN_HERE)
    page.goto(f"{server}/?dataset=digits")  # the smallest models answer soonest
    yield page
    assert not faults, faults


@pytest.fixture(params=[1440, 375])
def wide(request: pytest.FixtureRequest, page: Page) -> Page:
    """The page on a desktop, and as narrow as a phone, once it shows its first answer."""
    page.set_viewport_size({"width": request.param, "height": 900 if request.param > 400 else 812})
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    return page


@pytest.fixture
def requests(page: Page) -> list[str]:
    """The addresses that the page has asked for since it was opened."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    return seen
