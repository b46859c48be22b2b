"""What exists: the checkpoints of a folder, described by their own configs, so that a host's appears by being there."""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from vae_demo.errors import CheckpointError
from vae_demo.models.variant import Architecture, Variant, architecture, architectures

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FITS = ("centred", "cropped", "whole")
DESCRIPTION = (
    "variant", "dataset", "dataset_shape", "dataset_licence", "image_shape", "pixel_range", "fit", "codes_of",
    "training",
)  # fmt: skip
"""What a config says beside the constructor's arguments; `training` holds how the weights came to be."""
PIXEL_RANGE = [0.0, 1.0]


@dataclass(frozen=True)
class Checkpoint:
    """One trained variant on one dataset, as its config.json describes it.

    `arguments` are the model's constructor's, with its defaults. `dataset_shape` is (channels, height, width) of the
    dataset's pictures and `image_shape` that of what the model takes, pixels in [0, 1]. `fit` says how an upload
    becomes one of the dataset's pictures: "centred" as a digit's strokes, or "cropped" to their shape. A model of
    `any_size`, whose config says "whole", takes it at its own size too.
    """

    name: str
    architecture: Architecture
    dataset: str
    dataset_shape: tuple[int, int, int]
    image_shape: tuple[int, int, int]
    fit: Literal["centred", "cropped"]
    any_size: bool
    folder: Path
    arguments: dict[str, Any] = field(repr=False, compare=False)
    config: dict[str, Any] = field(repr=False, compare=False)

    @property
    def variant(self) -> Variant:
        """Its variant. Raises CheckpointError for a code prior, which is none."""
        if not isinstance(self.architecture, Variant):
            raise CheckpointError(f"{self.name} has no pictures of its own: it is a {self.architecture.title.lower()}.")
        return self.architecture

    @property
    def latent_kind(self) -> Literal["latents", "codes"] | None:
        """What its pictures are encoded to; None for a code prior."""
        return self.architecture.latent_kind if isinstance(self.architecture, Variant) else None

    @property
    def title(self) -> str:
        """What the page calls it: the variant, with beta where it has one."""
        known = self.architecture
        return known.describe(self.arguments) if isinstance(known, Variant) else known.title

    @property
    def beta(self) -> float | None:
        """The KL weight that it was trained with, where its variant is trained with several; None elsewhere."""
        return None if "beta" not in self.arguments else float(self.arguments["beta"])

    @property
    def codes_of(self) -> str:
        """A code prior's VQ-VAE, by name; empty for the others."""
        return str(self.config.get("codes_of", ""))

    @property
    def training(self) -> dict[str, Any]:
        """How its weights came to be, as training noted it; empty where the config is silent."""
        return self.config.get("training", {})

    @property
    def dataset_licence(self) -> str:
        """Whose the dataset is and under which licence; empty where the config is silent."""
        return str(self.config.get("dataset_licence", ""))

    @property
    def weights(self) -> Path:
        """The weights' file."""
        return self.folder / "model.safetensors"

    @property
    def weights_bytes(self) -> int:
        """The size of the weights' file; 0 where it is missing."""
        return self.weights.stat().st_size if self.weights.is_file() else 0

    @cached_property
    def weights_sha256(self) -> str | None:
        """The SHA-256 of the weights' file, in hex; None where it is missing."""
        if not self.weights.is_file():
            return None
        with self.weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def mixture(self) -> Path:
        """The file of the Gaussian mixture fitted to the encoder's posterior means; it may be absent."""
        return self.folder / "mixture.safetensors"

    @property
    def means(self) -> Path:
        """The file of where the encoder puts test pictures; it may be absent."""
        return self.folder / "means.safetensors"

    @property
    def card(self) -> str:
        """The model card's Markdown without its YAML front matter; empty where the checkpoint brings none."""
        path = self.folder / "README.md"
        written = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        return FRONT_MATTER.sub("", written).strip()

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What evaluation measured on the test split; empty where the checkpoint brings none."""
        path = self.folder / "metrics.json"
        if not path.exists():
            return {}
        try:
            # A number that is none was not measured; JSON has no such, so that a browser could not read it.
            metrics = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda name: None)
        except (OSError, ValueError, RecursionError) as error:
            raise CheckpointError(f"{self.name}/metrics.json cannot be read: {error}") from error
        if not isinstance(metrics, dict):
            raise CheckpointError(f"{self.name}/metrics.json must hold an object.")
        return metrics


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read and check FOLDER/config.json. Raises CheckpointError naming what is wrong with it."""
    where = f"{folder.name}/config.json"
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{where} cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise CheckpointError(f"{where} must hold an object.")
    try:
        return _described(folder, config)
    except CheckpointError as error:
        raise CheckpointError(f"{where}: {error}") from error


def _described(folder: Path, config: dict[str, Any]) -> Checkpoint:
    known = architecture(config.get("variant"))
    unknown = sorted(config.keys() - {*DESCRIPTION, *known.parameters()})
    if unknown:
        raise CheckpointError(f"{', '.join(unknown)}: no argument of {known.model.__name__}, and no description.")
    dataset, fit = config.get("dataset"), config.get("fit", "cropped")
    if not isinstance(dataset, str) or not dataset:
        raise CheckpointError("dataset must be a name.")
    if not isinstance(fit, str) or fit not in FITS:
        raise CheckpointError(f"fit {fit!r} is none of {', '.join(FITS)}.")
    if config.get("pixel_range", PIXEL_RANGE) != PIXEL_RANGE:
        raise CheckpointError(f"pixel_range must be {PIXEL_RANGE}, not {config['pixel_range']!r}.")
    if not isinstance(config.get("training", {}), dict):
        raise CheckpointError("training must be an object.")
    arguments = known.arguments(config)
    beta = arguments.get("beta", 1)
    if type(beta) not in (int, float) or not 0 < beta < math.inf:
        raise CheckpointError(f"beta must be a number above 0, not {beta!r}.")
    for key in ("latent_dim", "num_embeddings"):
        if type(arguments.get(key, 1)) is not int or arguments.get(key, 1) < 1:
            raise CheckpointError(f"{key} must be a whole number from 1 up, not {arguments[key]!r}.")
    image_shape = _shape("image_shape", config.get("image_shape"))
    dataset_shape = _shape("dataset_shape", config.get("dataset_shape", list(image_shape)))
    stride = getattr(known.model, "stride", 1)
    if any(side % stride for side in image_shape[1:]):
        raise CheckpointError(f"image_shape must have sides that are multiples of {stride}, not {list(image_shape)}.")
    any_size = fit == "whole"
    fit = "cropped" if any_size else fit
    return Checkpoint(folder.name, known, dataset, dataset_shape, image_shape, fit, any_size, folder, arguments, config)


def _shape(key: str, shape: Any) -> tuple[int, int, int]:
    sides = shape if isinstance(shape, list) and len(shape) == 3 else []
    if not sides or not all(type(side) is int and 1 <= side <= 1024 for side in sides) or sides[0] not in (1, 3):
        raise CheckpointError(f"{key} must be [1 or 3, height, width], not {shape!r}.")
    return tuple(sides)


def read_catalogue(*folders: Path) -> dict[str, Checkpoint]:
    """All checkpoints of the folders by name, in the page's order: by dataset, variant, beta.

    Raises CheckpointError for a damaged config, for a name that two folders have, and where checkpoints of one dataset
    do not fit together.
    """
    found = [read_checkpoint(path.parent) for folder in dict.fromkeys(folders) for path in folder.glob("*/config.json")]
    for name, count in Counter(c.name for c in found).items():
        if count > 1:
            raise CheckpointError(f"{name} is the name of two checkpoints: rename the folder of one.")
    order = list(architectures())
    found.sort(key=lambda c: (c.dataset, order.index(c.architecture.name), c.beta or 0, c.name))
    _require_one_description(found)
    for prior in found:
        _require_same_codes(prior, found)
    return {checkpoint.name: checkpoint for checkpoint in found}


def _require_one_description(checkpoints: Iterable[Checkpoint]) -> None:
    """One picture serves all checkpoints of a dataset, and one size all betas of a family."""
    first: dict[tuple[str, ...], Checkpoint] = {}
    for checkpoint in checkpoints:
        described = {"dataset_shape": checkpoint.dataset_shape, "fit": checkpoint.fit}
        family = (checkpoint.dataset, checkpoint.architecture.name) if checkpoint.beta is not None else None
        for key, kept in (((checkpoint.dataset,), described), (family, {"image_shape": checkpoint.image_shape})):
            if key is None:
                continue
            other = first.setdefault(key, checkpoint)
            for name, value in kept.items():
                expected = getattr(other, name)
                if value != expected:
                    where = f"{checkpoint.name}/config.json: {name}"
                    raise CheckpointError(f"{where} must be that of {other.name}, {expected!r}, not {value!r}.")


def _require_same_codes(prior: Checkpoint, checkpoints: Iterable[Checkpoint]) -> None:
    """A code prior knows the codes of its VQ-VAE, no more and no fewer."""
    for vq_vae in checkpoints:
        codes = vq_vae.arguments.get("num_embeddings")
        if vq_vae.name == prior.codes_of and codes != prior.arguments.get("num_embeddings"):
            raise CheckpointError(f"{prior.name}/config.json: num_embeddings must be that of {vq_vae.name}, {codes}.")
