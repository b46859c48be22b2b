"""How probable the codes of a map are: by a learned prior, tile by tile, or by how often each code is used."""

import copy
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from vae_demo.entropy_coding.frequencies import SHIFTS, frequencies, unclear_shifts
from vae_demo.entropy_coding.range_coder import Decoder
from vae_demo.errors import CheckpointError
from vae_demo.models.code_prior import CodePrior, Steps

Interval = tuple[int, int, int]
"""A code's start, frequency and total, as the range coder takes them."""
Progress = Callable[[float], None]
"""Is told the share, from 0 to 1, of the codes that are done."""
DECODED_AT_ONCE = 32
"""Tiles that are decoded side by side, 2 MB of keys and values each. The order of the codes in a file depends on it."""
ENCODED_AT_ONCE = 4
"""Tiles whose logits are computed together: all codes of a tile at a time, so that more would not be faster."""


class Probabilities(Protocol):
    """What a file's codes are coded by, in an order of its own."""

    def intervals(self, codes: Tensor, progress: Progress) -> tuple[int, list[Interval]]:
        """The shift of the grid that suits a code map (H, W), and its codes' intervals in a file's order."""

    def decode(self, decoder: Decoder, height: int, width: int, shift: int, progress: Progress) -> Tensor:
        """The code map (height, width) of int64 whose codes a decoder reads."""


class UsageProbabilities:
    """Every code by its count in some other maps, (codes,), plus one, independently of the others; raster order."""

    def __init__(self, counts: list[int]) -> None:
        self.cumulative = np.cumsum(np.array(counts, dtype=np.int64) + 1)

    def intervals(self, codes: Tensor, progress: Progress) -> tuple[int, list[Interval]]:
        ends = [0, *self.cumulative.tolist()]
        return 0, [(ends[code], ends[code + 1] - ends[code], ends[-1]) for code in codes.flatten().tolist()]

    def decode(self, decoder: Decoder, height: int, width: int, shift: int, progress: Progress) -> Tensor:
        return torch.tensor([[decoder.decode(self.cumulative) for _ in range(width)] for _ in range(height)])


class PriorProbabilities:
    """Every code by a learned prior, given those above it and to its left in its tile.

    Tiles have the size of the prior's maps; those at the right and lower edge are cut. `DECODED_AT_ONCE` of one size
    make a group; groups follow each other, and in a group come the first codes of all its tiles, then the second.
    """

    def __init__(self, prior: CodePrior) -> None:
        self.prior = copy.deepcopy(prior).double()

    def intervals(self, codes: Tensor, progress: Progress) -> tuple[int, list[Interval]]:
        unclear: set[int] = set()
        intervals = self._intervals(codes, 0, unclear, progress)
        if 0 not in unclear:
            return 0, intervals
        shift = min(set(range(SHIFTS)) - unclear, default=0)
        return shift, self._intervals(codes, shift, set(), lambda share: None)

    def _intervals(self, codes: Tensor, shift: int, unclear: set[int], progress: Progress) -> list[Interval]:
        found: list[Interval] = []
        for group in self._groups(*codes.shape):
            tiles, by_tile = torch.stack([codes[tile] for tile in group]), []
            for part in tiles.split(ENCODED_AT_ONCE):
                for tile, logits in zip(part.flatten(1).unsqueeze(2), self._finite(self.prior(part)), strict=True):
                    unclear |= unclear_shifts(logits)
                    by_code = frequencies(logits, shift)
                    ends, frequency = by_code.cumsum(dim=1), by_code.gather(1, tile)
                    by_tile.append(torch.cat([ends.gather(1, tile) - frequency, frequency, ends[:, -1:]], dim=1))
                progress((len(found) + sum(map(len, by_tile))) / codes.numel())
            found.extend(map(tuple, torch.stack(by_tile, dim=1).view(-1, 3).tolist()))
        return found

    def decode(self, decoder: Decoder, height: int, width: int, shift: int, progress: Progress) -> Tensor:
        codes = torch.zeros(height, width, dtype=torch.int64)
        done = 0
        for group in self._groups(height, width):
            rows, columns = codes[group[0]].shape
            steps, last, drawn = Steps(self.prior, len(group), rows, columns), None, []
            for _ in range(rows * columns):
                ends = frequencies(self._finite(steps.logits(last)), shift).cumsum(dim=1).numpy()
                last = torch.tensor([decoder.decode(row) for row in ends])
                drawn.append(last)
                done += len(group)
                progress(done / codes.numel())
            for tile, found in zip(group, torch.stack(drawn, dim=1), strict=True):
                codes[tile] = found.view(rows, columns)
        return codes

    def _groups(self, height: int, width: int) -> Iterator[list[tuple[slice, slice]]]:
        tops, lefts = range(0, height, self.prior.height), range(0, width, self.prior.width)
        by_size: dict[tuple[int, int], list[tuple[slice, slice]]] = {}
        for top in tops:
            for left in lefts:
                bottom, right = min(top + self.prior.height, height), min(left + self.prior.width, width)
                tile = slice(top, bottom), slice(left, right)
                by_size.setdefault((bottom - top, right - left), []).append(tile)
        for tiles in by_size.values():
            for first in range(0, len(tiles), DECODED_AT_ONCE):
                yield tiles[first : first + DECODED_AT_ONCE]

    def _finite(self, logits: Tensor) -> Tensor:
        if not logits.isfinite().all():
            raise CheckpointError("The code prior's weights are damaged: they give no probabilities.")
        return logits
