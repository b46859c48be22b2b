"""Our training loop beside pythae's on the same networks, pictures and batches, and beside what the machine can do.

MNIST is looked for in the folder that VAE_DEMO_DATA names, else in data, and fetched where it is missing.
"""

import io
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from tests.benchmarks import pythae_loop
from tests.benchmarks.clock import StepClock, seconds_of
from tests.benchmarks.report import Table, interleaved, table
from vae_demo.datasets.registry import DATASETS
from vae_demo.models import VQVAE, BetaVAE, vae_loss
from vae_demo.training import loop
from vae_demo.training.recipes import RECIPES, Recipe

NAMES = ("vae-digits", "conv-vae-digits", "beta-vae-digits-4", "vq-vae-digits")
WARM_UP, STEPS = 10, 50
OURS, MIXED, BARE = "our loop, float32", "our loop, mixed precision", "forward, backward and optimizer alone"
PRODUCT = "a product of 2048 x 2048 matrices"


def run(rounds: int) -> list[Table]:
    """For each variant its images a second and its waiting for data, and last the arithmetic of all."""
    data_dir = Path(os.environ.get("VAE_DEMO_DATA", "data"))
    if not pythae_loop.installed():
        print("pythae is left out; for it as well: pip install pythae", file=sys.stderr)
    tables, arithmetic = [], interleaved({PRODUCT: product_rate}, rounds)
    for name in NAMES:
        # The codebook is in use from the first step, not only once the plain autoencoder is trained.
        recipe = replace(RECIPES[name], steps=WARM_UP + STEPS + 1, autoencoder_steps=0, mixed_precision=False)
        rates, waits, work = measure(recipe, data_dir, rounds)
        tables.append(table(f"Training {name}", "images/s", rates, OURS, higher_is_better=True))
        tables.append(table(f"Waiting for data, {name}", "% of the time", waits, OURS))
        arithmetic[name] = work * rates[OURS] / 1e9
        arithmetic[f"{name}, mixed precision"] = work * rates[MIXED] / 1e9
    return [*tables, table("Arithmetic of our loop", "GFLOP/s", arithmetic, PRODUCT, higher_is_better=True)]


def measure(recipe: Recipe, data_dir: Path, rounds: int) -> tuple[dict[str, float], dict[str, float], float]:
    """Of each loop the images a second and the percentage of waiting, and the operations of one image."""
    pictures = some_pictures(recipe, data_dir)
    mixed = replace(recipe, mixed_precision=True)
    loops = {
        OURS: lambda clock: train_ours(recipe, data_dir, clock),
        MIXED: lambda clock: train_ours(mixed, data_dir, clock),
    }
    if pythae_loop.installed():
        loops["pythae"] = lambda clock: pythae_loop.train(recipe, pictures, clock)
    waits: dict[str, list[float]] = {name: [] for name in loops}

    def rate(name: str) -> float:
        clock = StepClock(WARM_UP)
        loops[name](clock)
        waits[name].append(100 * clock.waiting())
        return recipe.batch_size / clock.seconds()

    step = bare_step(recipe, pictures[: recipe.batch_size])
    cases: dict[str, Callable[[], float]] = {name: lambda name=name: rate(name) for name in loops}
    cases[BARE] = lambda: recipe.batch_size / seconds_of(step, at_least=0.5)
    rates = interleaved(cases, rounds)
    with FlopCounterMode(display=False) as counter:
        step()
    # The first of each was interleaved's uncounted one.
    waited = {name: median(found[1:]) for name, found in waits.items()}
    return rates, waited, counter.get_total_flops() / recipe.batch_size


def some_pictures(recipe: Recipe, data_dir: Path) -> Tensor:
    """As many pictures as the steps need, as the model takes them."""
    train = DATASETS[recipe.dataset].load(data_dir, "train")
    prepare = loop.preparation(recipe, Path(), torch.device("cpu"))
    return prepare(train.batch(torch.arange(recipe.steps * recipe.batch_size), None))


def train_ours(recipe: Recipe, data_dir: Path, clock: StepClock) -> None:
    """`loop.train` as it is, which asks for the indices of a batch first and prepares its pictures last."""
    batch_indices, preparation = loop.batch_indices, loop.preparation

    def clocked_indices(*given: Any) -> Tensor:
        clock.begin()
        return batch_indices(*given)

    def clocked_preparation(*given: Any) -> Callable[[Tensor], Tensor]:
        prepare = preparation(*given)

        def clocked(x: Tensor) -> Tensor:
            prepared = prepare(x)
            clock.feed()
            return prepared

        return clocked

    clocked = patch.multiple(loop, batch_indices=clocked_indices, preparation=clocked_preparation)
    with clocked, tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
        loop.train(recipe, data_dir, Path(folder), Path(folder), torch.device("cpu"))


def bare_step(recipe: Recipe, batch: Tensor) -> Callable[[], None]:
    """One optimizer step on a batch that is there already, and nothing else."""
    model = loop.build(recipe).train()
    if batch.dim() == 4:
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=0.0, fused=True)

    def step() -> None:
        recon, *found = model(batch)
        if isinstance(model, VQVAE):
            loss = model.loss(recon, batch, found[0])
        else:
            loss_of = model.loss if isinstance(model, BetaVAE) else vae_loss
            loss = loss_of(recon, batch, *found) / len(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def product_rate() -> float:
    """GFLOP/s of one large matrix product: about the most that this machine gives."""
    a = torch.rand(2048, 2048)
    return 2 * 2048**3 / seconds_of(lambda: a @ a, at_least=0.5) / 1e9
