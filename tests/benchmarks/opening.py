"""Opening the page in Chromium, from the address to the first reconstruction, beside a bare page with a line of text.

It is seen first in the view that comes before the page, and then in the page itself.
A new visitor's browser has nothing of the page; one who has been here has what may be kept.
"""

from contextlib import ExitStack

from playwright.sync_api import Browser

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.requests import BARE_PAGE
from tests.chromium import chromium
from tests.served import serve

OURS, BUILT, FLOOR = "ours", "ours, all of it", "bare page"
SEEN = {
    OURS: "document.getElementById('first-view')?.shadowRoot.querySelector('article:not(.seen) img')",
    BUILT: "document.querySelector('#first-view') ? null : document.querySelector('#reconstruct-result .card img')",
    FLOOR: "document.querySelector('#words')",
}
"""What a visitor waits for: the first reconstruction, in the view that comes before the page and in the page itself."""
WATCH = """found => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: 'open' }); };
    const look = () => {
        const part = found();
        const there = part && (part.complete ?? true) && part.getBoundingClientRect().width;
        if (there && part.checkVisibility({ checkOpacity: true })) globalThis.seenAfter = performance.now();
        else requestAnimationFrame(look);
    };
    look();
}"""
"""Note after how many milliseconds it is on the screen."""


def run(rounds: int) -> list[Table]:
    """Seconds until it is seen, with an empty cache and with one that the page has filled before."""
    with ExitStack() as stack:
        ours, bare = (stack.enter_context(one).address for one in (serve(), serve(script=BARE_PAGE)))
        addresses = {FLOOR: bare, OURS: ours, BUILT: ours}
        browser = stack.enter_context(chromium())
        _opened(browser, ours, SEEN[BUILT])  # whoever came before: from then on the answer comes with the page
        for name in addresses:
            _opened(browser, addresses[name], SEEN[name])
        return [
            table(
                f"From the address to what is waited for, {times} time",
                "s",
                interleaved(
                    {
                        name: lambda name=name, before=before: _opened(browser, addresses[name], SEEN[name], before)
                        for name in addresses
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
        context.add_init_script(f"({WATCH})(() => {seen})")
        for _ in range(before + 1):
            page = context.new_page()
            page.goto(address)
            page.wait_for_function("globalThis.seenAfter")
            seconds = page.evaluate("globalThis.seenAfter") / 1000
            page.close()
    return seconds
