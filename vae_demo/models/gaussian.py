"""The diagonal Gaussian posterior q(z|x) that VAE, ConvVAE and BetaVAE share (Kingma & Welling, arXiv:1312.6114)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vae_demo import metrics
from vae_demo.models.variant import Loss, Variant, autocast


def reparameterize(mu: Tensor, logvar: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draw z = mu + eps * exp(logvar / 2) with eps ~ N(0, I), the reparameterization trick (section 2.4).

    Both arguments and the result have one shape. The noise is drawn even in eval mode: for a deterministic
    reconstruction decode `mu` itself. Without `generator` the noise comes from torch's global one.
    """
    eps = torch.randn(mu.shape, generator=generator, dtype=mu.dtype, device=mu.device)
    return mu + eps * torch.exp(0.5 * logvar)


def summed_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, exp(logvar)) || N(0, I)) in nats, summed over every element (appendix B): a scalar."""
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def slerp(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    """Spherical linear interpolation between vectors (D,) at shares (N,) in [0, 1] of the way, (N, D).

    Lengths go linearly, directions along the great circle; where the two are parallel or one is 0, straight.
    """
    share = share.unsqueeze(1)
    lengths = start.norm() * (1 - share) + end.norm() * share
    product = start.norm() * end.norm()
    angle = torch.arccos((torch.dot(start, end) / product).clamp(-1, 1))
    if product < 1e-12 or angle.sin() < 1e-4:
        return start + share * (end - start)
    a, b = start / start.norm(), end / end.norm()
    return lengths * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / angle.sin()


@dataclass(frozen=True)
class GaussianLatent:
    """The posterior of a batch: its mean and log variance, each (B, latent_dim)."""

    mean: Tensor
    logvar: Tensor

    def cpu(self) -> "GaussianLatent":
        """The same on the CPU."""
        return GaussianLatent(self.mean.cpu(), self.logvar.cpu())

    @property
    def values(self) -> Tensor:
        """The posterior mean, (B, latent_dim)."""
        return self.mean

    @property
    def deviation(self) -> Tensor:
        """The posterior's standard deviation, (B, latent_dim)."""
        return torch.exp(0.5 * self.logvar)

    @property
    def size(self) -> int:
        """The number of latent dimensions."""
        return self.mean.shape[1]

    @property
    def kl(self) -> Tensor:
        """KL from N(0, I) in nats for each dimension, (B, latent_dim)."""
        return metrics.kl_per_dimension(self.mean, self.logvar)

    @property
    def bits(self) -> Tensor:
        """The rate in bits, (B,)."""
        return self.kl.sum(dim=1) / math.log(2)

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """A posterior sample, (B, latent_dim); see `reparameterize`."""
        return reparameterize(self.mean, self.logvar, generator)

    def sample_each(self, seed: int) -> Tensor:
        """A posterior sample of each picture, (B, latent_dim), by the noise that `seed` gives to one alone."""
        one_each = zip(self.mean.split(1), self.logvar.split(1), strict=True)
        return torch.cat([reparameterize(*one, torch.Generator().manual_seed(seed)) for one in one_each])


Objective = Callable[[nn.Module, Tensor, Tensor, Tensor, Tensor, float], Tensor]
"""(model, reconstruction, x, mean, log variance, KL weight) to the loss in nats, summed over the batch."""


@dataclass(frozen=True)
class GaussianVariant(Variant):
    """A variant whose model has the VAE's interface: `encode(x)` to mean and log variance, `decode(z)`,
    `forward(x, generator)` to (reconstruction, mean, log variance).

    `objective` is what it is trained by; `distortion` the reconstruction term of that, (B,) in nats, under the
    `likelihood` of that name.
    """

    objective: Objective = None
    likelihood: str = "bernoulli"

    latent_kind = "latents"
    path = "spherical"

    def distortion(self, recon: Tensor, x: Tensor) -> Tensor:
        """The reconstruction term of the objective for each picture, (B,), in nats (up to a constant if Gaussian)."""
        measured = metrics.bernoulli_distortion if self.likelihood == "bernoulli" else metrics.squared_distortion
        return measured(recon, x)

    def encode(self, model: nn.Module, x: Tensor) -> GaussianLatent:
        """Prepared pictures to their posterior."""
        return GaussianLatent(*model.encode(x))

    def decode(self, model: nn.Module, values: Tensor) -> Tensor:
        """Latents (B, latent_dim) to what `pictures` takes."""
        return model.decode(values)

    def decoder_layers(self, model: nn.Module) -> list[nn.Module]:
        """The model's `decoder`."""
        return [*model.decoder]

    def between(self, model: nn.Module, start: Tensor, end: Tensor, share: Tensor) -> Tensor:
        """Along the great circle, which keeps to the norms that N(0, I) gives, where a straight line would pass nearer
        to 0 than any sample lies (White, arXiv:1609.04468)."""
        return model.decode(slerp(start, end, share))

    def priors(self, learned: bool) -> list[str]:
        """N(0, I), and the mixture where one was fitted."""
        return ["standard-normal", *(["gaussian-mixture"] if learned else [])]

    def draw(
        self,
        model: nn.Module,
        prior: str,
        count: int,
        image_shape: tuple[int, int, int],
        *,
        learned: dict[str, Tensor] | None = None,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Iterator[Tensor]:
        """(count, latent_dim), once. Each is drawn alone, so that more samples leave the first ones as they were.

        `learned` is a mixture: weights (K,), means (K, D) and lower Cholesky factors (K, D, D). `temperature` scales
        the noise.
        """
        drawn = []
        for _ in range(count):
            z = temperature * torch.randn(model.latent_dim, generator=generator)
            if prior == "gaussian-mixture":
                component = int(torch.multinomial(learned["weights"], 1, generator=generator))
                z = learned["means"][component] + learned["cholesky"][component] @ z
            drawn.append(z)
        yield torch.stack(drawn)

    def loss(
        self,
        model: nn.Module,
        x: Tensor,
        *,
        kl_weight: float = 1.0,
        generator: torch.Generator | None = None,
        mixed_precision: bool = False,
    ) -> Loss:
        """The objective at `kl_weight`, from one posterior sample a picture."""
        with autocast(x, mixed_precision):
            recon, mu, logvar = (found.float() for found in model(x, generator))
        value = self.objective(model, recon, x, mu, logvar, kl_weight) / len(x)

        def numbers() -> dict[str, float]:
            rate = summed_kl(mu, logvar).item() / len(x)
            return {"distortion": value.item() - kl_weight * rate, "rate": rate, "kl_weight": kl_weight}

        return Loss(value, numbers)
