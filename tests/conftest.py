"""A running page, a browser on it, and the pictures that the tests send."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=20_000)  # the first visitor of a busy machine waits for the models

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "vae_demo" / "examples"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: those that start neither a server nor a browser."""
    items.sort(key=lambda item: ("server" in item.fixturenames) + 2 * ("page" in item.fixturenames))


@dataclass
class Server:
    """A running page: its process, its address, the folder of its uploads, and the file of its log."""

    process: subprocess.Popen
    address: str
    uploads: Path
    log: Path


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Server]:
    """`python app.py`, started from some other folder, on the bundled weights."""
    log, uploads, elsewhere = folder / "log", folder / "uploads", folder / "elsewhere"
    uploads.mkdir(parents=True)
    elsewhere.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VAE_DEMO_")}
    environment |= {"GRADIO_TEMP_DIR": str(uploads), "PYTHONUNBUFFERED": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py"), "--host", "127.0.0.1", *options],
            cwd=elsewhere,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        yield Server(process, _address(process, log), uploads, log)
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page that most tests share."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running.address


def _address(process: subprocess.Popen, log: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.1)
    raise RuntimeError(f"The page did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(server: str, browser: Browser) -> Iterator[Page]:
    """The page, opened by a visitor; fails where it logs an error or asks anything of another machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)

    def inspect(route, request):
        if request.url.startswith(server):
            route.continue_()
        else:
            faults.append(f"request to another machine: {request.url}")
            route.abort()

    page.route(re.compile(r"^(http|ws)s?://"), inspect)
    page.goto(server)
    yield page
    page.close()
    assert not faults, faults
