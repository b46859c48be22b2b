"""A decoder of codes whose first layers are a table: what each code adds to the pixels around it is computed once."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_demo.models.layers import is_plain_pointwise, is_plain_transposed

_PLACES = ((3, 1), (2, 0))
"""Along a side the outputs 2m are made of the inputs m - 1 and m, by the kernel's places 3 and 1, the outputs 2m + 1 of
the inputs m and m + 1, by the places 2 and 0."""

MOST_NUMBERS = 2**24
"""The most numbers in a table: 64 MB, the 4,096 codes of a usual decoder twice."""


class TabulatedDecoder:
    """A codebook, a pointwise convolution, ReLU, a transposed convolution, ReLU, and whatever follows, as one function.

    A code's vector is the same wherever the code stands, so the first four layers are a sum of four rows of a table
    that has 16 for each code, one for each place of the kernel: it needs 64 bytes for each code and output channel.
    The sums are in another order than the layers', so that they differ by rounding.
    """

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        """Raises NotImplementedError where the layers are others, or the table would be too large."""
        match layers:
            case [nn.Embedding(max_norm=None), nn.Conv2d(), nn.ReLU(), nn.ConvTranspose2d(), nn.ReLU(), *rest]:
                codebook, pointwise, _, upward = layers[:4]
            case _:
                raise NotImplementedError("These layers do not begin with a codebook and two convolutions.")
        if not (is_plain_pointwise(pointwise) and is_plain_transposed(upward)):
            raise NotImplementedError("The convolutions after the codebook are others than the table is made of.")
        if 16 * codebook.num_embeddings * upward.out_channels > MOST_NUMBERS:
            raise NotImplementedError(f"A table of {codebook.num_embeddings:,} codes would be too large.")
        with torch.no_grad():
            vectors = pointwise(codebook.weight[:, :, None, None]).relu().flatten(1)
            vectors = F.pad(vectors, (0, 0, 0, 1))  # the last one is what lies outside the map
            kernel = upward.weight[:, :, _PLACES][:, :, :, :, _PLACES]  # (in, out, down, first or second, across, ...)
            parts = vectors @ kernel.permute(0, 2, 4, 3, 5, 1).flatten(1)
            parts = parts.view(len(vectors), 4, 4, -1)
            parts[:, :, 0] += upward.bias  # once for each output
            self._table = parts.flatten(0, 2)
        self._rest = nn.Sequential(*rest)
        self._outside = codebook.num_embeddings
        self._neighbours = torch.tensor(
            [3 * (down + a) + across + b for down in (0, 1) for across in (0, 1) for a in (0, 1) for b in (0, 1)]
        )

    @torch.no_grad()
    def __call__(self, codes: Tensor) -> Tensor:
        """Code maps (B, H, W) of int64 to what the layers give, up to rounding. Raises IndexError for other codes."""
        if codes.numel() and not 0 <= int(codes.min()) <= int(codes.max()) < self._outside:
            raise IndexError(f"A code is none of the {self._outside} of the codebook.")
        count, height, width = codes.shape
        around = F.pad(codes, (1, 1, 1, 1), value=self._outside).unfold(1, 3, 1).unfold(2, 3, 1).flatten(-2)
        rows = around[..., self._neighbours] * 16 + torch.arange(16)
        rows = rows.view(count, height, width, 2, 2, 4).transpose(2, 3).reshape(-1, 4)
        summed = F.embedding_bag(rows, self._table, mode="sum").view(count, 2 * height, 2 * width, -1)
        return self._rest(summed.relu_().permute(0, 3, 1, 2))
