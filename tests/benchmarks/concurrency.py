"""Answers a second when 10 and 50 visitors ask at once, without a pause, beside a bare Gradio page's echo."""

import asyncio
import time
from contextlib import ExitStack

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.requests import BARE_PAGE, answered
from tests.benchmarks.start import FIRST, FLOOR, OURS
from tests.page_client import Request, Visitor, visit
from tests.served import serve

SECONDS = 8.0
VISITORS = (10, 50)


def run(rounds: int) -> list[Table]:
    """A table for each number of visitors: the reconstruction of a digit by all variants, and the echo of the same."""
    with ExitStack() as stack:
        servers = {OURS: stack.enter_context(serve()), FLOOR: stack.enter_context(serve("--torch", script=BARE_PAGE))}
        return [
            table(
                f"{visitors} visitors at once",
                "answers/s",
                interleaved(
                    {
                        name: lambda name=name, visitors=visitors: asyncio.run(
                            rate(servers[name].address, FIRST[name], visitors)
                        )
                        for name in (FLOOR, OURS)
                    },
                    rounds,
                ),
                FLOOR,
                higher_is_better=True,
            )
            for visitors in VISITORS
        ]


async def rate(address: str, request: Request, visitors: int) -> float:
    """Let visitors ask the same, again and again: how many answers came a second."""
    count = 0
    start = time.perf_counter()

    async with visit(address) as site:

        async def one() -> None:
            nonlocal count
            async with Visitor(site) as visitor:
                while time.perf_counter() - start < SECONDS:
                    await answered(visitor, request)
                    count += 1

        await asyncio.gather(*(one() for _ in range(visitors)))
    return count / (time.perf_counter() - start)
