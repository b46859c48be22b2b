"""One definition of each number: the page, training and the model cards all use these.

Pictures are (B, C, H, W) in [0, 1]. A function returns one value a picture, (B,), unless it says otherwise.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

ACTIVE_NATS = 0.01
"""A latent dimension is active by its KL where that is above this many nats on average."""
ACTIVE_VARIANCE = 0.01
"""A latent dimension is active by its means where they vary by more than this (Burda et al., arXiv:1509.00519)."""
STRIP = 64
"""Rows of pixels that `ssim` compares at a time."""


def mean_squared_error(recon: Tensor, x: Tensor) -> Tensor:
    """Squared error averaged over channels and pixels."""
    return (recon - x).pow(2).flatten(1).mean(dim=1)


def psnr(mse: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in decibels of a mean squared error on [0, 1]; identical pictures give inf."""
    return -10 * torch.log10(mse)


def ssim(recon: Tensor, x: Tensor) -> Tensor:
    """Structural similarity in [-1, 1] (Wang et al., IEEE TIP 2004): 11x11 Gaussian window of sigma 1.5, C1 = 0.01^2,
    C2 = 0.03^2, averaged over channels and over the positions where the window lies inside the picture.

    A side below 11 pixels takes the largest odd window that fits.
    """
    size = min(11, *x.shape[2:])
    size -= 1 - size % 2
    offsets = torch.arange(size, dtype=x.dtype, device=x.device) - size // 2
    line = torch.exp(-offsets.pow(2) / (2 * 1.5**2))
    line = (line / line.sum()).view(1, 1, -1, 1).expand(4 * x.shape[1], 1, -1, 1)
    c1, c2 = 0.01**2, 0.03**2
    positions = x.shape[2] - size + 1
    total = torch.zeros(len(x), dtype=x.dtype, device=x.device)
    # In strips, all that is blurred side by side in each: what a strip needs stays in the processor's cache.
    for top in range(0, positions, STRIP):
        r, s = (picture[:, :, top : top + STRIP + size - 1] for picture in (recon, x))
        stacked = torch.cat((r, s, r * r + s * s, r * s), dim=1).contiguous(memory_format=torch.channels_last)
        columns = F.conv2d(stacked, line, groups=len(line))
        blurred = F.conv2d(columns, line.transpose(2, 3), groups=len(line))
        mean_r, mean_x, squares, product = blurred.chunk(4, dim=1)
        means, squared_means = mean_r * mean_x, mean_r**2 + mean_x**2
        similarity = (2 * means + c1) * (2 * (product - means) + c2)
        similarity = similarity / ((squared_means + c1) * (squares - squared_means + c2))
        total += similarity.sum(dim=(1, 2, 3))
    return total / (x.shape[1] * positions * (x.shape[3] - size + 1))


def bernoulli_distortion(recon: Tensor, x: Tensor) -> Tensor:
    """Cross-entropy in nats, summed over channels and pixels; grey levels count as probabilities."""
    return F.binary_cross_entropy(recon, x, reduction="none").flatten(1).sum(dim=1)


def squared_distortion(recon: Tensor, x: Tensor) -> Tensor:
    """Squared error summed over channels and pixels: beta-VAE's distortion, in nats up to a constant."""
    return (recon - x).pow(2).flatten(1).sum(dim=1)


def kl_per_dimension(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(q(z|x) || N(0, I)) in nats for each latent dimension, (B, latent_dim); its sum is the rate."""
    return 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar)


def active_dimensions(mean_kl: Tensor) -> int:
    """How many latent dimensions carry anything: those of (latent_dim,) mean KLs above `ACTIVE_NATS`."""
    return int((mean_kl > ACTIVE_NATS).sum())


def active_units(means: Tensor) -> int:
    """How many latent dimensions carry anything, by Burda et al.: those of the posterior means (N, latent_dim) whose
    variance over the pictures is above `ACTIVE_VARIANCE`."""
    return int((means.var(dim=0) > ACTIVE_VARIANCE).sum())


def unigram_bits(train_counts: Tensor) -> Tensor:
    """Bits that each code (K,) costs under the unigram model: by its share of the train split's codes (K,), each
    counted once more, so that one which training never met has a finite cost."""
    counts = train_counts.double() + 1
    return -(counts / counts.sum()).log2()


def entropy_bits(counts: Tensor) -> float:
    """Entropy in bits of the distribution that counts (K,) describe."""
    p = counts.double() / counts.sum()
    return float(-(p[p > 0] * p[p > 0].log2()).sum())


def perplexity(counts: Tensor) -> float:
    """2 to the entropy of code counts (K,): the number of equally used codes that would be as varied."""
    return 2 ** entropy_bits(counts)


def uniform_bits(num_codes: int) -> float:
    """Bits a code costs when every code is equally likely."""
    return math.log2(num_codes)
