"""Answers that take seconds: how far they are, until they are there."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any

from vae_demo.entropy_coding.probabilities import Progress

INTERVAL = 0.5
"""Seconds from one word to the next, and until the first: an answer that takes less comes alone."""


class _Abandoned(Exception):
    """Nobody waits for the answer any more."""


def with_progress(compute: Callable[[Progress], Any]) -> Iterator[Any]:
    """What `compute` returns, and before that, every `INTERVAL`, {"progress": the share of 0 to 1 that is done}.

    Whoever stops listening stops the computation, where it next tells its share.
    """
    share, abandoned = 0.0, threading.Event()

    def tell(value: float) -> None:
        nonlocal share
        if abandoned.is_set():
            raise _Abandoned
        share = value

    with ThreadPoolExecutor(1) as pool:
        computing = pool.submit(copy_context().run, compute, tell)
        try:
            while not wait([computing], INTERVAL).done:
                yield {"progress": share}
            yield computing.result()
        finally:
            abandoned.set()
