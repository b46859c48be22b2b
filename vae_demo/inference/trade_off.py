"""What each checkpoint keeps, costs and can sample, side by side: the numbers that evaluation measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vae_demo.models.variant import PRIORS
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

RATES = {
    "kl": "KL from the prior",
    "code-prior": "codes under their learned prior",
    "code-prior-of-tiles": "codes under their learned prior, measured on larger pictures",
    "equal-length": "codes at equal length",
}
"""What a rate counts, and how the page says it."""


@dataclass(frozen=True)
class TradeOff:
    """A checkpoint's means over the test split; a number that was not measured is None.

    `rate` is in bits a picture of what `rate_of` says, a key of RATES: a KL is measured in nats, and is divided here by
    ln 2. `psnr` is in decibels, that of the mean squared error. Both are of pictures of the model's own input size; a
    model of any size has those of the dataset's, its rate under a learned prior by the pixels of larger ones.
    `frechet` is the squared Fréchet distance of samples under `prior`, that of its priors whose samples come nearest;
    `frechet_floor` is that of train pictures. `mig` is the mutual information gap, 0 to 1.
    """

    checkpoint: str
    dataset: str
    title: str
    beta: float | None
    rate: float | None
    rate_of: str
    psnr: float | None
    frechet: float | None
    prior: str | None
    frechet_floor: float | None
    mig: float | None


def trade_offs(checkpoints: Checkpoints | None = None) -> list[TradeOff]:
    """Every variant's checkpoint with what it measured, in the page's order."""
    checkpoints = checkpoints or default_store().current
    return [_measured(checkpoint, checkpoints) for checkpoint in checkpoints.of()]


def _measured(checkpoint: Checkpoint, checkpoints: Checkpoints) -> TradeOff:
    measured = checkpoint.metrics
    rate, rate_of = _rate(checkpoint, checkpoints)
    distances = {name: _number(measured.get("frechet"), name) for name in ("real", *PRIORS)}
    sampled = {name: distance for name in PRIORS if (distance := distances[name]) is not None}
    prior = min(sampled, key=sampled.__getitem__, default=None)
    # Models of any size were measured on larger pictures; beside the others they stand with the dataset's own.
    own_size = measured.get("cropped") if checkpoint.any_size else measured
    return TradeOff(
        checkpoint=checkpoint.name,
        dataset=checkpoint.dataset,
        title=checkpoint.title,
        beta=checkpoint.beta,
        rate=rate,
        rate_of=RATES[rate_of],
        psnr=_number(own_size, "psnr"),
        frechet=None if prior is None else sampled[prior],
        prior=None if prior is None else PRIORS[prior],
        frechet_floor=distances["real"],
        mig=_number(measured, "mig"),
    )


def _rate(checkpoint: Checkpoint, checkpoints: Checkpoints) -> tuple[float | None, str]:
    """Bits a picture, and what they count."""
    if checkpoint.latent_kind == "latents":
        nats = _number(checkpoint.metrics, "rate")
        return None if nats is None else nats / math.log(2), "kl"
    pixels = math.prod(checkpoint.dataset_shape[1:])
    prior = checkpoints.code_prior(checkpoint)
    bits = None if prior is None else _number(prior.metrics, "bits_per_pixel")
    if bits is not None:
        return bits * pixels, "code-prior-of-tiles" if checkpoint.any_size else "code-prior"
    bits = _number(checkpoint.metrics, "bits_per_pixel_uniform")
    return None if bits is None else bits * pixels, "equal-length"


def _number(measured: Any, key: str) -> float | None:
    """A finite number of a metrics.json, which may be a host's; None for whatever else is there."""
    value = measured.get(key) if isinstance(measured, Mapping) else None
    return float(value) if type(value) in (int, float) and math.isfinite(value) else None
