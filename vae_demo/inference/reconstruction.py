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
from vae_demo.models.gaussian import GaussianLatent
from vae_demo.models.variant import Latent, LatentKind
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
    The latent is `latent_size` numbers ("latents") or codes ("codes"), and costs `latent_bits`: a Gaussian posterior
    its KL from the prior, a code map the bits of its codes at equal length.
    """

    checkpoint: str
    title: str
    model_input: Image.Image
    reconstruction: Image.Image
    difference: Image.Image
    mse: float
    psnr: float
    ssim: float
    latent_kind: LatentKind
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
    (codes have no posterior: their answer stays the same). Raises InputError for a picture, name or number that cannot
    be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    checks.one_of("The posterior", posterior, POSTERIORS)
    seed = checks.seed(seed)
    members = compared_checkpoints(checkpoints.of(dataset))
    x = read_picture(picture, members[0])
    with torch.inference_mode():
        variants = [reconstruct_by(c, x, checkpoints, posterior, seed) for c in members]
    return Reconstruction(dataset, members[0].fit, posterior, seed, to_picture(x), variants)


def read_picture(picture: str | Path, checkpoint: Checkpoint, max_side: int = MAX_SIDE) -> Tensor:
    """The picture in a file as the checkpoint's dataset has it, (1, C, H, W). Raises InputError."""
    if not isinstance(picture, (str, Path)) or not str(picture):
        raise InputError("Give a picture first: upload one, or click an example.")
    return fit_picture(open_picture(picture), checkpoint.dataset_shape, checkpoint.fit, max_side=max_side)


def compared_checkpoints(checkpoints: list[Checkpoint]) -> list[Checkpoint]:
    """All of a dataset's variants, and of its betas the one nearest `SHOWN_BETA`, unless it has only those."""
    betas = [c for c in checkpoints if c.beta is not None]
    if len(betas) in (0, len(checkpoints)):
        return checkpoints
    chosen = min(betas, key=lambda c: abs(math.log(c.beta / SHOWN_BETA)))
    return [c for c in checkpoints if c.beta is None or c is chosen]


def model_input(x: Tensor, checkpoint: Checkpoint) -> Tensor:
    """Dataset pictures (B, C, H, W) in [0, 1] as the checkpoint's model takes them."""
    return checkpoint.variant.prepare(x, checkpoint.image_shape, checkpoint.fit)


def encode(inputs: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Latent:
    """What a checkpoint's encoder says of what `model_input` gives."""
    return checkpoint.variant.encode(checkpoints.model(checkpoint), inputs)


def decode(values: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """The values of latents, (B, latent_dim) or code maps (B, H, W), to pictures (B, C, H, W) in [0, 1]."""
    decoded = checkpoint.variant.decode(checkpoints.model(checkpoint), values)
    return checkpoint.variant.pictures(decoded, checkpoint.image_shape)


def reconstruct_by(
    checkpoint: Checkpoint, x: Tensor, checkpoints: Checkpoints, posterior: str = "mean", seed: int = 0
) -> VariantReconstruction:
    """One variant's reconstruction of a dataset picture x (1, C, H, W), its posterior and seed as in `reconstruct`."""
    inputs = model_input(x, checkpoint)
    seen = checkpoint.variant.pictures(inputs, checkpoint.image_shape)
    latent, values = encode(inputs, checkpoint, checkpoints), None
    if posterior == "sample" and isinstance(latent, GaussianLatent):
        values = latent.sample(torch.Generator().manual_seed(seed))
    recon = decode(latent.values if values is None else values, checkpoint, checkpoints)
    mse = metrics.mean_squared_error(recon, seen)
    quantiles = checkpoint.metrics.get("mse_quantiles")
    return VariantReconstruction(
        checkpoint=checkpoint.name,
        title=checkpoint.title,
        model_input=to_picture(seen),
        reconstruction=to_picture(recon),
        difference=difference_picture((recon - seen).abs().mean(dim=1)[0], DIFFERENCE_LIMIT),
        mse=float(mse),
        psnr=float(metrics.psnr(mse)),
        ssim=float(metrics.ssim(recon, seen)),
        latent_kind=checkpoint.variant.latent_kind,
        latent_size=latent.size,
        latent_bits=float(latent.bits),
        error_percentile=share_up_to(quantiles, float(mse)) if values is None else None,
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
