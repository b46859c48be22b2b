"""A direction in latent space from pictures with something and pictures without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from vae_demo.errors import InputError, PictureError
from vae_demo.images import PictureLike, to_picture
from vae_demo.inference import checks
from vae_demo.inference.forward import encode, fitted, model_input, open_input
from vae_demo.inference.reconstruction import DEFAULT_DATASET, compared_checkpoints
from vae_demo.inference.results import Result
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

MAX_PICTURES = 8
"""The most pictures on a side of a direction."""


class SideError(PictureError):
    """A picture of a direction cannot be used: which, by its `side` and its `place` there, counted from 0."""

    def __init__(self, side: str, place: int, count: int, error: InputError) -> None:
        super().__init__(f"Picture {place + 1} of {count} {side}: {error}")
        self.side = side
        self.place = place


@dataclass(frozen=True)
class VariantDirection(Result):
    """One variant's `direction`: a number for each latent dimension, to be added to a latent.

    `weights_sha256` is the SHA-256 of its weights, in hex.
    """

    checkpoint: str
    title: str
    direction: list[float]
    weights_sha256: str | None


@dataclass(frozen=True)
class Direction(Result):
    """The pictures of both sides as the dataset has them, and the direction by each Gaussian variant."""

    dataset: str
    with_pictures: list[Image.Image]
    without_pictures: list[Image.Image]
    variants: list[VariantDirection]


def direction(
    with_pictures: Sequence[PictureLike],
    without_pictures: Sequence[PictureLike],
    dataset: str = DEFAULT_DATASET,
    checkpoints: Checkpoints | None = None,
) -> Direction:
    """The direction from pictures without something to pictures with it, 1 to 8 on either side, in a list.

    For each Gaussian variant that `reconstruct` compares it is the mean of the posterior means of `with_pictures` less
    that of `without_pictures` (the attribute vectors of Larsen et al., arXiv:1512.09300). Added to the
    latent of another picture, and decoded by `decode_latent`, it gives that picture more of what the ones have and the
    others lack. A VQ-VAE has none: the mean of code indices means nothing. Raises InputError for a number of pictures
    or a name that cannot be used, and SideError, which is one, for the first picture that cannot.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    members = [c for c in compared_checkpoints(checkpoints.of(dataset)) if c.variant.latent_kind == "latents"]
    if not members:
        raise InputError(f"No model of {dataset} has a Gaussian latent, in which there would be a direction.")
    sides = [
        _fitted("with", with_pictures, members[0]),
        _fitted("without", without_pictures, members[0]),
    ]

    def answer(checkpoint: Checkpoint) -> VariantDirection:
        end, start = (_mean(side, checkpoint, checkpoints) for side in sides)
        found = (end - start).tolist()
        return VariantDirection(checkpoint.name, checkpoint.title, found, checkpoint.weights_sha256)

    with torch.inference_mode():
        variants = [answer(checkpoint) for checkpoint in members]
    return Direction(dataset, *([to_picture(x) for x in side] for side in sides), variants)


def side_of_direction(
    side: str, pictures: Sequence[PictureLike], dataset: str = DEFAULT_DATASET, checkpoints: Checkpoints | None = None
) -> list[Image.Image]:
    """The pictures of one `side` ("with" or "without") as the dataset has them. Raises InputError as `direction`."""
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    return [to_picture(x) for x in _fitted(side, pictures, checkpoints.of(dataset)[0])]


def _fitted(side: str, pictures: Any, checkpoint: Checkpoint) -> list[Tensor]:
    if not isinstance(pictures, (list, tuple)) or not 1 <= len(pictures) <= MAX_PICTURES:
        given = len(pictures) if isinstance(pictures, (list, tuple)) else f"a {type(pictures).__name__}"
        raise InputError(f"The pictures {side} must be a list of 1 to {MAX_PICTURES}, not {given}.")
    found = []
    for place, picture in enumerate(pictures):
        try:
            found.append(fitted(open_input(picture), checkpoint))
        except PictureError as error:
            raise SideError(side, place, len(pictures), error) from error
    return found


def _mean(pictures: list[Tensor], checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """The mean of the posterior means, in double precision: there the pictures' order makes no difference."""
    # One at a time: a batch's sums round otherwise than those of `reconstruct`.
    means = [encode(model_input(x, checkpoint), checkpoint, checkpoints).values[0] for x in pictures]
    return torch.stack(means).double().mean(dim=0)
