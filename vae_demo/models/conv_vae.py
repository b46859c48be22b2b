"""The convolutional variational autoencoder, for 64x64 pictures."""

from dataclasses import dataclass

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from vae_demo.models.gaussian import GaussianVariant, reparameterize
from vae_demo.models.vae import bernoulli_objective


def _down(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels_in, channels_out, 4, stride=2, padding=1), nn.ReLU(inplace=True)]


def _up(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [nn.ConvTranspose2d(channels_in, channels_out, 4, stride=2, padding=1), nn.ReLU(inplace=True)]


class ConvVAE(nn.Module, PyTorchModelHubMixin):
    """A VAE whose halves are four strided convolutions each, after DCGAN (arXiv:1511.06434).

    Pictures are (B, in_channels, 64, 64) in [0, 1]: the flattening fixes the size. Latents are (B, latent_dim).
    Its loss is `vae_loss`, as for the plain VAE.
    """

    def __init__(self, in_channels: int = 3, latent_dim: int = 256) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            *_down(in_channels, 32), *_down(32, 64), *_down(64, 128), *_down(128, 256), nn.Flatten()
        )
        self.fc_mu = nn.Linear(256 * 4 * 4, latent_dim)
        self.fc_logvar = nn.Linear(256 * 4 * 4, latent_dim)
        self.fc_decode = nn.Linear(latent_dim, 256 * 4 * 4)
        self.decoder = nn.Sequential(
            *_up(256, 128), *_up(128, 64), *_up(64, 32),
            nn.ConvTranspose2d(32, in_channels, 4, stride=2, padding=1), nn.Sigmoid(),
        )  # fmt: skip

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, in_channels, 64, 64) to the posterior's mean and log variance, each (B, latent_dim)."""
        h = self.encoder(x)
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu: Tensor, logvar: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """A posterior sample; see `gaussian.reparameterize`."""
        return reparameterize(mu, logvar, generator)

    def decode(self, z: Tensor) -> Tensor:
        """(B, latent_dim) to pixel means in [0, 1], (B, in_channels, 64, 64)."""
        h = self.fc_decode(z).view(-1, 256, 4, 4)
        return self.decoder(h)

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Reconstruct from one posterior sample: (reconstruction, mean, log variance)."""
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar, generator)
        return self.decode(z), mu, logvar


@dataclass(frozen=True)
class ConvVariant(GaussianVariant):
    """The ConvVAE, whose decoder begins outside its `decoder`."""

    def decoder_layers(self, model: nn.Module) -> list[nn.Module]:
        """The fully connected layer, then the transposed convolutions."""
        return [model.fc_decode, nn.Unflatten(1, (256, 4, 4)), *model.decoder]


VARIANT = ConvVariant(
    "conv-vae",
    "ConvVAE",
    ConvVAE,
    about="A convolutional variational autoencoder (Kingma & Welling, arXiv:1312.6114) for 64x64 pictures: "
    "convolutions suit images better than fully connected layers.",
    limits="It takes 64x64 pictures only. Samples from N(0, I) are worse than reconstructions, since the encoder does "
    "not fill the prior.",
    objective=bernoulli_objective,
)
