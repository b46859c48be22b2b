"""The log-likelihood of a VAE by importance weighting, a far tighter bound than the ELBO."""

import math

import torch
from torch import Tensor, nn
from tqdm import tqdm

from vae_demo.models.gaussian import GaussianVariant

SAMPLES = 5_000
"""Posterior samples a picture, as in the importance-weighted autoencoder's paper."""
AT_ONCE = 250
"""Latents that are decoded at a time: their pictures stay in the processor's cache."""
LEAST_PROBABILITY = 2.0**-24
"""Of a pixel: what float32 rounds to 0 or 1 is not known better than that."""


def binarised(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Grey pictures in [0, 1] to pictures of 0 and 1: each pixel is 1 with its grey level as probability
    (Salakhutdinov & Murray, ICML 2008). The same shape."""
    return torch.bernoulli(pictures.cpu(), generator=generator).to(pictures.device)


def negative_log_likelihood(
    model: nn.Module, variant: GaussianVariant, x: Tensor, generator: torch.Generator, samples: int = SAMPLES
) -> Tensor:
    """An upper bound of -log p(x) in nats for each of the binary pictures (B, C, H, W), as a tensor (B,) of float64.

    -log of the mean of p(x|z) p(z) / q(z|x) over `samples` draws of z from q(z|x) (Burda et al., arXiv:1509.00519,
    equation 8). For variants with a Bernoulli likelihood; with one sample it is a draw of the negative ELBO.
    """
    posterior = variant.encode(model, x)
    found = []
    pictures = tqdm(x, desc="likelihood", mininterval=2)
    for picture, mean, logvar in zip(pictures, posterior.mean, posterior.logvar, strict=True):
        eps = torch.randn(samples, len(mean), generator=generator).to(x.device)
        z = mean + eps * torch.exp(0.5 * logvar)
        # The normal densities' constants are the same in p(z) and q(z|x).
        log_ratio = 0.5 * (eps.pow(2) - z.pow(2) + logvar).sum(dim=1)
        log_p = torch.cat([_log_probability(variant.decode(model, part), picture) for part in z.split(AT_ONCE)])
        found.append(math.log(samples) - torch.logsumexp((log_ratio + log_p).double(), dim=0))
    return torch.stack(found)


def _log_probability(recon: Tensor, picture: Tensor) -> Tensor:
    """log p(picture|z) for each decoded latent, (N,). With one logarithm a pixel, where the distortion of grey
    pictures takes two: nearly all the time goes there."""
    probability = torch.where(picture > 0.5, recon, 1 - recon)
    return probability.clamp_(min=LEAST_PROBABILITY).log_().flatten(1).sum(dim=1)
