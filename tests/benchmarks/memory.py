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
MACHINE = 16_000
"""The megabytes of a CPU basic Space."""


def run(rounds: int) -> list[Table]:
    """Megabytes of resident memory, and how many such processes 16 GB hold."""
    found: dict[str, list[float]] = {OURS: [], LOADED: [], BUSY: []}

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
            photographs = [photograph(Path(folder), 7 * number) for number in range(AT_ONCE)]
            asyncio.run(ask(server, *(Request("reconstruct", ("photos", "mean", 0), path) for path in photographs * 3)))
            found[BUSY].append(peak(server) / MB)
        return found[BUSY][-1]

    medians = interleaved({FLOOR: bare, BUSY: ours}, rounds)
    others = {name: sorted(values[1:])[len(values[1:]) // 2] for name, values in found.items() if name != BUSY}
    rows = {FLOOR: medians[FLOOR]} | others | {BUSY: medians[BUSY]}
    fit = {name: MACHINE / value for name, value in rows.items()}
    return [table("Resident memory", "MB", rows, FLOOR), table("Processes in 16 GB", "processes", fit, FLOOR, True)]


async def ask(server: Server, *requests: Request) -> None:
    """Let as many visitors ask at once."""
    async with visit(server.address) as site:

        async def one(request: Request) -> None:
            async with Visitor(site) as visitor:
                await answered(visitor, request)

        await asyncio.gather(*map(one, requests))


def photograph(folder: Path, angle: int) -> Path:
    """A photograph of the largest size that is reconstructed whole."""
    path = folder / f"{angle}.png"
    Image.open(PICTURES["photos"][0]).convert("RGB").resize((1024, 1024)).rotate(angle).save(path)
    return path


def peak(server: Server) -> int:
    """The most bytes that were resident since the server started."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
