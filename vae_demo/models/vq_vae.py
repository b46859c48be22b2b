"""The VQ-VAE: a convolutional autoencoder whose bottleneck is a grid of discrete codes."""

import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from vae_demo.models.discrete import CodeVariant
from vae_demo.models.quantizer import VectorQuantizer, flatten


class VQVAE(nn.Module, PyTorchModelHubMixin):
    """Neural Discrete Representation Learning (van den Oord et al., arXiv:1711.00937).

    Pictures are (B, in_channels, 4 H, 4 W) with any H and W; their code maps are (B, H, W). The decoder is unbounded:
    clamp a reconstruction to [0, 1] before it is shown or measured. The keyword-only arguments are the quantizer's.
    """

    stride = 4

    def __init__(
        self,
        in_channels: int = 3,
        hidden_dim: int = 128,
        num_embeddings: int = 512,
        embedding_dim: int = 64,
        *,
        commitment_cost: float = 0.25,
        ema_decay: float | None = None,
        restart_every: int | None = None,
    ) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(in_channels, hidden_dim, 4, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(hidden_dim, hidden_dim, 4, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(hidden_dim, embedding_dim, 1),
        )  # fmt: skip
        self.quantizer = VectorQuantizer(
            num_embeddings, embedding_dim, commitment_cost, ema_decay=ema_decay, restart_every=restart_every
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(embedding_dim, hidden_dim, 1), nn.ReLU(inplace=True),
            nn.ConvTranspose2d(hidden_dim, hidden_dim, 4, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.ConvTranspose2d(hidden_dim, in_channels, 4, stride=2, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(reconstruction, quantizer loss, indices (B*H*W,) in raster order)."""
        z_e = self.encoder(x)
        z_q, vq_loss, indices = self.quantizer(z_e)
        return self.decoder(z_q), vq_loss, indices

    def encode(self, x: Tensor) -> Tensor:
        """(B, in_channels, 4 H, 4 W) to its code map (B, H, W) of int64."""
        z_e = self.encoder(x)
        return self.quantizer.nearest(flatten(z_e)).view(len(x), *z_e.shape[2:])

    def decode(self, codes: Tensor) -> Tensor:
        """A code map (B, H, W) of int64 to a picture (B, in_channels, 4 H, 4 W), unbounded.

        Raises IndexError where a code is not in the codebook.
        """
        return self.decoder(self.quantizer.lookup(codes))

    def loss(self, recon: Tensor, x: Tensor, vq_loss: Tensor) -> Tensor:
        """Mean squared error plus the quantizer's loss (equation 3): means, so size changes their balance."""
        return F.mse_loss(recon, x) + vq_loss


VARIANT = CodeVariant(
    "vq-vae",
    "VQ-VAE",
    VQVAE,
    about="A VQ-VAE (van den Oord et al., arXiv:1711.00937): it encodes a picture to a grid of discrete codes, each "
    "the nearest of its codebook's learned vectors, and decodes the grid to a picture.",
    limits="The decoder is unbounded: clamp its pictures to [0, 1]. It has no prior of its own: uniformly drawn codes "
    "give noise.",
)
