"""How the page stands a crowd: `python -m tests.load [ADDRESS] [--visitors 1 10 50 200] [--seconds 30] [--think 5]`.

Visitors open the page, go from tab to tab, and compare every answer, byte by byte, with what a lone visitor got.
Without an address, `python app.py` is served for it. Ends with status 1 where anything failed or was wrong; a full
queue that says so is neither.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.page_client import Answer, Site, Visitor, visit
from tests.served import MB, listener, memory, serve
from tests.visitors import Book, Tabs, rehearse, wander

COUNTS = ("visitors", "requests", "errors", "wrong answers", "queue full")
COLUMNS = (*COUNTS, "p50 s", "p95 s", "p99 s", "requests/s", "peak memory MB")
HEADER = f"| {' | '.join(COLUMNS)} |\n|{' --: |' * len(COLUMNS)}"


@dataclass
class Crowd:
    """What came of so many visitors at once. A time is from the request to its last picture."""

    visitors: int
    answers: list[Answer] = field(default_factory=list)
    elapsed: float = 0.0
    peak: int = 0

    def count(self, outcome: str) -> int:
        """How many requests came out so."""
        return sum(answer.outcome == outcome for answer in self.answers)

    @property
    def failed(self) -> bool:
        """Whether a request got no answer, or a wrong one."""
        return bool(self.count("error") or self.count("wrong"))

    def row(self) -> str:
        """The crowd's line of the table."""
        times = sorted(answer.seconds for answer in self.answers if answer.outcome in ("right", "wrong"))
        shares = [f"{times[int(share * (len(times) - 1))]:.2f}" if times else "–" for share in (0.5, 0.95, 0.99)]
        counts = [self.count(outcome) for outcome in ("error", "wrong", "full")]
        peak = f"{self.peak / MB:.0f}" if self.peak else "–"
        cells = [self.visitors, len(self.answers), *counts, *shares, f"{len(times) / self.elapsed:.1f}", peak]
        return f"| {' | '.join(map(str, cells))} |"

    def trouble(self) -> str:
        """What the requests that were not answered, or not rightly, were told, the most frequent first."""
        told = Counter((a.outcome, a.request.event, a.said) for a in self.answers if a.outcome in ("error", "wrong"))
        told += Counter(("full", "any", answer.said) for answer in self.answers if answer.outcome == "full")
        return "\n".join(f"- {n} × {outcome}, {event}: {said}" for (outcome, event, said), n in told.most_common(20))


async def crowd(
    site: Site,
    tabs: Tabs,
    book: Book,
    visitors: int,
    seconds: float,
    think: float = 5,
    seed: int = 0,
    pid: int | None = None,
) -> Crowd:
    """Let visitors come during the first third of the time, and wander until it is over; waits for the last answer."""
    found = Crowd(visitors)
    start = time.perf_counter()

    async def one(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        await asyncio.sleep(chance.uniform(0, seconds / 3) if visitors > 1 else 0)
        async with Visitor(site.elsewhere()) as visitor:
            async for answers in wander(visitor, tabs, book, chance, think):
                for answer in answers:
                    answer.data.clear()
                found.answers += answers
                if time.perf_counter() - start > seconds:
                    return

    async def watch() -> None:
        while True:
            found.peak = max(found.peak, memory(pid))
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(one(number) for number in range(visitors)))
    found.elapsed = time.perf_counter() - start
    watching.cancel()
    return found


async def measure(address: str, options: argparse.Namespace) -> bool:
    """Print the table for each number of visitors; whether all went well."""
    crowds = []
    pid = listener(address)
    async with visit(address) as site:
        tabs, book = await rehearse(site)
        print(f"{len(book)} distinct requests, each asked once alone.\n\n{HEADER}", flush=True)
        for visitors in options.visitors:
            crowds.append(await crowd(site, tabs, book, visitors, options.seconds, options.think, options.seed, pid))
            print(crowds[-1].row(), flush=True)
    for found in crowds:
        if found.trouble():
            print(f"\n{found.visitors} visitors:\n{found.trouble()}")
    return not any(found.failed for found in crowds)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the status to end with."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "address", nargs="?", help="a running page, such as http://127.0.0.1:7860 (default: one of its own)"
    )
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 50, 200], help="(default: 1 10 50 200)")
    parser.add_argument("--seconds", type=float, default=30, help="for each number of visitors (default: 30)")
    parser.add_argument(
        "--think", type=float, default=5, help="mean seconds before a visitor's next request (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of what the visitors do and when (default: 0)")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        address = options.address or stack.enter_context(serve()).address
        return 0 if asyncio.run(measure(address, options)) else 1


if __name__ == "__main__":
    sys.exit(main())
