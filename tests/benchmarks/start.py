"""From the command to the first page and to the first reconstruction, beside a bare Gradio page with torch imported."""

import asyncio
import time
from pathlib import Path
from statistics import median

import httpx

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.requests import BARE_PAGE, answered
from tests.page_client import Request, Visitor, visit
from tests.served import ROOT, serve
from tests.visitors import PICTURES

OURS, FLOOR = "ours", "bare page with torch"
FIRST = {
    OURS: Request("reconstruct", ("digits", "mean", 0), PICTURES["digits"][0]),
    FLOOR: Request("echo", picture=PICTURES["digits"][0]),
}


def run(rounds: int) -> list[Table]:
    """Seconds until the page is there, and until the first picture is answered."""
    pictures: dict[str, list[float]] = {OURS: [], FLOOR: []}

    def started(name: str, *command: str, script: Path) -> float:
        start = time.perf_counter()
        with serve(*command, script=script) as server:
            httpx.get(server.address, timeout=60).raise_for_status()
            page = time.perf_counter() - start
            asyncio.run(first_answer(server.address, FIRST[name]))
            pictures[name].append(time.perf_counter() - start)
        return page

    pages = interleaved(
        {
            FLOOR: lambda: started(FLOOR, "--torch", script=BARE_PAGE),
            OURS: lambda: started(OURS, script=ROOT / "app.py"),
        },
        rounds,
    )
    answers = {name: median(found[1:]) for name, found in pictures.items()}
    return [
        table("From the command to the first page", "s", pages, FLOOR),
        table("From the command to the first reconstruction", "s", answers, FLOOR),
    ]


async def first_answer(address: str, request: Request) -> None:
    """Ask once."""
    async with visit(address) as site, Visitor(site) as visitor:
        await answered(visitor, request)
