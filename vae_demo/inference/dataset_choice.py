"""Which dataset a picture belongs to: of those whose variants make a usual error with it, the best."""

import math
from dataclasses import dataclass

import torch
from PIL import Image

from vae_demo import metrics
from vae_demo.images import PictureLike, is_drawing
from vae_demo.inference.forward import decode, encode, fitted, model_input, open_input
from vae_demo.inference.reconstruction import compared_checkpoints
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

USUAL = 3.0
"""Up to so many times the median error of the test split, an error is usual: 98 % of held-out pictures have less."""


@dataclass(frozen=True)
class DatasetChoice:
    """The dataset chosen for a picture, and why.

    `error_ratios` says for each dataset asked how many times the median error of its test split the picture's is: the
    largest of its variants' ratios. `usual` says that the chosen one's is at most `USUAL`.
    """

    dataset: str
    error_ratios: dict[str, float]

    @property
    def usual(self) -> bool:
        """Whether the picture is like those of the chosen dataset."""
        return self.error_ratios[self.dataset] <= USUAL


def choose_dataset(picture: PictureLike, checkpoints: Checkpoints | None = None) -> DatasetChoice | None:
    """The dataset that a picture belongs to; None where no dataset can say.

    Of those on which the picture's error is usual, the one with the smallest error; where it is usual on none, the one
    with the smallest ratio. A dataset of centred digits is asked of drawings alone, and then comes first; one that has
    only a family of betas is not asked: it is there for its known factors.
    Raises PictureError for a picture that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    opened = open_input(picture)
    asked = {dataset: _asked(checkpoints.of(dataset)) for dataset in checkpoints.datasets()}
    drawing = is_drawing(opened)
    asked = {d: members for d, members in asked.items() if members and (drawing or members[0].fit != "centred")}
    if not asked:
        return None
    with torch.inference_mode():
        errors = {d: [_error(opened, c, checkpoints) for c in members] for d, members in asked.items()}
    ratios = {d: max(e / _median(c) for e, c in zip(errors[d], asked[d], strict=True)) for d in asked}
    usual = [d for d in asked if ratios[d] <= USUAL]
    usual = [d for d in usual if asked[d][0].fit == "centred"] or usual
    means = {d: math.prod(errors[d]) ** (1 / len(errors[d])) for d in usual}
    return DatasetChoice(min(means, key=means.get) if usual else min(ratios, key=ratios.get), ratios)


def _asked(checkpoints: list[Checkpoint]) -> list[Checkpoint]:
    measured = [c for c in compared_checkpoints(checkpoints) if c.beta is None and _median(c)]
    # A code map keeps so much of any picture that its error tells less.
    return [c for c in measured if c.latent_kind == "latents"] or measured


def _median(checkpoint: Checkpoint) -> float | None:
    found = checkpoint.metrics
    quantiles = found.get("cropped", found).get("mse_quantiles")
    return quantiles[len(quantiles) // 2] if quantiles else None


def _error(opened: Image.Image, checkpoint: Checkpoint, checkpoints: Checkpoints) -> float:
    inputs = model_input(fitted(opened, checkpoint), checkpoint)
    recon = decode(encode(inputs, checkpoint, checkpoints).values, checkpoint, checkpoints)
    return float(metrics.mean_squared_error(recon, checkpoint.variant.pictures(inputs, checkpoint.image_shape)))
