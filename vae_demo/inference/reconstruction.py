"""Reconstruct: one picture through every variant of a dataset."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.errors import InputError, PictureError
from vae_demo.images import (
    DIFFERENCE_COLOURS,
    PictureLike,
    difference_picture,
    fit_picture,
    read_image,
    resize,
    to_picture,
)
from vae_demo.inference import checks
from vae_demo.inference.codec_curves import CodecCurve, curves_of
from vae_demo.inference.one_or_many import one_or_many
from vae_demo.inference.results import Result
from vae_demo.models.discrete import USUAL_CODES
from vae_demo.models.gaussian import GaussianLatent, GaussianVariant
from vae_demo.models.variant import Latent, LatentKind
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

__all__ = ["DIFFERENCE_COLOURS", "DIFFERENCE_LIMIT", "Reconstruction", "VariantReconstruction", "reconstruct"]

DEFAULT_DATASET = "faces"
"""One that an upload makes sense for: photographs of people are what most visitors have at hand."""
POSTERIORS = ("mean", "sample")
DIFFERENCE_LIMIT = 0.5
"""The absolute error at which a difference map is brightest: one scale for all, so that maps can be compared."""
MAX_SIDE = 1024
"""The longest side in pixels at which a picture is reconstructed whole."""
SHOWN_BETA = 4.0
"""Of a family of betas, the member shown beside the other variants: the class's default."""


@dataclass(frozen=True)
class VariantReconstruction(Result):
    """One variant's answer. Errors are means over pixels and channels of values in [0, 1], `psnr` is in decibels.

    The pictures are "L" or "RGB"; `difference` has a palette, "P".

    `error_percentile` is the share (0 to 1) of the checkpoint's test split whose error is no larger, both from
    the posterior mean or the codes; None for a posterior sample and where no test split was measured.
    `psnr_compared` is that of the reconstruction brought to the size of the dataset's pictures, so that variants of
    different sizes can be set side by side.
    The latent is `latent_size` numbers ("latents") or codes ("codes"), and costs `latent_bits`: a Gaussian posterior
    its KL from the prior, a code map the bits of its codes at equal length.

    Of a Gaussian posterior, `mean` and `deviation` are a number for each latent dimension, and `latent` is what was
    decoded: the mean or the sample. `distortion` is the reconstruction term of the variant's loss in nats, of that one
    latent, under the `likelihood` of that name ("bernoulli", else a Gaussian's up to a constant); with `beta` times the
    rate, the KL from the prior in nats, it is the loss. All six are None for codes.

    `weights_sha256` is the SHA-256 of the weights that answered, in hex.
    """

    checkpoint: str
    title: str
    model_input: Image.Image
    reconstruction: Image.Image
    difference: Image.Image
    mse: float
    psnr: float
    psnr_compared: float
    ssim: float
    latent_kind: LatentKind
    latent_size: int
    latent_bits: float
    error_percentile: float | None
    mean: list[float] | None
    deviation: list[float] | None
    latent: list[float] | None
    likelihood: str | None
    beta: float | None
    distortion: float | None
    weights_sha256: str | None


@dataclass(frozen=True)
class Reconstruction(Result):
    """The picture as the dataset has it, and each variant's answer.

    `whole` is the answer of a variant of any size to the whole picture, up to `MAX_SIDE` pixels on its long side; None
    where the dataset has no such variant.
    """

    dataset: str
    posterior: str
    seed: int
    model_input: Image.Image
    variants: list[VariantReconstruction]
    whole: VariantReconstruction | None

    @cached_property
    def codecs(self) -> list[CodecCurve]:
        """JPEG, WebP and AVIF on the pixels of `model_input`, computed when they are first looked at."""
        return curves_of(self.model_input)


@one_or_many
def reconstruct(
    picture: PictureLike,
    dataset: str = DEFAULT_DATASET,
    posterior: str = "mean",
    seed: int = 0,
    checkpoints: Checkpoints | None = None,
) -> Reconstruction:
    """Reconstruct a picture, or each of a list of them, with all variants trained on `dataset`.

    `posterior` "mean" decodes the posterior mean; "sample" decodes a posterior sample drawn with `seed`, 0 to 2^32 - 1
    (codes have no posterior: their answer stays the same). Raises InputError for a picture, name or number that cannot
    be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    checks.one_of("The posterior", posterior, POSTERIORS)
    seed = checks.seed(seed)
    members = compared_checkpoints(checkpoints.of(dataset))
    opened = open_input(picture)
    x = fitted(opened, members[0])
    any_size = next((c for c in members if c.any_size), None)
    with torch.inference_mode():
        variants = [reconstruct_by(c, x, checkpoints, posterior, seed) for c in members]
        whole = any_size and reconstruct_by(any_size, fitted_whole(opened, any_size), checkpoints, whole=True)
    return Reconstruction(dataset, posterior, seed, to_picture(x), variants, whole)


def codec_curves(
    picture: PictureLike, dataset: str = DEFAULT_DATASET, checkpoints: Checkpoints | None = None
) -> list[CodecCurve]:
    """JPEG, WebP and AVIF on a picture as the models of `dataset` see it, as `Reconstruction.codecs`.

    Raises InputError for a picture or a name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    return curves_of(to_picture(fitted(open_input(picture), compared_checkpoints(checkpoints.of(dataset))[0])))


def open_input(picture: PictureLike) -> Image.Image:
    """A picture however a caller has it (`read_image`), upright and in sRGB. Raises PictureError."""
    try:
        return read_image(picture)
    except InputError as error:
        raise PictureError(str(error)) from error


def fitted(opened: Image.Image, checkpoint: Checkpoint) -> Tensor:
    """An opened picture as one of the checkpoint's dataset, (1, C, H, W) in [0, 1]."""
    return fit_picture(opened, checkpoint.dataset_shape, checkpoint.fit)


def fitted_whole(opened: Image.Image, checkpoint: Checkpoint, max_side: int = MAX_SIDE) -> Tensor:
    """An opened picture whole, for a checkpoint of any size: (1, C, H, W) in [0, 1], no side above `max_side`."""
    return fit_picture(opened, checkpoint.dataset_shape, "whole", max_side=max_side)


def compared_checkpoints(checkpoints: list[Checkpoint]) -> list[Checkpoint]:
    """A dataset's variants, each once: of several betas the one nearest `SHOWN_BETA`, of several codebooks the one
    nearest the usual size. All where they are a single family of betas."""
    if all(c.beta is not None for c in checkpoints):
        return checkpoints
    chosen: dict[str, Checkpoint] = {}
    for checkpoint in sorted(checkpoints, key=_distance_from_usual, reverse=True):
        chosen[checkpoint.architecture.name] = checkpoint
    return [c for c in checkpoints if chosen[c.architecture.name] is c]


def _distance_from_usual(checkpoint: Checkpoint) -> float:
    if checkpoint.beta is not None:
        return abs(math.log(checkpoint.beta / SHOWN_BETA))
    return abs(math.log(checkpoint.arguments.get("num_embeddings", USUAL_CODES) / USUAL_CODES))


def model_input(x: Tensor, checkpoint: Checkpoint) -> Tensor:
    """Dataset pictures (B, C, H, W) in [0, 1] as the checkpoint's model takes them."""
    return checkpoint.variant.prepare(x, checkpoint.image_shape, checkpoint.any_size)


def encode(inputs: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Latent:
    """What a checkpoint's encoder says of what `model_input` gives."""
    return checkpoint.variant.encode(checkpoints.model(checkpoint), inputs)


def decode(values: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """The values of latents, (B, latent_dim) or code maps (B, H, W), to pictures (B, C, H, W) in [0, 1]."""
    decoded = checkpoint.variant.decode(checkpoints.model(checkpoint), values)
    return checkpoint.variant.pictures(decoded, checkpoint.image_shape)


def reconstruct_by(
    checkpoint: Checkpoint,
    x: Tensor,
    checkpoints: Checkpoints,
    posterior: str = "mean",
    seed: int = 0,
    whole: bool = False,
) -> VariantReconstruction:
    """One variant's reconstruction of a dataset picture x (1, C, H, W), its posterior and seed as in `reconstruct`.

    A `whole` picture's error is ranked among those of whole test pictures.
    """
    inputs = model_input(x, checkpoint)
    given = checkpoint.variant.pictures(inputs, checkpoint.image_shape)
    latent, values = encode(inputs, checkpoint, checkpoints), None
    gaussian = isinstance(latent, GaussianLatent)
    if posterior == "sample" and gaussian:
        values = latent.sample(torch.Generator().manual_seed(seed))
    decoded = latent.values if values is None else values
    recon = decode(decoded, checkpoint, checkpoints)
    mse = metrics.mean_squared_error(recon, given)
    compared = mse if given.shape == x.shape else metrics.mean_squared_error(resize(recon, *x.shape[2:]), x)
    measured = checkpoint.metrics
    quantiles = (measured if whole else measured.get("cropped", measured)).get("mse_quantiles")
    return VariantReconstruction(
        checkpoint=checkpoint.name,
        title=checkpoint.title,
        model_input=to_picture(given),
        reconstruction=to_picture(recon),
        difference=difference_picture((recon - given).abs().mean(dim=1)[0], DIFFERENCE_LIMIT),
        mse=float(mse),
        psnr=float(metrics.psnr(mse)),
        psnr_compared=float(metrics.psnr(compared)),
        ssim=float(metrics.ssim(recon, given)),
        latent_kind=checkpoint.variant.latent_kind,
        latent_size=latent.size,
        latent_bits=float(latent.bits),
        error_percentile=share_up_to(quantiles, float(mse)) if values is None else None,
        mean=latent.mean[0].tolist() if gaussian else None,
        deviation=latent.deviation[0].tolist() if gaussian else None,
        latent=decoded[0].tolist() if gaussian else None,
        **_distortion(checkpoint, recon, given),
        weights_sha256=checkpoint.weights_sha256,
    )


def _distortion(checkpoint: Checkpoint, recon: Tensor, given: Tensor) -> dict[str, Any]:
    """What a `VariantReconstruction` says of the loss; each None where the variant is none of the Gaussian ones."""
    variant = checkpoint.variant
    if not isinstance(variant, GaussianVariant):
        return dict.fromkeys(("likelihood", "beta", "distortion"))
    beta = 1.0 if checkpoint.beta is None else checkpoint.beta
    return {"likelihood": variant.likelihood, "beta": beta, "distortion": float(variant.distortion(recon, given))}


def share_up_to(quantiles: list[float] | None, value: float) -> float | None:
    """The share of a distribution, given by its evenly spaced quantiles, up to `value`; None for no quantiles."""
    if not quantiles:
        return None
    above = bisect_right(quantiles, value)
    if above in (0, len(quantiles)):
        return float(above > 0)
    low, high = quantiles[above - 1 : above + 1]
    return (above - 1 + (value - low) / (high - low)) / (len(quantiles) - 1)
