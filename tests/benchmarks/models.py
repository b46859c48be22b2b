"""The variants' forward passes: eager beside channels-last memory, torch.compile, and an exported graph.

Last, one edited code: the whole picture decoded anew beside only what that code can reach.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import torch
from torch import Tensor, nn

from tests.benchmarks.clock import seconds_of
from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.settings import as_the_page_computes
from vae_demo.inference import decode_codes
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

Ways = dict[str, Callable[[], Tensor]]
EAGER, ONE_LAYER = "eager", "one linear layer: torch.compile"
SUBJECTS = {
    "vae-digits": ("vae-digits", (1, 784)),
    "beta-vae-digits-4": ("beta-vae-digits-4", (1, 784)),
    "conv-vae-cartoons": ("conv-vae-cartoons", (1, 3, 64, 64)),
    "vq-vae-cartoons": ("vq-vae-cartoons", (1, 3, 64, 64)),
    "vq-vae-photos, 512 x 512": ("vq-vae-photos", (1, 3, 512, 512)),
    "vq-vae-photos, 1024 x 1024": ("vq-vae-photos", (1, 3, 1024, 1024)),
    "vq-vae-photos, decoding 32 x 32 codes": ("vq-vae-photos", (1, 32, 32)),
}
"""A checkpoint, and the shape of the picture, or code map, that it is given."""


class Reconstruct(nn.Module):
    """What the page asks of a variant: a picture through both halves, or a code map through the second."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        """The reconstruction from the posterior's mean, or from the codes."""
        if not x.is_floating_point():
            return self.model.decode(x)
        latent = self.model.encode(x)
        return self.model.decode(latent[0] if isinstance(latent, tuple) else latent)


def run(rounds: int) -> list[Table]:
    """A table for each subject, one of the first calls, and one of an edited code."""
    as_the_page_computes()
    checkpoints = default_store().current
    generator = torch.Generator().manual_seed(0)
    compiler = shutil.which(os.environ.get("CXX", "g++")) is not None
    if not compiler:
        print("torch.compile and AOTInductor are left out: they need a C++ compiler", file=sys.stderr)
    tables, waits = [], {}
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        # With an empty cache the first calls are those of a new machine.
        with patch.dict(os.environ, TORCHINDUCTOR_CACHE_DIR=folder):
            if compiler:  # what every first compilation of a process pays is in this one
                waits[ONE_LAYER] = first_call(compiled, nn.Linear(8, 8), torch.rand(1, 8), Path(folder))[1]
            for title, (name, shape) in SUBJECTS.items():
                model = Reconstruct(checkpoints.model(checkpoints.catalogue[name])).eval()
                picture = torch.rand(shape, generator=generator)
                x = picture if name != "vq-vae-photos" or len(shape) == 4 else (512 * picture).long()
                ways = without_compiler(model, x)
                for way, build in COMPILED.items() if compiler else ():
                    ways[way], waits[f"{title}: {way}"] = first_call(build, model, x, Path(folder))
                check(ways)
                tables.append(table(title, "ms", measured(ways, rounds), EAGER))
        tables += [table("Until the first answer", "s", waits, ONE_LAYER)] if waits else []
        return [*tables, edited_code(checkpoints, generator, rounds)]


def measured(ways: Ways, rounds: int) -> dict[str, float]:
    """The milliseconds of each."""
    return interleaved({way: lambda call=call: 1e3 * seconds_of(call) for way, call in ways.items()}, rounds)


def check(ways: Ways) -> None:
    """Refuse a way whose picture is another; a code of a VQ-VAE may be, where two vectors are all but equally near."""
    expected = ways[EAGER]()
    for way, call in ways.items():
        error = float((call() - expected).abs().mean())
        if error > 1e-3:
            raise ValueError(f"{way} is off by {error:.2g} on average.")


def without_compiler(model: nn.Module, x: Tensor) -> Ways:
    """What runs anywhere. The fully connected variants have no channels to put last."""
    exported = torch.export.export(model, (x,)).module()
    ways = {EAGER: lambda: model(x), "torch.export": lambda: exported(x)}
    if any(weight.dim() == 4 for weight in model.parameters()):
        turned = deepcopy(model).to(memory_format=torch.channels_last)
        given = x.to(memory_format=torch.channels_last) if x.dim() == 4 else x
        ways["channels last"] = lambda: turned(given)
    return ways


def first_call(
    build: Callable[[nn.Module, Tensor, Path], Callable], model: nn.Module, x: Tensor, folder: Path
) -> tuple[Callable[[], Tensor], float]:
    """What `build` makes, ready for `x`, and the seconds until it had answered once."""
    start = perf_counter()
    made = build(model, x, folder)
    made(x)
    return lambda: made(x), perf_counter() - start


def compiled(model: nn.Module, x: Tensor, folder: Path) -> Callable[[Tensor], Tensor]:
    """Compiled on its first call, for the sizes of that."""
    torch._dynamo.reset()
    return torch.compile(model, dynamic=False)


def ahead_of_time(model: nn.Module, x: Tensor, folder: Path) -> Callable[[Tensor], Tensor]:
    """Compiled into a library, and that loaded."""
    package = str(Path(tempfile.mkdtemp(dir=folder)) / "model.pt2")
    torch._inductor.aoti_compile_and_package(torch.export.export(model, (x,)), package_path=package)
    return torch._inductor.aoti_load_package(package)


COMPILED = {"torch.compile": compiled, "AOTInductor": ahead_of_time}


def edited_code(checkpoints: Checkpoints, generator: torch.Generator, rounds: int) -> Table:
    """One code of the largest map that can be edited: what is decoded for it, beside the call that decodes all."""
    checkpoint = checkpoints.catalogue["vq-vae-photos"]
    model = checkpoints.model(checkpoint)
    codes = torch.randint(512, (1, 32, 32), generator=generator)
    edited = codes.clone()
    places = cycle((row, column) for row in range(32) for column in range(32))

    def edit() -> Tensor:
        row, column = next(places)
        edited[0, row, column] = (edited[0, row, column] + 1) % 512
        return edited.clone()

    ways = {
        "the whole map decoded": lambda: model.decode(edit()),
        "decode_codes, with bits and file": lambda: decode_codes(edit()[0].tolist(), checkpoint.name, checkpoints),
    }
    return table("One of 32 x 32 codes edited", "ms", measured(ways, rounds), "the whole map decoded")
