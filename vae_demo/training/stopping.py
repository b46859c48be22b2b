"""Ctrl-C and SIGTERM while a model is trained: the step ends, is saved, and is named."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):
    """Training was told to stop; the sentence says what is saved. `status` is what a process then ends with."""

    def __init__(self, said: str, number: int) -> None:
        super().__init__(said)
        self.status = 128 + number


class StopSignal:
    """The signal that came, if one did."""

    number: int | None = None


@contextmanager
def stop_signals_noted() -> Iterator[StopSignal]:
    """Within the block the first SIGINT or SIGTERM is noted; the next does what it does elsewhere.

    Only in the main thread, the one in which Python can do it; in others nothing is ever noted.
    """
    received = StopSignal()
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def note(number: int, _: FrameType | None) -> None:
        received.number = number
        for signal_, handler in before.items():
            signal.signal(signal_, handler)

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
