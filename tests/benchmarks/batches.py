"""Lists of pictures: `reconstruct` of a list beside a call for each, and the memory that a list of 1,000 takes."""

from collections.abc import Callable
from itertools import cycle, islice
from os import getpid
from time import perf_counter

import numpy as np
from PIL import Image

from tests.benchmarks.report import Table, interleaved, table
from tests.benchmarks.settings import as_the_page_computes
from tests.served import MB, memory
from vae_demo.examples import example_pictures
from vae_demo.images import open_picture
from vae_demo.inference import reconstruct

COUNT = 64
MANY = 1_000
DATASETS = ("digits", "cartoons", "faces")


def pictures(dataset: str, count: int) -> list[np.ndarray]:
    """Examples of a dataset, each moved by other numbers of pixels."""
    examples = [np.asarray(open_picture(path)) for path in example_pictures(dataset)]
    return [np.roll(one, number % 7, axis=1) for number, one in enumerate(islice(cycle(examples), count))]


def run(rounds: int) -> list[Table]:
    """A table for each dataset of pictures a second, and one of the megabytes that a long list takes."""
    as_the_page_computes()
    return [*(speed(dataset, rounds) for dataset in DATASETS), held()]


def speed(dataset: str, rounds: int) -> Table:
    """A list beside a call for each of its pictures."""
    given = pictures(dataset, COUNT)

    def a_second(answer: Callable[[], object]) -> float:
        start = perf_counter()
        answer()
        return COUNT / (perf_counter() - start)

    cases = {
        "a call for each": lambda: a_second(lambda: [reconstruct(picture, dataset) for picture in given]),
        f"a list of {COUNT}": lambda: a_second(lambda: reconstruct(given, dataset)),
    }
    medians = interleaved(cases, rounds)
    return table(f"reconstruct, {dataset}", "pictures/s", medians, "a call for each", higher_is_better=True)


def held() -> Table:
    """What a list of 1,000 pictures takes at the end, beside the pictures in its answers."""
    given = pictures("cartoons", MANY)
    reconstruct(given[:COUNT], "cartoons")
    before = memory(getpid())
    answers = reconstruct(given, "cartoons")
    taken = memory(getpid()) - before
    shown = [one for answer in answers for one in (answer, *answer.variants, answer.whole) if one]
    sizes = [len(p.tobytes()) for one in shown for p in vars(one).values() if isinstance(p, Image.Image)]
    cases = {"the pictures of the answers": sum(sizes) / MB, "the process": taken / MB}
    return table(f"{MANY:,} cartoons", "MB", cases, "the pictures of the answers")
