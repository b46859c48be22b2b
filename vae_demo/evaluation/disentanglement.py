"""How well single latent dimensions follow single ground-truth factors."""

import torch
from torch import Tensor

BINS = 20


def mutual_information_gap(means: Tensor, factors: Tensor) -> Tensor:
    """The mutual information gap of each factor, (F,), at most 1 (Chen et al., arXiv:1802.04942, equation 6).

    For each factor the gap between the two latent dimensions that tell most about it, divided by the factor's entropy.
    `means` (N, D) are posterior means, D >= 2, put into 20 equal-width bins each, where the paper integrates over the
    posterior; `factors` (N, F) are int64 values from 0, each factor taking at least two of them, else ValueError.
    """
    if means.shape[1] < 2 or (factors == factors[:1]).all(dim=0).any():
        raise ValueError("The gap needs two latent dimensions or more, and factors that vary.")
    binned = _bins(means)
    gaps = []
    for factor in factors.unbind(dim=1):
        information = torch.stack([_mutual_information(latent, factor) for latent in binned.unbind(dim=1)])
        first, second = information.topk(2).values
        gaps.append((first - second) / _mutual_information(factor, factor))
    return torch.stack(gaps)


def _bins(means: Tensor) -> Tensor:
    low, high = means.amin(dim=0), means.amax(dim=0)
    width = ((high - low) / BINS).clamp(min=torch.finfo(means.dtype).tiny)
    return ((means - low) / width).long().clamp(max=BINS - 1)


def _mutual_information(a: Tensor, b: Tensor) -> Tensor:
    """Mutual information in nats of two discrete variables, values (N,) from 0; a variable's own is its entropy."""
    values_b = int(b.max()) + 1
    joint = torch.bincount(a * values_b + b, minlength=(int(a.max()) + 1) * values_b).view(-1, values_b).double()
    joint = joint / joint.sum()
    independent = joint.sum(dim=1, keepdim=True) * joint.sum(dim=0, keepdim=True)
    seen = joint > 0
    return (joint[seen] * (joint[seen] / independent[seen]).log()).sum()
