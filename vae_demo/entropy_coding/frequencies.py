"""Logits to whole-number frequencies that are the same on every machine.

A processor, a number of threads or a library changes the last digits of a computed logit, and one frequency that
differs destroys all that a range decoder reads after it (Ballé et al., Integer Networks for Data Compression, 2019).
So logits are computed in float64, where machines differ by some 1e-14, and rounded down to a grid of 1/128 nat; the
frequency is then a whole number from a table. Only a logit nearer to a boundary of the grid than machines differ could
be rounded to another side elsewhere. The encoder looks for such logits, and shifts the grid until there are none.
"""

from decimal import Context, Decimal, localcontext
from functools import cache

import torch
from torch import Tensor

STEPS = 128
"""Cells of the grid in a nat: rounding to them costs some 4e-6 bits a code."""
SHIFTS = 256
"""Places that the grid can have, a 256th of a cell from each other."""
CLEARANCE = 2.0**-36
"""A logit nearer than this to a boundary, in nats, might be rounded otherwise elsewhere: some 600 times as far as
machines were seen to differ."""
TOP = 2**30
"""The frequency of the likeliest code. Others have 1 at least, so that every code can be coded."""


def frequencies(logits: Tensor, shift: int) -> Tensor:
    """Logits (N, codes) of float64 to frequencies (N, codes) of int64, from 1 to `TOP`, by the grid of a `shift`."""
    table = _exponentials()
    # Exact but for the logits themselves: a product by a power of two, and whole numbers.
    cells = (logits * (STEPS * SHIFTS)).floor_().add_(shift).mul_(1 / SHIFTS).floor_()
    return table[(cells.amax(dim=1, keepdim=True) - cells).clamp_(max=len(table) - 1).long()]


def unclear_shifts(logits: Tensor) -> set[int]:
    """The shifts of the grid that leave some logit too near to a boundary."""
    scaled = logits * (STEPS * SHIFTS)
    nearest = scaled.round()
    near = (scaled - nearest).abs_() < CLEARANCE * STEPS * SHIFTS
    return {-boundary % SHIFTS for boundary in nearest[near].long().tolist()}


@cache
def _exponentials() -> Tensor:
    """`TOP` * exp(-n / `STEPS`) for n = 0, 1, 2 and so on, to the nearest whole number, until that is 1."""
    # By decimal arithmetic, which gives the same digits everywhere.
    with localcontext(Context(prec=60)):
        ratio, value, table = (Decimal(-1) / STEPS).exp(), Decimal(TOP), []
        while not table or table[-1] > 1:
            table.append(int(value.to_integral_value()))
            value *= ratio
    return torch.tensor(table)
