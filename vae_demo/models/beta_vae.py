"""The beta-VAE: a plain VAE with a weight on the rate."""

import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from vae_demo.models.gaussian import GaussianVariant, reparameterize, summed_kl


class BetaVAE(nn.Module, PyTorchModelHubMixin):
    """beta-VAE (Higgins et al., ICLR 2017, openreview Sy2fzU9gl): a larger KL weight encourages disentangled latents.

    Pictures are flattened to (B, input_dim) with values in [0, 1]; latents are (B, latent_dim).
    """

    def __init__(self, input_dim: int, latent_dim: int = 10, beta: float = 4.0) -> None:
        super().__init__()
        self.beta = beta
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(nn.Linear(input_dim, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
        self.fc_mu = nn.Linear(256, latent_dim)
        self.fc_logvar = nn.Linear(256, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 256), nn.ReLU(),
            nn.Linear(256, 256), nn.ReLU(),
            nn.Linear(256, input_dim), nn.Sigmoid(),
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

    def loss(self, recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, *, beta: float | None = None) -> Tensor:
        """Summed squared error + beta * KL (equation 4, Gaussian likelihood of variance 1/2), summed over the batch.

        `beta` is the weight of the moment, for a schedule; the model's own where None.
        """
        recon_loss = F.mse_loss(recon, x, reduction="sum")
        return recon_loss + (self.beta if beta is None else beta) * summed_kl(mu, logvar)


def _objective(model: BetaVAE, recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, kl_weight: float) -> Tensor:
    return model.loss(recon, x, mu, logvar, beta=kl_weight)


VARIANT = GaussianVariant(
    "beta-vae",
    "Beta-VAE",
    BetaVAE,
    about="A beta-VAE (Higgins et al., ICLR 2017): a weight on the KL term trades reconstruction for a simpler, more "
    "disentangled latent.",
    limits="Its distortion is a summed squared error, a Gaussian likelihood of variance 1/2, which weighs pixels "
    "lightly: at large beta the latents collapse and every picture gives the mean one. Betas compare only with betas "
    "of this same loss.",
    flat=True,
    objective=_objective,
    likelihood="gaussian, variance 1/2",
)
