"""Limits on plain values, enforced here because API callers bypass the page's widgets.

Each function returns the value or raises InputError with a sentence that says what would be right.
"""

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from vae_demo.errors import InputError

MAX_SEED = 2**32 - 1
MAX_LATENT = 100.0
"""The largest number a latent may hold: N(0, I) hardly gives 5."""


def one_of(what: str, value: Any, choices: Iterable[str]) -> str:
    """`value` where it is one of `choices`."""
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        raise InputError(f"{what} must be one of {', '.join(choices) or 'nothing here'}, not {_shown(value)}.")
    return value


def integer(what: str, value: Any, low: int, high: int) -> int:
    """`value` as an int in [low, high]; a float that is whole counts, since JSON does not tell them apart."""
    whole = isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or not low <= value <= high:
        raise InputError(f"{what} must be a whole number from {low:,} to {high:,}, not {_shown(value)}.")
    return int(value)


def number(what: str, value: Any, low: float, high: float) -> float:
    """`value` as a float in [low, high], which neither NaN nor infinity is."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        raise InputError(f"{what} must be a number from {low:g} to {high:g}, not {_shown(value)}.")
    return float(value)


def seed(value: Any) -> int:
    """A seed, from 0 to 2^32 - 1."""
    return integer("The seed", value, 0, MAX_SEED)


def code_map(value: Any, num_embeddings: int, max_side: int) -> list[list[int]]:
    """A code map: rows of equal length, 1 to `max_side` either way, of whole numbers in [0, num_embeddings)."""
    rows = value if isinstance(value, list) else []
    if not 1 <= len(rows) <= max_side or not all(isinstance(row, list) for row in rows):
        raise InputError(f"A code map must be a list of 1 to {max_side} rows, each a list of codes.")
    if not 1 <= len(rows[0]) <= max_side or any(len(row) != len(rows[0]) for row in rows):
        raise InputError(f"The rows of a code map must be equally long, 1 to {max_side} codes each.")
    return [[integer("A code", code, 0, num_embeddings - 1) for code in row] for row in rows]


def latent(value: Any, size: int) -> list[float]:
    """A latent: a list of `size` numbers in [-MAX_LATENT, MAX_LATENT]."""
    rows = value if isinstance(value, list) else []
    integer("The length of a latent", len(rows), size, size)
    return [number("A latent's number", item, -MAX_LATENT, MAX_LATENT) for item in rows]


def same_shape(what: str, first: list[int], second: list[int]) -> None:
    """Raises InputError where the two shapes differ."""
    if first != second:
        shapes = (" × ".join(map(str, shape)) for shape in (first, second))
        raise InputError(f"{what} must have one size, not {' and '.join(shapes)}.")


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else f"a {type(value).__name__}"
    return text if len(text) <= 40 else f"{text[:37]}..."
