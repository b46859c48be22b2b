"""The learned prior of a VQ-VAE: an autoregressive transformer over code maps."""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

LEAST_TEMPERATURE = 1e-4
"""At and below this temperature the likeliest code is taken: dividing by less would overflow."""


class Block(nn.Module):
    """A pre-norm transformer block with causal attention; `cache` carries the keys and values of earlier steps."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.norm_attention = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(dropout)
        )

    def forward(self, h: Tensor, cache: tuple[Tensor, Tensor] | None = None, step: int = 0) -> Tensor:
        """(B, T, width) to the same. With a cache T is 1, and `step` is the position being written."""
        batch, length, width = h.shape
        split = self.qkv(self.norm_attention(h)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        if cache is not None:
            keys, values = cache
            keys[:, :, step : step + 1], values[:, :, step : step + 1] = key, value
            key, value = keys[:, :, : step + 1], values[:, :, : step + 1]
        attended = F.scaled_dot_product_attention(
            query, key, value, dropout_p=self.dropout if self.training else 0.0, is_causal=cache is None
        )
        h = h + self.project(attended.transpose(1, 2).reshape(batch, length, width))
        return h + self.mlp(self.norm_mlp(h))


class CodePrior(nn.Module, PyTorchModelHubMixin):
    """p(code map) = product of p(code | the codes above it and to its left), in raster order.

    The decoder-only transformer of GPT (Radford et al., 2018) in place of the PixelCNN of the VQ-VAE paper
    (arXiv:1711.00937, section 4.2).

    Args:
        num_embeddings: number of codes of the VQ-VAE.
        height, width: the code map's size.
        layers, heads, channels: the transformer's shape; `channels` is a multiple of `heads`.
        dropout: used in training only.
    """

    def __init__(
        self,
        num_embeddings: int,
        height: int,
        width: int,
        layers: int = 4,
        heads: int = 4,
        channels: int = 128,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.height = height
        self.width = width
        # One embedding beyond the codes marks the start, from which the first code is predicted.
        self.token = nn.Embedding(num_embeddings + 1, channels)
        self.row = nn.Embedding(height, channels)
        self.column = nn.Embedding(width, channels)
        self.blocks = nn.ModuleList(Block(channels, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, num_embeddings)
        for embedding in (self.token, self.row, self.column):
            nn.init.normal_(embedding.weight, std=0.02)

    def position(self, height: int, width: int) -> Tensor:
        """The embedding of each place of a map of this size, (height * width, channels)."""
        return (self.row.weight[:height, None] + self.column.weight[None, :width]).flatten(0, 1)

    def forward(self, codes: Tensor) -> Tensor:
        """Code maps (B, H, W) of int64 to the logits of each code given those before it, (B, H*W, codes).

        H and W are at most `height` and `width`: of a smaller map the upper left corner is there.
        """
        flat = codes.flatten(1)
        start = torch.full_like(flat[:, :1], self.num_embeddings)
        h = self.token(torch.cat([start, flat[:, :-1]], dim=1)) + self.position(*codes.shape[1:])
        for block in self.blocks:
            h = block(h)
        return self.head(self.norm(h))

    def loss(self, codes: Tensor) -> Tensor:
        """Mean negative log-likelihood in nats per code; divide by ln 2 for bits."""
        return F.cross_entropy(self(codes).flatten(0, 1), codes.flatten())

    @torch.no_grad()
    def bits(self, codes: Tensor) -> Tensor:
        """-log2 of the probability of each code map (B, height, width), (B,)."""
        nats = F.cross_entropy(self(codes).flatten(0, 1), codes.flatten(), reduction="none")
        return nats.view(len(codes), -1).sum(dim=1) / math.log(2)

    @torch.no_grad()
    def sample(
        self, count: int, generator: torch.Generator | None = None, temperature: float = 1.0
    ) -> Iterator[Tensor]:
        """Draw `count` code maps in raster order, yielding after each row all codes drawn so far.

        Each item is (count, height, width) of int64 with -1 where nothing is drawn yet; the last is complete.
        Temperature divides the logits: below 1 the likelier codes win more often; 0 takes the likeliest.
        """
        steps = Steps(self, count, self.height, self.width)
        codes = torch.full((count, self.height * self.width), -1, device=self.head.weight.device)
        last = None
        for step in range(self.height * self.width):
            logits = steps.logits(last)
            if temperature > LEAST_TEMPERATURE:
                last = torch.multinomial((logits / temperature).softmax(dim=1), 1, generator=generator)[:, 0]
            else:
                last = logits.argmax(dim=1)
            codes[:, step] = last
            if (step + 1) % self.width == 0:
                yield codes.view(count, self.height, self.width).clone()


class Steps:
    """The logits of one code after the other, of `count` maps of `height` x `width` codes at once.

    What the layers computed for earlier codes is kept: 2 * layers * count * height * width * channels numbers.
    """

    def __init__(self, prior: CodePrior, count: int, height: int, width: int) -> None:
        self.prior = prior
        self.step = 0
        self.position = prior.position(height, width)
        heads, channels = prior.blocks[0].heads, prior.head.in_features
        shape = (count, heads, height * width, channels // heads)
        self.caches = [(self.position.new_empty(shape), self.position.new_empty(shape)) for _ in prior.blocks]
        self.start = torch.full((count,), prior.num_embeddings, device=self.position.device)

    @torch.no_grad()
    def logits(self, last: Tensor | None) -> Tensor:
        """The logits (count, codes) of the next code, in raster order, after the `last` ones (count,); None at first.

        As `CodePrior.forward` gives them, but for the last digits.
        """
        h = (self.prior.token(self.start if last is None else last) + self.position[self.step]).unsqueeze(1)
        for block, cache in zip(self.prior.blocks, self.caches, strict=True):
            h = block(h, cache, self.step)
        self.step += 1
        return self.prior.head(self.prior.norm(h[:, 0]))
