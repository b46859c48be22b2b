"""Sample: pictures from a prior, by a seed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from vae_demo.errors import InputError
from vae_demo.images import to_picture
from vae_demo.inference import checks
from vae_demo.inference.reconstruction import decode
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints, code_prior_of
from vae_demo.weights.loading import load_mixture
from vae_demo.weights.store import default_store

PRIORS = {
    "standard-normal": "N(0, I)",
    "gaussian-mixture": "Gaussian mixture fitted to the encoder",
    "code-prior": "Learned code prior",
    "uniform-codes": "Uniform codes",
}
"""The priors by name, and what the page calls them."""
MAX_COUNT = 64
MAX_TEMPERATURE = 2.0
MAX_SHOWN_STEPS = 8


@dataclass(frozen=True)
class Samples:
    """`count` pictures and what they were decoded from: rows of a latent (D,), or code maps.

    Codes that are yet to be drawn are -1, and their part of the picture grey.
    """

    checkpoint: str
    prior: str
    seed: int
    temperature: float
    pictures: list[Image.Image]
    latents: list[list[float]] | None
    codes: list[list[list[int]]] | None


def sampled_checkpoints(checkpoints: Checkpoints) -> list[Checkpoint]:
    """The checkpoints that can be sampled: the variants whose pictures have one fixed size."""
    return [c for c in checkpoints.of(None, "vae", "conv-vae", "beta-vae", "vq-vae") if c.fit != "whole"]


def priors_of(checkpoint: Checkpoint, checkpoints: Checkpoints) -> list[str]:
    """The priors that a checkpoint can be sampled from, the best first for a VQ-VAE, the plain one first otherwise."""
    if checkpoint.variant == "vq-vae":
        learned = ["code-prior"] if code_prior_of(checkpoint, checkpoints) else []
        return [*learned, "uniform-codes"]
    fitted = ["gaussian-mixture"] if checkpoint.mixture.is_file() else []
    return ["standard-normal", *fitted]


def sample(
    checkpoint: str = "vae-digits",
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
    chosen = checkpoints.get(checkpoint, "vae", "conv-vae", "beta-vae", "vq-vae")
    if chosen not in sampled_checkpoints(checkpoints):
        raise InputError(f"{chosen.name} has no prior to sample from: its pictures can have any size.")
    prior = checks.one_of(
        f"The prior of {chosen.name}", prior or priors_of(chosen, checkpoints)[0], priors_of(chosen, checkpoints)
    )
    count = checks.integer("The number of samples", count, 1, MAX_COUNT)
    seed = checks.seed(seed)
    temperature = checks.number("The temperature", temperature, 0, MAX_TEMPERATURE)

    about = {"checkpoint": chosen.name, "prior": prior, "seed": seed, "temperature": temperature}
    generator = torch.Generator().manual_seed(seed)
    if chosen.variant != "vq-vae":
        with torch.inference_mode():
            latents = _draw_latents(chosen, prior, count, temperature, generator)
            pictures = [to_picture(picture) for picture in decode(latents, chosen, checkpoints)]
        yield Samples(**about, pictures=pictures, latents=latents.tolist(), codes=None)
        return
    for codes in _draw_codes(chosen, prior, count, temperature, generator, shown_steps, checkpoints):
        with torch.inference_mode():
            pictures = [to_picture(picture) for picture in _decode_known(codes, chosen, checkpoints)]
        yield Samples(**about, pictures=pictures, latents=None, codes=codes.tolist())


def _draw_latents(
    checkpoint: Checkpoint, prior: str, count: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """(count, latent_dim). Each sample is drawn alone, so that more samples leave the first ones as they were."""
    mixture = load_mixture(checkpoint) if prior == "gaussian-mixture" else None
    drawn = []
    for _ in range(count):
        z = temperature * torch.randn(checkpoint.latent_dim, generator=generator)
        if mixture is not None:
            component = int(torch.multinomial(mixture["weights"], 1, generator=generator))
            z = mixture["means"][component] + mixture["cholesky"][component] @ z
        drawn.append(z)
    return torch.stack(drawn)


def _draw_codes(
    checkpoint: Checkpoint,
    prior: str,
    count: int,
    temperature: float,
    generator: torch.Generator,
    shown_steps: int,
    checkpoints: Checkpoints,
) -> Iterator[Tensor]:
    """(count, H, W) of int64, `shown_steps` times while the rows fill up: -1 where nothing is drawn yet."""
    model = checkpoints.model(checkpoint)
    height, width = (side // model.stride for side in checkpoint.image_shape[1:])
    if prior == "uniform-codes":
        yield torch.randint(model.quantizer.num_embeddings, (count, height, width), generator=generator)
        return
    learned = checkpoints.model(code_prior_of(checkpoint, checkpoints))
    between = math.ceil(height / shown_steps)
    for rows, codes in enumerate(learned.sample(count, generator, temperature), start=1):
        if rows % between == 0 or rows == height:
            yield codes


def _decode_known(codes: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """Pictures of code maps whose last rows may be unknown; those are grey."""
    known = int((codes[0, :, 0] >= 0).sum())
    decoded = decode(codes[:, :known], checkpoint, checkpoints)
    return F.pad(decoded, (0, 0, 0, checkpoint.image_shape[1] - decoded.shape[2]), value=0.5)
