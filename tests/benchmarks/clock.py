"""How long a call takes, and how a training step's time is spent."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from statistics import median
from time import perf_counter

import torch
from torch.utils.benchmark import Timer


def seconds_of(call: Callable[[], object], at_least: float = 0.2) -> float:
    """The median of as many calls as fit into `at_least` seconds, one at the least, on torch's threads."""
    timer = Timer("call()", globals={"call": call}, num_threads=torch.get_num_threads())
    return timer.blocked_autorange(min_run_time=at_least).median


class StepClock:
    """When each training step began, and when it had its data; the first `warm_up` do not count."""

    def __init__(self, warm_up: int) -> None:
        self.warm_up = warm_up
        self.begun: list[float] = []
        self.fed: list[float] = []

    def begin(self) -> None:
        """A step begins: it wants its data."""
        self.begun.append(perf_counter())

    def feed(self) -> None:
        """The step has its data. Only the first call in a step counts."""
        if len(self.fed) < len(self.begun):
            self.fed.append(perf_counter())

    def seconds(self) -> float:
        """A step's median, from its beginning to the next one's."""
        return median(end - begun for begun, end in pairwise(self.begun[self.warm_up :]))

    def waiting(self) -> float:
        """The share of that before the step has its data."""
        waits = [fed - begun for begun, fed in zip(self.begun, self.fed, strict=False)]
        return median(waits[self.warm_up :]) / self.seconds()


class ClockedLoader:
    """A data loader that tells a clock when a batch is asked for and when it is there."""

    def __init__(self, loader: Iterable, clock: StepClock) -> None:
        self.loader, self.clock, self.dataset = loader, clock, loader.dataset

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator:
        batches = iter(self.loader)
        while True:
            self.clock.begin()
            try:
                batch = next(batches)
            except StopIteration:
                return
            self.clock.feed()
            yield batch
