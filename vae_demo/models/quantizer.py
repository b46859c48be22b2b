"""The codebook of a VQ-VAE, and what keeps it from collapsing while it is trained."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ROWS_AT_ONCE = 1024


class VectorQuantizer(nn.Module):
    """Nearest-neighbour vector quantization with a straight-through gradient (van den Oord et al., arXiv:1711.00937).

    The two keyword-only arguments change training alone; left out, the codebook follows the paper's codebook loss
    (equation 3). What they need to remember is kept out of the state dict.

    Args:
        num_embeddings: number of codes.
        embedding_dim: length of each code's vector.
        commitment_cost: weight of the term that keeps the encoder near its codes.
        ema_decay: move each code to the moving average of the vectors assigned to it (appendix A.1) with this decay,
            in place of the codebook loss.
        restart_every: each time this many training steps have passed, move every code that none of them used onto
            an encoder output of the current batch (Jukebox, arXiv:2005.00341, section 3.1).
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        commitment_cost: float = 0.25,
        *,
        ema_decay: float | None = None,
        restart_every: int | None = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.commitment_cost = commitment_cost
        self.ema_decay = ema_decay
        self.restart_every = restart_every
        self.embedding = nn.Embedding(num_embeddings, embedding_dim)
        self.embedding.weight.data.uniform_(-1 / num_embeddings, 1 / num_embeddings)
        # A count of one beside a sum of one vector: unused codes stay where they are and can still be reached.
        self.register_buffer("ema_count", torch.ones(num_embeddings), persistent=False)
        self.register_buffer("ema_sum", self.embedding.weight.detach().clone(), persistent=False)
        self.register_buffer("uses", torch.zeros(num_embeddings), persistent=False)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64), persistent=False)
        self.register_load_state_dict_post_hook(lambda module, _: module.reset_ema())

    def nearest(self, z_flat: Tensor) -> Tensor:
        """Index of the nearest code, (N,) int64, for each row of (N, embedding_dim)."""
        codes = self.embedding.weight
        lengths = codes.pow(2).sum(dim=1)
        # The squared distance but for the row's own length, which is the same for every code. A part of the rows at a
        # time, so that its distances stay in the processor's cache; and min finds the place faster than argmin does.
        parts = z_flat.split(ROWS_AT_ONCE)
        return torch.cat([torch.addmm(lengths, part, codes.t(), alpha=-2).min(dim=1).indices for part in parts])

    def lookup(self, codes: Tensor) -> Tensor:
        """A code map (B, H, W) of int64 in [0, num_embeddings) to its vectors (B, embedding_dim, H, W)."""
        return self.embedding(codes).permute(0, 3, 1, 2)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Quantize (B, embedding_dim, H, W): (same shape, scalar loss, indices (B*H*W,) in raster order).

        In float32 within an autocast too: bfloat16 cannot tell near codes apart.
        """
        with torch.autocast(z.device.type, enabled=False):
            return self._quantize(z.to(self.embedding.weight.dtype))

    def _quantize(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        z_flat = flatten(z)
        indices = self.nearest(z_flat)
        z_q = self.lookup(indices.view(z.shape[0], z.shape[2], z.shape[3]))
        loss = self.commitment_cost * F.mse_loss(z_q.detach(), z)
        if self.ema_decay is None:
            loss = F.mse_loss(z_q, z.detach()) + loss
        z_q = z + (z_q - z).detach()
        if self.training:
            self._maintain(z_flat.detach(), indices)
        return z_q, loss, indices

    @torch.no_grad()
    def _maintain(self, z_flat: Tensor, indices: Tensor) -> None:
        if self.ema_decay is not None:
            counts = torch.bincount(indices, minlength=self.num_embeddings).to(z_flat.dtype)
            sums = torch.zeros_like(self.ema_sum).index_add_(0, indices, z_flat)
            self.ema_count.lerp_(counts, 1 - self.ema_decay)
            self.ema_sum.lerp_(sums, 1 - self.ema_decay)
            # Count and sum of an unused code shrink alike; once they are all but nothing, their ratio means nothing.
            known = self.ema_count > 1e-5
            self.embedding.weight[known] = self.ema_sum[known] / self.ema_count[known].unsqueeze(1)
        if self.restart_every is not None:
            self.uses += torch.bincount(indices, minlength=self.num_embeddings)
            self.steps += 1
            if self.steps % self.restart_every == 0:
                dead = (self.uses == 0).nonzero().squeeze(1)
                generator = torch.Generator().manual_seed(int(self.steps))
                rows = torch.randperm(len(z_flat), generator=generator)[: len(dead)].to(z_flat.device)
                self.set_codes(dead[: len(rows)], z_flat[rows])
                self.uses.zero_()

    @torch.no_grad()
    def reset_ema(self) -> None:
        """Start the moving averages afresh at the codebook as it is: loaded weights bring none of their own."""
        self.ema_count.fill_(1.0)
        self.ema_sum.copy_(self.embedding.weight)

    @torch.no_grad()
    def set_codes(self, codes: Tensor, vectors: Tensor) -> None:
        """Place `codes` (N,) at `vectors` (N, embedding_dim), the moving averages with them."""
        self.embedding.weight[codes] = vectors
        self.ema_count[codes] = 1.0
        self.ema_sum[codes] = vectors

    @torch.no_grad()
    def initialise(self, z_flat: Tensor, generator: torch.Generator, rounds: int = 10) -> None:
        """Start the codebook at k-means centres of encoder outputs (N, embedding_dim), N >= num_embeddings."""
        start = torch.randperm(len(z_flat), generator=generator)[: self.num_embeddings]
        everything = torch.arange(self.num_embeddings, device=z_flat.device)
        self.set_codes(everything, z_flat[start.to(z_flat.device)])
        for _ in range(rounds):
            indices = self.nearest(z_flat)
            counts = torch.bincount(indices, minlength=self.num_embeddings)
            sums = torch.zeros_like(self.ema_sum).index_add_(0, indices, z_flat)
            used = counts > 0
            self.set_codes(everything[used], sums[used] / counts[used].unsqueeze(1))


def flatten(z: Tensor) -> Tensor:
    """(B, D, H, W) to one row a position, (B*H*W, D), in raster order."""
    return z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
