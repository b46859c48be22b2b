"""Sample: pictures from a prior, by a seed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from PIL import Image

from vae_demo.images import to_picture
from vae_demo.inference import checks
from vae_demo.inference.forward import decode
from vae_demo.inference.results import Result
from vae_demo.models.discrete import UNKNOWN
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

DEFAULT_CHECKPOINT = "vae-digits"
MAX_COUNT = 64
MAX_TEMPERATURE = 2.0
MAX_SHOWN_STEPS = 8


@dataclass(frozen=True)
class Samples(Result):
    """`count` pictures and what they were decoded from: rows of a latent (D,), or code maps.

    Codes that are not drawn yet are -1, and their part of the picture is grey. `test_kl` is the KL from the prior in
    nats of each latent dimension, averaged over the test split; None for codes, and where it was not measured.
    `weights_sha256` is the SHA-256 of the weights that answered, in hex.
    """

    checkpoint: str
    weights_sha256: str | None
    prior: str
    seed: int
    temperature: float
    pictures: list[Image.Image]
    latents: list[list[float]] | None
    codes: list[list[list[int]]] | None
    test_kl: list[float] | None


def sample(
    checkpoint: str = DEFAULT_CHECKPOINT,
    prior: str = "",
    count: int = 16,
    seed: int = 0,
    temperature: float = 1.0,
    checkpoints: Checkpoints | None = None,
) -> Samples:
    """Draw `count` (1 to 64) pictures from a prior of `checkpoint`, its first where `prior` is empty.

    `temperature` (0 to 2) scales the noise of a Gaussian prior and divides the code prior's logits; uniform codes have
    none. Raises InputError for a name or number that cannot be used.
    """
    *_, drawn = _draw(checkpoint, prior, count, seed, temperature, checkpoints, shown_steps=1)
    return drawn


def sample_in_steps(
    checkpoint: str,
    prior: str,
    count: int,
    seed: int,
    temperature: float,
    checkpoints: Checkpoints | None = None,
) -> Iterator[Samples]:
    """As `sample`, with what there is of the code maps on the way: at most 8 times, the last of them what `sample`
    gives."""
    yield from _draw(checkpoint, prior, count, seed, temperature, checkpoints, shown_steps=MAX_SHOWN_STEPS)


def _draw(
    checkpoint: str,
    prior: str,
    count: int,
    seed: int,
    temperature: float,
    checkpoints: Checkpoints | None,
    shown_steps: int,
) -> Iterator[Samples]:
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "latents", "codes")
    priors = checkpoints.priors(chosen)
    prior = checks.one_of(f"The prior of {chosen.name}", prior or priors[0], priors)
    count = checks.integer("The number of samples", count, 1, MAX_COUNT)
    seed = checks.seed(seed)
    temperature = checks.number("The temperature", temperature, 0, MAX_TEMPERATURE)

    drawn = chosen.variant.draw(
        checkpoints.model(chosen),
        prior,
        count,
        chosen.image_shape,
        learned=checkpoints.learned_prior(chosen),
        temperature=temperature,
        generator=torch.Generator().manual_seed(seed),
    )
    about = {
        "checkpoint": chosen.name,
        "weights_sha256": chosen.weights_sha256,
        "prior": prior,
        "seed": seed,
        "temperature": temperature,
        "test_kl": _test_kl(chosen),
    }
    for step, values in enumerate(drawn, start=1):
        complete = values.is_floating_point() or not (values == UNKNOWN).any()
        if not complete and step % math.ceil(len(values[0]) / shown_steps):
            continue
        with torch.inference_mode():
            pictures = [to_picture(picture) for picture in decode(values, chosen, checkpoints)]
        latents, codes = ((values.tolist() if chosen.latent_kind == kind else None) for kind in ("latents", "codes"))
        yield Samples(**about, pictures=pictures, latents=latents, codes=codes)


def _test_kl(checkpoint: Checkpoint) -> list[float] | None:
    """A KL for each latent dimension, as evaluation measured it; None for whatever else a host wrote there."""
    measured, size = checkpoint.metrics.get("kl_per_dimension"), checkpoint.arguments.get("latent_dim")
    fits = isinstance(measured, list) and len(measured) == size and all(type(kl) in (int, float) for kl in measured)
    return measured if fits else None
