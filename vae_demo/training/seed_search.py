"""Which seed's latents lie best to the factors: the start of a family of betas settles it, and luck plays a part."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from vae_demo.datasets import sprites
from vae_demo.errors import InputError
from vae_demo.evaluation.held_out import load_pictures, mutual_information_gaps
from vae_demo.training.loop import train
from vae_demo.training.recipes import Recipe
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.loading import load_model


def gaps_by_seed(
    recipe: Recipe, seeds: Iterable[int], data_dir: Path, device: torch.device
) -> Iterator[tuple[int, dict[str, float]]]:
    """Train the recipe's `start_steps` anew from each seed, and give the mutual information gap of each factor on the
    validation split. Nothing is kept of these models.

    Raises InputError for a recipe without such a start or of a dataset without known factors.
    """
    if not recipe.start_steps or recipe.dataset != "sprites":
        raise InputError(f"{recipe.name} has no start at a beta of its own on pictures whose factors are known.")
    for seed in seeds:
        with TemporaryDirectory() as place:
            train(replace(recipe, seed=seed, steps=recipe.start_steps), data_dir, Path(place), Path(place), device)
            checkpoint = read_checkpoint(Path(place) / recipe.name)
            with torch.inference_mode():
                model = load_model(checkpoint).to(device)
                gaps = mutual_information_gaps(model, checkpoint, load_pictures(checkpoint, data_dir, "validation"))
        yield seed, dict(zip(sprites.FACTORS, gaps.tolist(), strict=True))
