"""The most memory that a process takes: as a bare page, at start, with all checkpoints loaded, and with photographs."""

import asyncio
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.requests import BARE_PAGE, answered
from tests.benchmarks.start import FIRST, FLOOR, OURS
from tests.page_client import Request, Visitor, visit
from tests.served import MB, Server, memory, serve
from tests.visitors import PICTURES
from vae_demo.ui.widgets import COMPUTING

AT_ONCE = COMPUTING["concurrency_limit"]
LOADED, BUSY = "with all checkpoints loaded", f"with {AT_ONCE} photographs of 1024 pixels at once, the most there are"
LARGEST = f"with {AT_ONCE} pictures of 49 million pixels at once"
MACHINE = 16_000
"""The megabytes of a CPU basic Space."""


def run(rounds: int) -> list[Table]:
    """Megabytes of resident memory, and how many such processes 16 GB hold."""
    found: dict[str, list[float]] = {OURS: [], LOADED: [], BUSY: [], LARGEST: []}

    def bare() -> float:
        with serve("--torch", script=BARE_PAGE) as server:
            asyncio.run(ask(server, FIRST[FLOOR]))
            return memory(server.process.pid) / MB

    def ours() -> float:
        with serve() as server, tempfile.TemporaryDirectory() as folder:
            found[OURS].append(memory(server.process.pid) / MB)
            asyncio.run(ask(server, FIRST[OURS]))
            time.sleep(5)  # the models load in the background
            found[LOADED].append(memory(server.process.pid) / MB)
            for side, name in ((1024, BUSY), (7000, LARGEST)):
                photographs = [photograph(Path(folder), side, 7 * number) for number in range(AT_ONCE)]
                asked = (Request("reconstruct", ("photos", "mean", 0), path) for path in photographs * 3)
                asyncio.run(ask(server, *asked))
                found[name].append(peak(server) / MB)
        return found[LARGEST][-1]

    medians = interleaved({FLOOR: bare, LARGEST: ours}, rounds)
    others = {name: sorted(values[1:])[len(values[1:]) // 2] for name, values in found.items() if name != LARGEST}
    rows = {FLOOR: medians[FLOOR]} | others | {LARGEST: medians[LARGEST]}
    fit = {name: MACHINE / value for name, value in rows.items()}
    return [table("Resident memory", "MB", rows, FLOOR), table("Processes in 16 GB", "processes", fit, FLOOR, True)]


async def ask(server: Server, *requests: Request) -> None:
    """Let as many visitors ask at once."""
    async with visit(server.address) as site:

        async def one(request: Request) -> None:
            async with Visitor(site) as visitor:
                await answered(visitor, request)

        await asyncio.gather(*map(one, requests))


def photograph(folder: Path, side: int, angle: int) -> Path:
    """A photograph of this size; at most 1024 is reconstructed whole, and what is larger shrunk to that."""
    path = folder / f"{side}-{angle}.jpg"
    Image.open(PICTURES["photos"][0]).convert("RGB").rotate(angle).resize((side, side)).save(path)
    return path


def peak(server: Server) -> int:
    """The most bytes that were resident since the server started."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
