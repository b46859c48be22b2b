"""Limits on plain values, enforced here because API callers bypass the page's widgets.

Each function returns the value or raises InputError with a sentence that says what would be right.
"""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np
from torch import Tensor

from vae_demo.errors import InputError

MAX_SEED = 2**32 - 1
MAX_LATENT = 100.0
"""The largest number a latent may hold: N(0, I) hardly gives 5."""
Numbers = list[Any] | np.ndarray | Tensor
"""Numbers in a list, or rows of them in a list of lists, or either as an array or a tensor on any device."""


def one_of(what: str, value: Any, choices: Iterable[str]) -> str:
    """`value` where it is one of `choices`."""
    choices = list(choices)
    if not choices:
        raise InputError(f"{what}: there is none to choose from here.")
    if not isinstance(value, str) or value not in choices:
        raise InputError(f"{what} must be one of {', '.join(choices)}, not {_shown(value)}.")
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


def numbers(what: str, value: Any, length: int, low: float, high: float) -> list[float]:
    """`length` numbers in [low, high]: a list, or an array or tensor of shape (length,)."""
    listed = _listed(value, length)
    if len(listed) != length:
        raise InputError(f"{what} must be {length} numbers: a list, or an array or tensor of shape ({length},).")
    return [number(f"A number of {what[:1].lower()}{what[1:]}", item, low, high) for item in listed]


def code_map(value: Any, num_embeddings: int, max_side: int) -> list[list[int]]:
    """A code map: rows of equal length, 1 to `max_side` either way, of whole numbers in [0, num_embeddings); lists, or
    an array or tensor (H, W)."""
    rows = [_listed(row, max_side) for row in _listed(value, max_side**2)]
    if not 1 <= len(rows) <= max_side or not all(rows):
        raise InputError(
            f"A code map must be a list of 1 to {max_side} rows, each a list of codes, or an array or tensor (H, W)."
        )
    if not 1 <= len(rows[0]) <= max_side or any(len(row) != len(rows[0]) for row in rows):
        raise InputError(f"The rows of a code map must be equally long, 1 to {max_side} codes each.")
    return [[integer("A code", code, 0, num_embeddings - 1) for code in row] for row in rows]


def latent(checkpoint: str, value: Any, size: int) -> list[float]:
    """A latent of a checkpoint: `size` numbers in [-MAX_LATENT, MAX_LATENT], in a list, an array or a tensor."""
    return numbers(f"A latent of {checkpoint}", value, size, -MAX_LATENT, MAX_LATENT)


def same_shape(what: str, first: list[int], second: list[int]) -> None:
    """Raises InputError where the two shapes differ."""
    if first != second:
        shapes = (" × ".join(map(str, shape)) for shape in (first, second))
        raise InputError(f"{what} must have one size, not {' and '.join(shapes)}.")


def _listed(value: Any, most: int) -> list[Any]:
    """A list as it is, an array or tensor of at most `most` numbers as a list; empty for anything else."""
    if isinstance(value, (np.ndarray, Tensor)):
        try:
            value = value.tolist() if value.ndim and math.prod(value.shape) <= most else None
        except (RuntimeError, TypeError, NotImplementedError):  # a tensor that holds no values, or not in one place
            value = None
    return value if isinstance(value, list) else []


def _shown(value: Any) -> str:
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a far larger number"  # Python writes none of more than 4,300 digits
    text = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else f"a {type(value).__name__}"
    return text if len(text) <= 40 else f"{text[:37]}..."
