"""Reconstruct: one picture through every variant of a dataset."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.errors import InputError
from vae_demo.images import DIFFERENCE_COLOURS, difference_picture, fit_picture, open_picture, to_picture
from vae_demo.inference import checks
from vae_demo.models.gaussian import reparameterize
from vae_demo.preprocessing import from_model, to_model
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

__all__ = ["DIFFERENCE_COLOURS", "DIFFERENCE_LIMIT", "Reconstruction", "VariantReconstruction", "reconstruct"]

POSTERIORS = ("mean", "sample")
DIFFERENCE_LIMIT = 0.5
"""The absolute error at which a difference map is brightest: one scale for all, so that maps can be compared."""
MAX_SIDE = 1024
"""The longest side in pixels at which a picture is reconstructed whole."""
SHOWN_BETA = 4.0
"""Of a family of betas, the member shown beside the other variants: the class's default."""


@dataclass(frozen=True)
class VariantReconstruction:
    """One variant's answer. Errors are means over pixels and channels of values in [0, 1], `psnr` is in decibels.

    The pictures are "L" or "RGB"; `difference` has a palette, "P".

    `error_percentile` is the share (0 to 1) of the checkpoint's test split whose error is no larger, both from
    the posterior mean or the codes; None for a posterior sample and where no test split was measured.
    `latent_size` and `latent_bits` are what the latent costs: for a Gaussian posterior its KL from the prior, for a
    code map the bits of its codes at equal length.
    """

    checkpoint: str
    title: str
    model_input: Image.Image
    reconstruction: Image.Image
    difference: Image.Image
    mse: float
    psnr: float
    ssim: float
    latent_size: int
    latent_bits: float
    error_percentile: float | None


@dataclass(frozen=True)
class Reconstruction:
    """The picture as the dataset has it, and each variant's answer."""

    dataset: str
    fit: str
    posterior: str
    seed: int
    model_input: Image.Image
    variants: list[VariantReconstruction]


def reconstruct(
    picture: str | Path,
    dataset: str = "digits",
    posterior: str = "mean",
    seed: int = 0,
    checkpoints: Checkpoints | None = None,
) -> Reconstruction:
    """Reconstruct the picture in a file with all variants trained on `dataset`.

    `posterior` "mean" decodes the posterior mean; "sample" decodes a posterior sample drawn with `seed`, 0 to 2^32 - 1
    (VQ-VAE has no posterior and answers the same). Raises InputError for a picture, name or number that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    checks.one_of("The posterior", posterior, POSTERIORS)
    seed = checks.seed(seed)
    members = compared_checkpoints(checkpoints.of(dataset, "vae", "conv-vae", "beta-vae", "vq-vae"))
    x = read_picture(picture, members[0])
    with torch.inference_mode():
        variants = [answer(x, c, checkpoints, posterior, seed) for c in members]
    return Reconstruction(dataset, members[0].fit, posterior, seed, to_picture(x), variants)


def read_picture(picture: str | Path, checkpoint: Checkpoint, max_side: int = MAX_SIDE) -> Tensor:
    """The picture in a file as the checkpoint's dataset has it, (1, C, H, W). Raises InputError."""
    if not isinstance(picture, (str, Path)) or not str(picture):
        raise InputError("Give a picture first: upload one, or click an example.")
    return fit_picture(open_picture(picture), checkpoint.dataset_shape, checkpoint.fit, max_side=max_side)


def compared_checkpoints(checkpoints: list[Checkpoint]) -> list[Checkpoint]:
    """All of a dataset's variants, and of its betas the one nearest `SHOWN_BETA`, unless it has only those."""
    betas = [c for c in checkpoints if c.variant == "beta-vae"]
    if len(betas) in (0, len(checkpoints)):
        return checkpoints
    chosen = min(betas, key=lambda c: abs(math.log(c.beta / SHOWN_BETA)))
    return [c for c in checkpoints if c.variant != "beta-vae" or c is chosen]


def posterior_of(x: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> tuple[Tensor, Tensor]:
    """Mean and log variance of q(z|x), each (B, latent_dim), for dataset pictures x."""
    inputs = to_model(x, checkpoint.variant, checkpoint.image_shape, checkpoint.fit)
    return checkpoints.model(checkpoint).encode(inputs)


def decode(z: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """Latents (B, latent_dim), or code maps (B, H, W), to pictures (B, C, H, W) in [0, 1]."""
    return from_model(checkpoints.model(checkpoint).decode(z), checkpoint.variant, checkpoint.image_shape)


def answer(
    x: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints, posterior: str, seed: int
) -> VariantReconstruction:
    """One variant's reconstruction of dataset pictures x (1, C, H, W), its posterior and seed as in `reconstruct`."""
    seen = to_model(x, "", checkpoint.image_shape, checkpoint.fit)
    if checkpoint.variant == "vq-vae":
        model = checkpoints.model(checkpoint)
        codes = model.encode(seen)
        recon = decode(codes, checkpoint, checkpoints)
        numbers = codes.numel()
        bits = numbers * metrics.uniform_bits(model.quantizer.num_embeddings)
        ranked = True
    else:
        mu, logvar = posterior_of(x, checkpoint, checkpoints)
        z = mu if posterior == "mean" else reparameterize(mu, logvar, torch.Generator().manual_seed(seed))
        recon = decode(z, checkpoint, checkpoints)
        numbers = mu.shape[1]
        bits = float(metrics.kl_per_dimension(mu, logvar).sum()) / math.log(2)
        ranked = posterior == "mean"
    mse = metrics.mean_squared_error(recon, seen)
    return VariantReconstruction(
        checkpoint=checkpoint.name,
        title=checkpoint.title,
        model_input=to_picture(seen),
        reconstruction=to_picture(recon),
        difference=difference_picture((recon - seen).abs().mean(dim=1)[0], DIFFERENCE_LIMIT),
        mse=float(mse),
        psnr=float(metrics.psnr(mse)),
        ssim=float(metrics.ssim(recon, seen)),
        latent_size=numbers,
        latent_bits=bits,
        error_percentile=share_up_to(checkpoint.metrics.get("mse_quantiles"), float(mse)) if ranked else None,
    )


def share_up_to(quantiles: list[float] | None, value: float) -> float | None:
    """The share of a distribution, given by its evenly spaced quantiles, up to `value`; None for no quantiles."""
    if not quantiles:
        return None
    above = bisect_right(quantiles, value)
    if above in (0, len(quantiles)):
        return float(above > 0)
    low, high = quantiles[above - 1 : above + 1]
    return (above - 1 + (value - low) / (high - low)) / (len(quantiles) - 1)
