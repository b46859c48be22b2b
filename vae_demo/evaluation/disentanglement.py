"""How well single latent dimensions follow single ground-truth factors."""

import torch
from torch import Tensor

from vae_demo.models.gaussian import GaussianLatent, reparameterize

MOST_SAMPLES = 2_000
"""The most posterior samples that an entropy is averaged over; each is set against the posteriors of all pictures."""
SAMPLES_AT_ONCE = 250


def mutual_information_gap(posterior: GaussianLatent, factors: Tensor, generator: torch.Generator) -> Tensor:
    """The mutual information gap of each factor, (F,), at most 1 (Chen et al., arXiv:1802.04942, equation 6).

    For each factor the gap between the two latent dimensions that tell most about it, divided by the factor's entropy.
    I(z_j; v) = E[log q(z_j | v) - log q(z_j)] over posterior samples, where q(z_j) is the mean of the posteriors of all
    pictures and q(z_j | v) that of the pictures with v: a dimension whose posterior is the prior's for every picture
    tells nothing. `posterior` is that of N pictures, with 2 dimensions or more; `factors` (N, F) are int64 values from
    0, each factor taking at least two of them, else ValueError.
    """
    if posterior.size < 2 or (factors == factors[:1]).all(dim=0).any():
        raise ValueError("The gap needs two latent dimensions or more, and factors that vary.")
    information = _information(posterior, factors, generator)
    first, second = information.topk(2, dim=0).values
    return (first - second) / torch.tensor([_entropy(factor) for factor in factors.unbind(dim=1)])


def _information(posterior: GaussianLatent, factors: Tensor, generator: torch.Generator) -> Tensor:
    """I(z_j; v_f) in nats, (latent_dim, F)."""
    mean, logvar = posterior.mean.float(), posterior.logvar.float()
    chosen = torch.randperm(len(mean), generator=generator)[:MOST_SAMPLES]
    samples = reparameterize(mean[chosen], logvar[chosen], generator)
    values = [factor.unique(return_inverse=True) for factor in factors.unbind(dim=1)]
    members = [torch.nn.functional.one_hot(inverse).float() for _, inverse in values]
    total = torch.zeros(posterior.size, factors.shape[1], dtype=torch.float64)
    for part, z in zip(chosen.split(SAMPLES_AT_ONCE), samples.split(SAMPLES_AT_ONCE), strict=True):
        for j in range(posterior.size):
            density = -0.5 * ((z[:, j, None] - mean[:, j]).pow(2) * (-logvar[:, j]).exp() + logvar[:, j])
            density = (density - density.amax(dim=1, keepdim=True)).exp()
            marginal = density.mean(dim=1)
            for f, ((_, inverse), member) in enumerate(zip(values, members, strict=True)):
                own = inverse[part]
                conditional = (density @ member).gather(1, own[:, None])[:, 0] / member.sum(dim=0)[own]
                total[j, f] += (conditional / marginal).log().double().sum()
    return total / len(chosen)


def _entropy(factor: Tensor) -> float:
    """Entropy in nats of values (N,) from 0."""
    p = torch.bincount(factor).double() / len(factor)
    return float(-(p[p > 0] * p[p > 0].log()).sum())
