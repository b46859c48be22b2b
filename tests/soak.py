"""Whether the page grows with its visitors: `python -m tests.soak`.

Visitors come and go in one server process, a few at a time, each with new files, until half of the requests (10,000,
`--requests`) are answered, and after them half of the visits (200, `--visits`) are made in Chromium; then the others.
Its memory and its temporary files are looked at after the first half and after the second. Ends with status 1 where
the memory of the second is more than 5 % above the first's, where an answer was wrong, or where temporary files stay.

What bounds the files is that the page deletes them: each hour, those older than an hour. Here that is a minute
(`--delete-after`); once the visitors have gone, and two such minutes, no more files may lie there than before.
"""

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.browser_visits import visit_by_browser
from tests.page_client import Request, Site, Visitor, visit
from tests.served import Server, Usage, serve, usage
from tests.visitors import Book, Tabs, rehearse, wander
from vae_demo.hosting.housekeeping import LOOK_SECONDS

Tally = Counter[str]

GROWTH = 1.05
ERRANDS = 20
"""What a visitor asks for before leaving, besides what the page asks for when it is opened."""


async def soak(site: Site, tabs: Tabs, book: Book, requests: int, numbers: Iterator[int], at_once: int = 4) -> Tally:
    """Let visitors come and go until so many requests are over: how they came out, and what was said of errors."""
    tally: Tally = Counter()

    async def come_and_go() -> None:
        while tally.total() < requests:
            number = next(numbers)
            # Two visitors send the same new photograph: the second must get the first's answer.
            new = Request("reconstruct", ("photos", "mean", 0), number // 2)
            mixed = tabs | {"reconstruction": [*tabs["reconstruction"], new]}
            async with Visitor(site, f"visitor {number}".encode()) as visitor:
                errands = wander(visitor, mixed, book, random.Random(number))
                for _ in range(1 + ERRANDS):
                    tally.update(answer.said or answer.outcome for answer in await anext(errands))
                    if tally.total() >= requests:
                        return

    await asyncio.gather(*(come_and_go() for _ in range(at_once)))
    return tally


def judge(tally: Tally, first: Usage, second: Usage, before: Usage, left: Usage) -> list[str]:
    """What is wrong with a run, in sentences: none where its memory and its files are bounded and its answers right."""
    found = [f"{count} requests or visits: {outcome}." for outcome, count in tally.items() if outcome != "right"]
    if second.memory > GROWTH * first.memory:
        found.append(f"Memory grew by {second.memory / first.memory - 1:.1%}, more than {GROWTH - 1:.0%}.")
    if left.files > before.files:
        found.append(f"{left.files} temporary files stayed, where there were {before.files} before the visitors came.")
    return found


async def measure(server: Server, requests: int, visits: int, delete_after: int) -> list[str]:
    """Print what the server takes after each half, and once its files are due for deletion; what is wrong with it."""
    async with visit(server.address) as site:
        looks = [report("before the visitors came", server)]
        tabs, book = await rehearse(site)
        numbers = itertools.count()
        tally: Tally = Counter()
        for half in (0, 1):
            start, asked = time.perf_counter(), (requests + half) // 2
            tally += await soak(site, tabs, book, asked, numbers)
            seconds = time.perf_counter() - start
            tally += await asyncio.to_thread(visit_by_browser, server.address, (visits + half) // 2, numbers)
            await asyncio.sleep(LOOK_SECONDS + 1)  # what was freed has been given back by then
            name = f"after {tally.total():,} requests and visits ({asked / seconds:.1f} requests a second)"
            looks.append(report(name, server))
        before, first, second = looks
        print(f"Memory after the second half is {second.memory / first.memory:.3f} × that after the first.", flush=True)
        # Whatever is that old by then is deleted at the next look, which comes as often.
        await asyncio.sleep(2 * delete_after + 2)
        left = report(f"{2 * delete_after} seconds after the last request", server)
    return judge(tally, first, second, before, left)


def report(when: str, server: Server) -> Usage:
    """What the server takes just now, also printed."""
    found = usage(server)
    print(f"{when[0].upper()}{when[1:]}: {found}.", flush=True)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the status to end with."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000, help="(default: 10000)")
    parser.add_argument("--visits", type=int, default=200, help="by a browser (default: 200)")
    parser.add_argument("--delete-after", type=int, default=60, help="seconds until files are deleted (default: 60)")
    options = parser.parse_args(arguments)
    visit_by_browser("", 0, itertools.count())  # there is none: better now than after half of the requests
    with serve("--delete-after", str(options.delete_after)) as server:
        found = asyncio.run(measure(server, options.requests, options.visits, options.delete_after))
    print(*found or ["Nothing grew."], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
