"""Answers that many visitors ask for: those to the examples, which the page also opens with."""

from collections.abc import Callable
from typing import Any

from vae_demo.hosting.guarded_blocks import paths_in
from vae_demo.inference import Store

MOST_CACHED = 64
"""Answers a tab, 0.5 MB at most each."""


def cached(store: Store, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, whose answer to the same arguments is kept as long as the store's checkpoints stay.

    An answer that refers to files is not: files are deleted after a while.
    """
    answers: dict[str, Any] = {}
    of = None

    def answer(*arguments: Any) -> Any:
        nonlocal of, answers
        if store.current is not of:  # and what they answered, and they themselves, need not be kept
            of, answers = store.current, {}
        kept, key = answers, repr(arguments)
        known = kept.get(key)
        if known is not None:
            return known
        found = function(*arguments)
        if next(paths_in(found), None) is None:
            if len(kept) >= MOST_CACHED:
                kept.clear()
            kept[key] = found
        return found

    return answer
