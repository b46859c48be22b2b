"""Answers that many visitors ask for: those to the examples, which the page also opens with."""

from collections.abc import Callable
from typing import Any

from vae_demo.inference import Store
from vae_demo.ui.guarded import paths_in

MOST_REMEMBERED = 64
"""Answers a tab, 0.2 MB at most each."""


def remembered(store: Store, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, whose answer to the same arguments is kept as long as the store's checkpoints stay.

    An answer that refers to files is not: files are deleted after a while.
    """
    answers: dict[tuple[Any, str], Any] = {}

    def answer(*arguments: Any) -> Any:
        key = (store.current, repr(arguments))
        known = answers.get(key)
        if known is not None:
            return known
        found = function(*arguments)
        if next(paths_in(found), None) is None:
            if len(answers) >= MOST_REMEMBERED:
                answers.clear()
            answers[key] = found
        return found

    return answer
