"""ZeroGPU, the Spaces hardware that lends a GPU to a function while it runs; elsewhere this does nothing.

Import it before anything that imports torch: `spaces` asks for that, and is there on Spaces alone.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

try:
    import spaces
except ImportError:
    spaces = None

import gradio as gr

SECONDS = 15
"""How long a call may take: the shorter, the sooner a visitor's turn comes. All answers come well within."""


def lend_gpu(page: gr.Blocks, concurrency_id: str) -> bool:
    """Let every event of `page` with this concurrency id run where ZeroGPU lends a GPU; whether it lends any."""
    if spaces is None:
        return False
    events = [
        event
        for event in page.fns.values()
        # What the page opens with is remembered, which a process that ends with its answer could not.
        if event.concurrency_id == concurrency_id and event.fn and "load" not in (on for _, on in event.targets)
    ]
    before = [event.fn for event in events]
    for event in events:
        event.fn = lent(event.fn)
    return any(event.fn is not function for event, function in zip(events, before, strict=True))


def lent(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` under spaces.GPU, or as it is when ZeroGPU refuses: a visitor without quota is answered all the same.

    It runs in a process of its own there, so it must take and return what can be pickled.
    """

    @functools.wraps(function)
    def task(*args: Any, **kwargs: Any) -> Any:
        return function(*map(_unpacked, args), **kwargs)

    @functools.wraps(function)
    def task_in_steps(*args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from function(*map(_unpacked, args), **kwargs)

    task = task_in_steps if inspect.isgeneratorfunction(function) else task
    on_gpu = spaces.GPU(duration=SECONDS)(task)
    if on_gpu is task:  # Spaces without ZeroGPU
        return function

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return on_gpu(*map(_packed, args), **kwargs)
        except gr.Error as error:
            if not _refused(error):
                raise
            return function(*args, **kwargs)

    @functools.wraps(function)
    def stream(*args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            yield from on_gpu(*map(_packed, args), **kwargs)
        except gr.Error as error:
            if not _refused(error):
                raise
            yield from function(*args, **kwargs)

    return stream if inspect.isgeneratorfunction(function) else run


@dataclass(frozen=True)
class _Event:
    """What an event brought. Gradio's own event data can be pickled, but not be read back."""

    data: Any


def _packed(value: Any) -> Any:
    return _Event(vars(value).get("_data")) if isinstance(value, gr.EventData) else value


def _unpacked(value: Any) -> Any:
    return gr.EventData(None, value.data) if isinstance(value, _Event) else value


def _refused(error: gr.Error) -> bool:
    """Whether it is ZeroGPU's own error, by the title that they all have, and not one of the function's."""
    return str(error.title).startswith("ZeroGPU")
