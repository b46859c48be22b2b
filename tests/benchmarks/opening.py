"""Opening the page in Chromium, from the address to the first reconstruction, beside a bare page with a line of text.

A new visitor's browser has nothing of the page; one who has been here has what may be kept.
"""

import json
from contextlib import ExitStack

from playwright.sync_api import Browser

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.requests import BARE_PAGE
from tests.chromium import chromium
from tests.served import serve

OURS, FLOOR = "ours", "bare page"
SEEN = {OURS: "#reconstruct-result .card[data-checkpoint] img", FLOOR: "#words"}
"""What a visitor waits for."""
WATCH = """selector => {
    const look = () => {
        const found = document.querySelector(selector);
        const there = found && (found.complete ?? true) && found.getBoundingClientRect().width;
        if (there && found.checkVisibility({ checkOpacity: true })) globalThis.seenAfter = performance.now();
        else requestAnimationFrame(look);
    };
    look();
}"""
"""Note after how many milliseconds it is on the screen."""


def run(rounds: int) -> list[Table]:
    """Seconds until it is seen, with an empty cache and with one that the page has filled before."""
    with ExitStack() as stack:
        addresses = {
            OURS: stack.enter_context(serve()).address,
            FLOOR: stack.enter_context(serve(script=BARE_PAGE)).address,
        }
        browser = stack.enter_context(chromium())
        for name in addresses:  # whoever came before: the models are loaded
            _opened(browser, addresses[name], SEEN[name])
        return [
            table(
                f"From the address to what is waited for, {times} time",
                "s",
                interleaved(
                    {
                        name: lambda name=name, before=before: _opened(browser, addresses[name], SEEN[name], before)
                        for name in (FLOOR, OURS)
                    },
                    rounds,
                ),
                FLOOR,
            )
            for times, before in (("first", 0), ("third", 2))
        ]


def _opened(browser: Browser, address: str, seen: str, before: int = 0) -> float:
    """The seconds of one more opening than those `before`, in a browser that was empty."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.add_init_script(f"({WATCH})({json.dumps(seen)})")
        for _ in range(before + 1):
            page = context.new_page()
            page.goto(address)
            page.wait_for_function("globalThis.seenAfter")
            seconds = page.evaluate("globalThis.seenAfter") / 1000
            page.close()
    return seconds
