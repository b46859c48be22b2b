"""The plain variational autoencoder: two fully connected halves around a Gaussian bottleneck."""

import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from vae_demo.models.gaussian import GaussianVariant, reparameterize, summed_kl


class VAE(nn.Module, PyTorchModelHubMixin):
    """Auto-Encoding Variational Bayes (Kingma & Welling, arXiv:1312.6114) with fully connected layers.

    Pictures are flattened to (B, input_dim) with values in [0, 1]; latents are (B, latent_dim).
    """

    def __init__(self, input_dim: int, hidden_dim: int = 512, latent_dim: int = 20) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Linear(input_dim, hidden_dim), nn.ReLU(),
            nn.Linear(hidden_dim, hidden_dim), nn.ReLU(),
        )  # fmt: skip
        self.fc_mu = nn.Linear(hidden_dim, latent_dim)
        self.fc_logvar = nn.Linear(hidden_dim, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim), nn.ReLU(),
            nn.Linear(hidden_dim, hidden_dim), nn.ReLU(),
            nn.Linear(hidden_dim, input_dim), nn.Sigmoid(),
        )  # fmt: skip

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, input_dim) to the posterior's mean and log variance, each (B, latent_dim)."""
        h = self.encoder(x)
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu: Tensor, logvar: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """A posterior sample; see `gaussian.reparameterize`."""
        return reparameterize(mu, logvar, generator)

    def decode(self, z: Tensor) -> Tensor:
        """(B, latent_dim) to pixel means in [0, 1], (B, input_dim)."""
        return self.decoder(z)

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Reconstruct from one posterior sample: (reconstruction, mean, log variance)."""
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar, generator)
        return self.decode(z), mu, logvar


def vae_loss(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
    """Negative ELBO in nats under a Bernoulli likelihood, summed over the batch (appendix C.1).

    `recon` and `x` have one shape and lie in [0, 1]; grey levels count as probabilities.
    """
    recon_loss = F.binary_cross_entropy(recon, x, reduction="sum")
    return recon_loss + beta * summed_kl(mu, logvar)


def bernoulli_objective(
    model: nn.Module, recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, kl_weight: float
) -> Tensor:
    """`vae_loss` as a `GaussianVariant`'s objective."""
    return vae_loss(recon, x, mu, logvar, beta=kl_weight)


VARIANT = GaussianVariant(
    "vae",
    "VAE",
    VAE,
    about="A variational autoencoder of fully connected layers (Kingma & Welling, arXiv:1312.6114): it encodes a "
    "picture to a Gaussian over latents and decodes a latent to a picture.",
    limits="Reconstructions are smooth: what the latents do not carry is averaged away. Samples from N(0, I) include "
    "some that resemble no training picture.",
    flat=True,
    objective=bernoulli_objective,
)
