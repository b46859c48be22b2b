"""The code prior: sampling that keeps each step's keys and values beside a full forward pass for every code."""

from collections.abc import Callable, Iterator
from itertools import islice
from time import perf_counter

import torch
from torch import Tensor

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.settings import as_the_page_computes
from vae_demo.models import CodePrior
from vae_demo.weights.store import default_store

COUNT = 16
Sampler = Callable[[int, torch.Generator], Iterator[Tensor]]


def run(rounds: int) -> list[Table]:
    """Two tables: until all rows are drawn, and until the first, which a page that streams can show by then."""
    as_the_page_computes()
    checkpoints = default_store().current
    prior = checkpoints.model(checkpoints.catalogue["code-prior-cartoons"])
    samplers = {"cached": prior.sample, "computed anew": lambda *given: computed_anew(prior, *given)}
    size = f"{COUNT} maps of {prior.height} x {prior.width} codes"
    return [
        table(f"{size}, {title}", "s", measured(samplers, count, rounds), "computed anew")
        for title, count in (("all rows", prior.height), ("the first row", 1))
    ]


def measured(samplers: dict[str, Sampler], rows: int, rounds: int) -> dict[str, float]:
    """The seconds until each sampler has drawn its first `rows` rows."""

    def seconds(sampler: Sampler) -> float:
        start = perf_counter()
        for _ in islice(sampler(COUNT, torch.Generator().manual_seed(0)), rows):
            pass
        return perf_counter() - start

    return interleaved({name: lambda sampler=sampler: seconds(sampler) for name, sampler in samplers.items()}, rounds)


@torch.no_grad()
def computed_anew(prior: CodePrior, count: int, generator: torch.Generator) -> Iterator[Tensor]:
    """What `CodePrior.sample` draws, as it would be without a cache; yields after each row."""
    codes = torch.zeros(count, prior.height, prior.width, dtype=torch.int64)
    for step in range(prior.height * prior.width):
        probabilities = prior(codes)[:, step].softmax(dim=1)
        codes.view(count, -1)[:, step] = torch.multinomial(probabilities, 1, generator=generator)[:, 0]
        if (step + 1) % prior.width == 0:
            yield codes.clone()
