"""Reconstruct: one picture through every variant of a dataset."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.errors import InputError
from vae_demo.images import (
    DIFFERENCE_COLOURS,
    PictureLike,
    difference_pictures,
    resize,
    to_picture,
    to_pictures,
)
from vae_demo.inference import checks
from vae_demo.inference.codec_curves import CodecCurve, curves_of
from vae_demo.inference.forward import MAX_SIDE, decode, encode, fitted, fitted_whole, model_input, open_input
from vae_demo.inference.one_or_many import together
from vae_demo.inference.results import Result
from vae_demo.models.discrete import USUAL_CODES
from vae_demo.models.gaussian import GaussianVariant
from vae_demo.models.variant import LatentKind
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

__all__ = [
    "DIFFERENCE_COLOURS",
    "DIFFERENCE_LIMIT",
    "Reconstruction",
    "VariantReconstruction",
    "reconstruct",
    "reconstruct_whole",
]

DEFAULT_DATASET = "faces"
"""One that an upload makes sense for: photographs of people are what most visitors have at hand."""
POSTERIORS = ("mean", "sample")
DIFFERENCE_LIMIT = 0.5
"""The absolute error at which a difference map is brightest: one scale for all, so that maps can be compared."""
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
    where the dataset has no such variant, or where it was not asked for.
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


def reconstruct_opened(
    opened: Iterable[Image.Image],
    dataset: str = DEFAULT_DATASET,
    posterior: str = "mean",
    seed: int = 0,
    checkpoints: Checkpoints | None = None,
    whole: bool = True,
) -> list[Reconstruction]:
    """`reconstruct` of pictures of `open_input` together: what they cost once is shared."""
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    checks.one_of("The posterior", posterior, POSTERIORS)
    seed = checks.seed(seed)
    members = compared_checkpoints(checkpoints.of(dataset))
    any_size = _any_size(members) if whole else None
    inputs = [(fitted(one, members[0]), any_size and fitted_whole(one, any_size)) for one in opened]
    if not inputs:
        return []
    x = torch.cat([of_dataset for of_dataset, _ in inputs])
    with torch.inference_mode():
        answers = zip(*(reconstruct_by(c, x, checkpoints, posterior, seed) for c in members), strict=True)
        wholes = _by_any_size(any_size, [whole for _, whole in inputs], checkpoints) if any_size else [None] * len(x)
    found = zip(to_pictures(x), answers, wholes, strict=True)
    return [Reconstruction(dataset, posterior, seed, given, [*variants], whole) for given, variants, whole in found]


@together(reconstruct_opened)
def reconstruct(
    picture: PictureLike,
    dataset: str = DEFAULT_DATASET,
    posterior: str = "mean",
    seed: int = 0,
    checkpoints: Checkpoints | None = None,
    whole: bool = True,
) -> Reconstruction:
    """Reconstruct a picture, or each of a list of them, with all variants trained on `dataset`.

    `posterior` "mean" decodes the posterior mean; "sample" decodes a posterior sample drawn with `seed`, 0 to 2^32 - 1
    (codes have no posterior: their answer stays the same). Without `whole` the answer has none, as `reconstruct_whole`
    gives it: of a large photograph it takes most of the time. Raises InputError for a picture, name or number that
    cannot be used.
    """
    # The picture is opened once the names are known to be right.
    return reconstruct_opened(map(open_input, [picture]), dataset, posterior, seed, checkpoints, whole)[0]


def reconstruct_whole(
    picture: PictureLike, dataset: str = "photos", checkpoints: Checkpoints | None = None
) -> VariantReconstruction:
    """A picture at its own size, up to `MAX_SIDE` pixels on its long side, by the variant of `dataset` that takes any.

    It is `Reconstruction.whole`. Raises InputError for a picture or a name that cannot be used, and where the dataset
    has no such variant.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    any_size = takes_whole(dataset, checkpoints)
    if any_size is None:
        raise InputError(f"No variant of {dataset} takes pictures of any size.")
    with torch.inference_mode():
        return _by_any_size(any_size, [fitted_whole(open_input(picture), any_size)], checkpoints)[0]


def codec_curves(
    picture: PictureLike, dataset: str = DEFAULT_DATASET, checkpoints: Checkpoints | None = None
) -> list[CodecCurve]:
    """JPEG, WebP and AVIF on a picture as the models of `dataset` see it, as `Reconstruction.codecs`.

    Raises InputError for a picture or a name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    return curves_of(to_picture(fitted(open_input(picture), compared_checkpoints(checkpoints.of(dataset))[0])))


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


def takes_whole(dataset: str, checkpoints: Checkpoints) -> Checkpoint | None:
    """The checkpoint of a dataset that reconstructs pictures whole, of any size; None where none does."""
    return _any_size(compared_checkpoints(checkpoints.of(dataset)))


def _any_size(members: list[Checkpoint]) -> Checkpoint | None:
    return next((c for c in members if c.any_size), None)


def _by_any_size(checkpoint: Checkpoint, inputs: list[Tensor], checkpoints: Checkpoints) -> list[VariantReconstruction]:
    """A checkpoint's answers to whole pictures, each (1, C, H, W), those of one size together."""
    alike: dict[torch.Size, list[int]] = {}
    for place, x in enumerate(inputs):
        alike.setdefault(x.shape, []).append(place)
    found: dict[int, VariantReconstruction] = {}
    for shape, places in alike.items():
        count = max(1, MAX_SIDE**2 // (shape[2] * shape[3]))
        for start in range(0, len(places), count):
            part = places[start : start + count]
            x = torch.cat([inputs[place] for place in part])
            found.update(zip(part, reconstruct_by(checkpoint, x, checkpoints, whole=True), strict=True))
    return [found[place] for place in range(len(inputs))]


def reconstruct_by(
    checkpoint: Checkpoint,
    x: Tensor,
    checkpoints: Checkpoints,
    posterior: str = "mean",
    seed: int = 0,
    whole: bool = False,
) -> list[VariantReconstruction]:
    """One variant's reconstructions of dataset pictures x (B, C, H, W), posterior and seed of each as in `reconstruct`.

    The errors of `whole` pictures are ranked among those of whole test pictures.
    """
    inputs = model_input(x, checkpoint)
    given = checkpoint.variant.pictures(inputs, checkpoint.image_shape)
    latent, sampled = encode(inputs, checkpoint, checkpoints), None
    gaussian = isinstance(checkpoint.variant, GaussianVariant)
    if posterior == "sample" and gaussian:
        sampled = latent.sample_each(seed)
    decoded = latent.values if sampled is None else sampled
    recon = decode(decoded, checkpoint, checkpoints)
    mse = metrics.mean_squared_error(recon, given)
    compared = mse if given.shape == x.shape else metrics.mean_squared_error(resize(recon, *x.shape[2:]), x)
    measured = checkpoint.metrics
    quantiles = (measured if whole else measured.get("cropped", measured)).get("mse_quantiles")
    each = {
        "model_input": to_pictures(given),
        "reconstruction": to_pictures(recon),
        "difference": difference_pictures((recon - given).abs().mean(dim=1), DIFFERENCE_LIMIT),
        "mse": (errors := mse.tolist()),
        "psnr": metrics.psnr(mse).tolist(),
        "psnr_compared": metrics.psnr(compared).tolist(),
        "ssim": metrics.ssim(recon, given).tolist(),
        "latent_bits": latent.bits.tolist(),
        "error_percentile": [share_up_to(quantiles, error) if sampled is None else None for error in errors],
        "mean": latent.mean.tolist() if gaussian else None,
        "deviation": latent.deviation.tolist() if gaussian else None,
        "latent": decoded.tolist() if gaussian else None,
        "distortion": checkpoint.variant.distortion(recon, given).tolist() if gaussian else None,
    }
    return [
        VariantReconstruction(
            checkpoint=checkpoint.name,
            title=checkpoint.title,
            latent_kind=checkpoint.variant.latent_kind,
            latent_size=latent.size,
            likelihood=checkpoint.variant.likelihood if gaussian else None,
            beta=(1.0 if checkpoint.beta is None else checkpoint.beta) if gaussian else None,
            weights_sha256=checkpoint.weights_sha256,
            **{name: values and values[place] for name, values in each.items()},
        )
        for place in range(len(x))
    ]


def share_up_to(quantiles: list[float] | None, value: float) -> float | None:
    """The share of a distribution, given by its evenly spaced quantiles, up to `value`; None for no quantiles."""
    if not quantiles:
        return None
    above = bisect_right(quantiles, value)
    if above in (0, len(quantiles)):
        return float(above > 0)
    low, high = quantiles[above - 1 : above + 1]
    return (above - 1 + (value - low) / (high - low)) / (len(quantiles) - 1)
