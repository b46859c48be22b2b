"""The diagonal Gaussian posterior q(z|x) that VAE, ConvVAE and BetaVAE share (Kingma & Welling, arXiv:1312.6114)."""

import torch
from torch import Tensor


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
