"""What one visitor costs: the server's processor seconds, the requests and the bytes of a scripted visit, step by step.

Another visitor has done the same before, and what the server takes where nobody asks for anything is not counted.
`--beside FOLDER` plays the visit on the page of another checkout; a step that
this one lacks is left out there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect
from playwright.sync_api import Error as PlaywrightError

from tests.benchmarks.report import Row, Table
from tests.chromium import chromium
from tests.served import ROOT, Server, seconds_computed, serve

QUIET = 1500
"""Milliseconds without a request until a step counts as answered."""
PAINTED = 20
DRAGGED_SECONDS = 10
IDLE_SECONDS = 15
"""How long the server is looked at while nobody asks for anything."""


@dataclass
class Cost:
    """What one step took of the server."""

    seconds: float
    requests: int
    bytes: int


def run(rounds: int, beside: Path | None = None) -> list[Table]:
    """A table of each measure: the steps of a visit here, as times of those beside, or of the whole visit."""
    places = {"here": ROOT} | ({"beside": beside} if beside else {})
    found: dict[str, dict[str, list[Cost]]] = {place: {step: [] for step in STEPS} for place in places}
    for _ in range(rounds):
        for place, folder in places.items():
            for step, cost in _visit(folder):
                found[place][step].append(cost)
    return [_table(found, measure, unit) for measure, unit in (("seconds", "s"), ("requests", ""), ("bytes", "B"))]


def _table(found: dict[str, dict[str, list[Cost]]], measure: str, unit: str) -> Table:
    medians = {
        place: {step: median(getattr(cost, measure) for cost in costs) for step, costs in steps.items() if costs}
        for place, steps in found.items()
    }
    rows = []
    for place, steps in medians.items():
        # A total of the steps that both have.
        common = [step for step in steps if all(step in other for other in medians.values())]
        rows += [(f"{step}, {place}", value) for step, value in steps.items()]
        rows.append((f"together, {place}", sum(steps[step] for step in common)))
    baseline = f"together, {'beside' if 'beside' in medians else 'here'}"
    whole = dict(rows)[baseline]
    return Table(f"a visit's {measure}", unit, baseline, [Row(case, value, value / whole) for case, value in rows])


def _visit(folder: Path) -> Iterator[tuple[str, Cost]]:
    with (
        serve(script=folder.resolve() / "app.py") as server,
        chromium() as browser,
        _photograph() as other,
        _photograph() as photograph,
    ):
        for _ in _played(browser, server, other):  # whoever came before: the models are loaded, as for most visitors
            pass
        yield from _played(browser, server, photograph)


def _played(browser: Browser, server: Server, photograph: Path) -> Iterator[tuple[str, Cost]]:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        asked: list[Request] = []
        finished: list[Request] = []  # a stream that stays open has no size yet
        page.on("request", lambda request: asked.append(request))
        page.on("requestfinished", lambda request: finished.append(request))
        page.goto(f"{server.address}/?seen")  # the browser has compiled the page
        _settle(page)
        idle = _idle_share(page, server.process.pid)
        for name, step in STEPS.items():
            asked.clear()
            finished.clear()
            before, began = seconds_computed(server.process.pid), time.monotonic()
            try:
                step(page, server.address, photograph)
            except LookupError:
                continue
            _settle(page)
            seconds = seconds_computed(server.process.pid) - before - idle * (time.monotonic() - began)
            yield name, Cost(max(0.0, seconds), len(asked), sum(map(_bytes, finished)))


def _idle_share(page: Page, process: int) -> float:
    """The processor seconds a second of a server whose one visitor looks at the page."""
    before = seconds_computed(process)
    page.wait_for_timeout(1000 * IDLE_SECONDS)
    return (seconds_computed(process) - before) / IDLE_SECONDS


@contextmanager
def _photograph() -> Iterator[Path]:
    """A picture of 12 megapixels, as a telephone takes them; another each time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        Image.effect_noise((400, 300), 60).resize((4000, 3000)).convert("RGB").save(path, quality=90)
        yield path


def _bytes(request: Request) -> int:
    try:
        return request.sizes()["responseBodySize"]
    except PlaywrightError:  # its page is another by now
        return 0


def _settle(page: Page) -> None:
    page.wait_for_function("!document.querySelector('.pending')")
    page.wait_for_timeout(QUIET)
    page.wait_for_function("!document.querySelector('.pending')")


def _open(page: Page, address: str, _: Path) -> None:
    page.goto(address)
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4, timeout=60_000)


def _examples(page: Page, *_: object) -> None:
    for place in (1, 2, 3):
        page.locator("#reconstruct-examples .example").nth(place).click()
        page.wait_for_timeout(1000)


def _upload(page: Page, _: str, photograph: Path) -> None:
    page.locator("#reconstruct-dataset").get_by_text("photos", exact=True).click()
    _settle(page)
    page.locator("#reconstruct-picture input[type=file]").set_input_files(str(photograph))
    _settle(page)
    page.locator("#reconstruct-result").locator(".at-whole, .whole").first.scroll_into_view_if_needed()
    expect(page.locator("#reconstruct-result .whole img").first).to_be_visible(timeout=60_000)


def _drag(page: Page, *_: object) -> None:
    forward = page.locator("#reconstruct-result .card .forward summary")
    if not forward.count():
        raise LookupError("The page has no latents to move.")
    forward.first.click()
    slider = page.locator("#reconstruct-result .card .forward input[type=range]").first
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for tenth in range(10 * DRAGGED_SECONDS):
        share = abs((tenth / 20) % 2 - 1)
        page.mouse.move(box["x"] + share * box["width"], middle)
        page.wait_for_timeout(100)
    page.mouse.up()


def _betas(page: Page, *_: object) -> None:
    page.get_by_role("tab", name="Beta comparison").click()
    expect(page.locator("#beta-result td img").first).to_be_visible(timeout=60_000)


def _paint(page: Page, *_: object) -> None:
    page.get_by_role("tab", name="VQ code maps").click()
    cells = page.locator("#codes-result .cell")
    expect(cells.first).to_be_visible(timeout=60_000)
    _settle(page)
    for place in range(PAINTED):
        cells.nth(3 * place).click()
        page.wait_for_timeout(200)


def _samples(page: Page, *_: object) -> None:
    page.get_by_role("tab", name="Random sampling").click()
    expect(page.locator("#sample-result .tile")).to_have_count(16, timeout=60_000)


def _prior(page: Page, *_: object) -> None:
    count = page.locator("#sample-count input[type=number]")
    count.fill("1")
    count.blur()
    _settle(page)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="cartoons · VQ-VAE").click()
    expect(page.locator("#sample-result .codes i")).to_have_count(256, timeout=60_000)


STEPS: dict[str, Callable[[Page, str, Path], None]] = {
    "open the page": _open,
    "three examples": _examples,
    "a photograph of 12 megapixels": _upload,
    "ten seconds of dragging a latent": _drag,
    "a comparison of betas": _betas,
    "twenty painted cells": _paint,
    "sixteen samples": _samples,
    "one map by the code prior": _prior,
}
