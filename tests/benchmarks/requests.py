"""What a request costs beside the floor: a bare Gradio page's echo, and the models' own forward passes.

One visitor asks again and again. `CPU` is the server's processor time a call; the other two are what the visitor waits.
"""

import asyncio
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

import torch
from PIL import Image

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.settings import as_the_page_computes
from tests.page_client import Request, Visitor, visit
from tests.served import Server, serve
from tests.visitors import PICTURES
from vae_demo.images import fit_picture, open_picture
from vae_demo.inference import Checkpoints, encode_codes
from vae_demo.inference.forward import decode, encode, model_input
from vae_demo.inference.reconstruction import compared_checkpoints
from vae_demo.weights.hub import bundled

CALLS = 20
BARE_PAGE = Path(__file__).parent / "bare_page.py"
FLOOR, FORWARD, BOTH, OURS = "bare page", "models' forward", "bare page + forward", "ours"


@dataclass(frozen=True)
class Case:
    """One kind of request: what is asked of us, of the bare page, and the forward passes that it needs.

    Where there are several requests they are asked in turn.
    """

    title: str
    ours: list[Request]
    echo: list[Request]
    forward: Callable[[], object]


def run(rounds: int) -> list[Table]:
    """For each case the server's processor time, and the median and 95th percentile of what a visitor waits."""
    as_the_page_computes()
    tables = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runner = stack.enter_context(asyncio.Runner())
        servers = {OURS: stack.enter_context(serve()), FLOOR: stack.enter_context(serve("--torch", script=BARE_PAGE))}
        for case in cases(folder):
            requests = {OURS: case.ours, FLOOR: case.echo}
            waits: dict[str, list[list[float]]] = defaultdict(list)

            def asked(name: str, requests: dict[str, list[Request]] = requests, waits: dict = waits) -> float:
                spent, seconds = runner.run(call(servers[name], requests[name]))
                waits[name].append(seconds)
                return spent

            def computed(case: Case = case, waits: dict = waits) -> float:
                before, seconds = time.process_time(), []
                for _ in range(CALLS):
                    start = time.perf_counter()
                    case.forward()
                    seconds.append(time.perf_counter() - start)
                waits[FORWARD].append(seconds)
                return (time.process_time() - before) / CALLS

            medians = interleaved(
                {FLOOR: lambda a=asked: a(FLOOR), FORWARD: computed, OURS: lambda a=asked: a(OURS)}, rounds
            )
            tables.append(beside_floor(f"{case.title}: CPU", medians))
            for name, of in (("p50", median), ("p95", lambda values: quantiles(values, n=20)[-1])):
                found = {key: median(of(seconds) for seconds in turns[1:]) for key, turns in waits.items()}
                tables.append(beside_floor(f"{case.title}: {name}", found))
    return tables


def beside_floor(title: str, seconds: dict[str, float]) -> Table:
    """A table in milliseconds whose baseline is the floor and the forward passes together."""
    found = {name: 1000 * seconds[name] for name in (FLOOR, FORWARD)}
    return table(title, "ms", found | {BOTH: sum(found.values()), OURS: 1000 * seconds[OURS]}, BOTH)


async def call(server: Server, requests: list[Request]) -> tuple[float, list[float]]:
    """Ask `CALLS` times, one after another: the server's processor seconds a call, and each call's time."""
    turns = cycle(requests)
    async with visit(server.address) as site, Visitor(site) as visitor:
        await answered(visitor, next(turns))
        before = processor_seconds(server)
        seconds = [await answered(visitor, next(turns)) for _ in range(CALLS)]
        return (processor_seconds(server) - before) / CALLS, seconds


async def answered(visitor: Visitor, request: Request) -> float:
    """How long an answer took. Raises RuntimeError where there was none."""
    (answer,) = await visitor.ask(request)
    if answer.outcome != "right":
        raise RuntimeError(f"{request.event} was not answered: {answer.said}")
    return answer.seconds


def processor_seconds(server: Server) -> float:
    """The processor time that a server has used so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cases(folder: Path) -> list[Case]:
    """What visitors ask most."""
    checkpoints = Checkpoints(bundled())
    digit, face = PICTURES["digits"][0], PICTURES["cartoons"][0]
    photograph = folder / "photograph.png"
    Image.open(PICTURES["photos"][0]).convert("RGB").resize((512, 512)).save(photograph)
    codes = encode_codes(face, "vq-vae-cartoons", checkpoints).codes
    edits = [Request("decode_codes", (edited, "vq-vae-cartoons")) for edited in one_by_one(codes)]
    gaussian, prior = ("vae-digits", "standard-normal", 16, 0, 1), ("vq-vae-cartoons", "code-prior", 16, 0, 1)
    vq_vae = checkpoints.get("vq-vae-cartoons")
    learned, model = checkpoints.learned_prior(vq_vae), checkpoints.model(vq_vae)
    vae = checkpoints.get("vae-digits")
    latents = torch.randn(16, vae.arguments["latent_dim"], generator=torch.Generator().manual_seed(0))
    seen = fit_picture(open_picture(face), vq_vae.dataset_shape, vq_vae.fit)

    def sampled() -> object:
        *_, drawn = learned.sample(16, torch.Generator().manual_seed(0), 1.0)
        return decode(drawn, vq_vae, checkpoints)

    def encoded() -> object:
        found = model.encode(seen)
        return model.decode(found), learned.bits(found)

    def decoded() -> object:
        known = torch.tensor([codes])
        return model.decode(known), learned.bits(known)

    def case(title: str, ours: Request, forward: Callable[[], object]) -> Case:
        echo = Request("echo", picture=ours.picture) if ours.picture else Request("say", (0,))
        return Case(title, [ours], [echo], torch.inference_mode()(forward))

    def reconstructed(dataset: str, picture: Path) -> Case:
        request = Request("reconstruct", (dataset, "mean", 0), picture)
        return case(f"/reconstruct, {dataset}", request, forward_of(dataset, picture, checkpoints))

    return [
        reconstructed("digits", digit),
        reconstructed("cartoons", face),
        reconstructed("photos", photograph),
        case("/sample of 16, VAE", Request("sample", gaussian), lambda: decode(latents, vae, checkpoints)),
        case("/sample of 16, code prior", Request("sample", prior), sampled),
        case("/encode_codes", Request("encode_codes", ("vq-vae-cartoons",), face), encoded),
        replace(case("/decode_codes, one code edited", edits[0], decoded), ours=edits),
    ]  # fmt: skip


def one_by_one(codes: list[list[int]]) -> list[list[list[int]]]:
    """A code map after each of some edits, one code each, as someone paints: no two are the same."""
    rows = [list(row) for row in codes]
    maps = []
    for place in range(CALLS + 1):
        row, column = divmod(5 * place, len(rows[0]))
        rows[row][column] = (rows[row][column] + 1) % 512
        maps.append([list(row) for row in rows])
    return maps


def forward_of(dataset: str, picture: Path, checkpoints: Checkpoints) -> Callable[[], object]:
    """The encoding and decoding that a reconstruction by all variants takes, from a tensor to tensors."""
    members = compared_checkpoints(checkpoints.of(dataset))
    x = fit_picture(open_picture(picture), members[0].dataset_shape, "whole", max_side=1024)

    def forward() -> object:
        return [
            decode(encode(model_input(x, member), member, checkpoints).values, member, checkpoints)
            for member in members
        ]

    return forward
