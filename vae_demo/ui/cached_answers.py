"""Answers that many visitors ask for: those to the examples, which the page also opens with, and the samples."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from vae_demo.hosting.guarded_blocks import paths_in
from vae_demo.inference import Checkpoints, Store

MOST_CACHED = 64
"""Answers of each kind, 2 MB at most each; whoever was asked for longest ago goes first."""


@dataclass(frozen=True)
class _Answer:
    value: Any
    files: list[str]  # those that it refers to, written by `write_once`


class CachedAnswers:
    """Answers by what was asked, for as long as the store's checkpoints stay."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of: Any = None
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, *asked: Any) -> Any | None:
        """The answer to the same arguments, where it is kept and its files are."""
        with self._lock:
            self._forget_other_checkpoints()
            known = self._answers.get(key := repr(asked))
            if known is not None:
                self._answers.move_to_end(key)
        if known is None or not all(map(is_there, known.files)):
            return None
        return deepcopy(known.value) if known.files else known.value  # a caller may write into it

    def keep(self, answer: Any, checkpoints: Checkpoints, *asked: Any) -> None:
        """Keep an answer of these checkpoints, if they are still the store's."""
        files = [*paths_in(answer)]
        kept = _Answer(deepcopy(answer) if files else answer, files)
        with self._lock:
            self._forget_other_checkpoints()
            if checkpoints is not self._of:
                return
            self._answers[repr(asked)] = kept
            if len(self._answers) > MOST_CACHED:
                self._answers.popitem(last=False)

    def _forget_other_checkpoints(self) -> None:
        current = self._store.current
        if current is not self._of:  # and what they answered, and they themselves, need not be kept
            self._of = current
            self._answers.clear()


def is_there(path: str) -> bool:
    """Whether a file has not been deleted: from now on it has been wanted again, and stays for as long as a new one."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def cached(store: Store, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, whose answer to the same arguments is kept as long as the store's checkpoints stay."""
    answers = CachedAnswers(store)

    def answer(*arguments: Any) -> Any:
        known = answers.find(*arguments)
        if known is not None:
            return known
        checkpoints = store.current
        found = function(*arguments)
        answers.keep(found, checkpoints, *arguments)
        return found

    return answer
