"""A variant trained on a folder of anybody's pictures: the recipe of the faces, which are as few, and its measuring."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from math import prod
from pathlib import Path

import torch

from vae_demo.datasets.registry import DATASETS, Dataset
from vae_demo.errors import InputError
from vae_demo.evaluation.held_out import evaluate
from vae_demo.evaluation.means import write_means
from vae_demo.models.variant import Variant, architecture
from vae_demo.training.loop import train
from vae_demo.training.recipes import RECIPES, Recipe
from vae_demo.weights.catalogue import Checkpoint, read_catalogue, read_checkpoint
from vae_demo.weights.hub import BUNDLED

USUAL_BETA = 4
"""Of a family of betas, the member whose recipe is taken over."""
SIZES = range(32, 129, 4)
"""The sides, in pixels, that the pictures of a dataset may have."""
NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
FROM_SCRATCH = "none"


def own_recipe(
    variant: str,
    name: str,
    dataset: Dataset,
    checkpoints: Path,
    *,
    steps: int | None = None,
    beta: float | None = None,
    codes_of: str = "",
    continue_from: str = "",
) -> Recipe:
    """The recipe of checkpoint `name`: `variant` on a dataset of somebody's pictures, beside those in `checkpoints`.

    It starts from the weights of the photographs that the template started from, from those of `continue_from`, whose
    arguments the model then has, or from none. A code prior models the codes of the VQ-VAE `codes_of`. Raises
    InputError for what cannot be trained, and for a dataset that would not fit those of the same name.
    """
    templates = _templates()
    if variant not in templates:
        raise InputError(f"There is no variant {variant!r}: choose one of {', '.join(templates)}.")
    if not NAME.fullmatch(name) or name in RECIPES:
        why = "is the name of a recipe" if name in RECIPES else "must be lower-case letters, digits, dots and hyphens"
        raise InputError(f"A checkpoint's name {why}: {name!r} cannot be used.")
    template = templates[variant]
    model = dict(template.model)
    # The faces' prior was trained further from its own weights; to begin with it had those of the photographs.
    usual = template.continue_from.replace("-faces", "-photos")
    start = {"": usual, FROM_SCRATCH: ""}.get(continue_from, continue_from)
    if start and continue_from:
        model = _known(start, checkpoints, lambda c: c.architecture.name == variant, variant).arguments
    if beta is not None:
        if "beta" not in model or not beta > 0:
            raise InputError("--beta is a number above 0, and for beta-vae alone.")
        model["beta"] = beta
    if template.codes_of:
        coded = _known(codes_of, checkpoints, lambda c: (c.latent_kind, c.dataset) == ("codes", dataset.name), "VQ-VAE")
        stride = coded.architecture.model.stride
        height, width = (side // stride for side in coded.image_shape[1:])
        model |= {"num_embeddings": coded.arguments["num_embeddings"], "height": height, "width": width}
        model |= {"dropout": 0.1}  # a folder may have far fewer pictures than the template's dataset
    shape = (dataset.shape[0], *[_side(variant, template.image_shape[1], dataset.shape[1])] * 2)
    if "input_dim" in model:
        model["input_dim"] = prod(shape)
    _require_one_shape(dataset, checkpoints)
    return replace(
        template, name=name, dataset=dataset.name, image_shape=shape, model=model, steps=steps or template.steps,
        codes_of=codes_of, continue_from=start, mixed_precision=False, own_pictures=True, pictures=dataset.digest,
    )  # fmt: skip


def train_own(recipe: Recipe, dataset: Dataset, runs: Path, checkpoints: Path, device: torch.device) -> Path:
    """Train by the recipe, fit the mixture of a Gaussian variant, measure, write the card; the checkpoint's folder.

    Without scikit-learn there is no mixture, which is said on stderr. Raises what `train` and `evaluate` raise.
    """
    side = min(32, dataset.shape[1])
    DATASETS[dataset.name] = replace(dataset, compared_at=(side, side))
    try:
        return _train_and_measure(recipe, runs, checkpoints, device)
    finally:
        del DATASETS[dataset.name]


def _train_and_measure(recipe: Recipe, runs: Path, checkpoints: Path, device: torch.device) -> Path:
    nowhere, folder = Path(), checkpoints / recipe.name
    train(recipe, nowhere, runs, checkpoints, device)
    if read_checkpoint(folder).latent_kind == "latents":
        if find_spec("sklearn"):
            from vae_demo.training.mixture import fit

            fit(folder, nowhere, device)
        else:
            print("No mixture is fitted to its latents: pip install 'scikit-learn>=1.5'.", file=sys.stderr)
        write_means(folder, nowhere, device)
    evaluate(folder, nowhere, device)
    return folder


def _templates() -> dict[str, Recipe]:
    """The recipe that each architecture takes over: that of the faces."""
    faces = [recipe for recipe in RECIPES.values() if recipe.dataset == "faces"]
    return {recipe.variant: recipe for recipe in faces if recipe.model.get("beta", USUAL_BETA) == USUAL_BETA}


def _side(variant: str, usual: int, side: int) -> int:
    """The side of what the model takes: a VQ-VAE has any, layers that are fully connected none above the usual."""
    known = architecture(variant)
    if not isinstance(known, Variant) or known.latent_kind == "codes":
        return side
    return min(side, usual) if known.flat else usual


def _known(name: str, checkpoints: Path, fits: Callable[[Checkpoint], bool], what: str) -> Checkpoint:
    """The checkpoint of that name in the folder, or else of the bundled ones. Raises InputError where none fits."""
    there = read_catalogue(BUNDLED) | read_catalogue(checkpoints)
    if name not in there or not fits(there[name]):
        names = ", ".join(c.name for c in there.values() if fits(c)) or "none"
        raise InputError(f"{name!r} is no {what} that fits; there are: {names}.")
    return there[name]


def _require_one_shape(dataset: Dataset, checkpoints: Path) -> None:
    if not NAME.fullmatch(dataset.name):
        raise InputError(
            f"A dataset's name must be lower-case letters, digits, dots and hyphens, not {dataset.name!r}."
        )
    if dataset.name in DATASETS:
        raise InputError(f"{dataset.name!r} is a dataset of the project's own: name yours otherwise, by --dataset.")
    for checkpoint in read_catalogue(checkpoints).values():
        if checkpoint.dataset == dataset.name and checkpoint.dataset_shape != dataset.shape:
            size = checkpoint.dataset_shape[1]
            raise InputError(
                f"{checkpoint.name} was trained on {dataset.name!r} at --size {size}: take that, or another --dataset."
            )
