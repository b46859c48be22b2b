"""What exists: the checkpoints of a folder, described by their own configs, so that a host's appears by being there."""

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from vae_demo.errors import CheckpointError

Variant = Literal["vae", "conv-vae", "beta-vae", "vq-vae", "code-prior"]
VARIANT_TITLES: dict[str, str] = {
    "vae": "VAE",
    "conv-vae": "ConvVAE",
    "beta-vae": "Beta-VAE",
    "vq-vae": "VQ-VAE",
    "code-prior": "Code prior",
}
"""The variants in the order in which the page shows them, and what it calls them."""
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FITS = ("centred", "cropped", "whole")


@dataclass(frozen=True)
class Checkpoint:
    """One trained variant on one dataset, as its config.json describes it.

    `dataset_shape` is (channels, height, width) of the dataset's pictures and `image_shape` that of what the model
    takes, pixels in [0, 1]. `fit` says how an upload becomes one of the dataset's pictures: "centred" as a digit's
    strokes, "cropped" to their shape, or "whole", at its own size.
    """

    name: str
    variant: Variant
    dataset: str
    dataset_shape: tuple[int, int, int]
    image_shape: tuple[int, int, int]
    fit: Literal["centred", "cropped", "whole"]
    folder: Path
    config: dict[str, Any] = field(repr=False, compare=False)

    @property
    def title(self) -> str:
        """What the page calls it: the variant, with beta where it has one."""
        title = VARIANT_TITLES[self.variant]
        return f"{title}, β = {self.beta:g}" if self.variant == "beta-vae" else title

    @property
    def beta(self) -> float:
        """The KL weight that it was trained with; a plain VAE's is 1."""
        return float(self.config.get("beta", 4.0 if self.variant == "beta-vae" else 1.0))

    @property
    def codes_of(self) -> str:
        """A code prior's VQ-VAE, by name; empty for the others."""
        return str(self.config.get("codes_of", ""))

    @property
    def latent_dim(self) -> int:
        """How many dimensions a Gaussian latent has; the classes' defaults where the config is silent."""
        return int(self.config.get("latent_dim", {"vae": 20, "conv-vae": 256, "beta-vae": 10}[self.variant]))

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
            metrics = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise CheckpointError(f"{self.name}/metrics.json cannot be read: {error}") from error
        if not isinstance(metrics, dict):
            raise CheckpointError(f"{self.name}/metrics.json must hold an object.")
        return metrics


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read and check FOLDER/config.json. Raises CheckpointError naming what is wrong with it."""
    name = folder.name
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{name}/config.json cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise CheckpointError(f"{name}/config.json must hold an object.")
    variant, dataset, fit = config.get("variant"), config.get("dataset"), config.get("fit", "cropped")
    if not isinstance(variant, str) or variant not in VARIANT_TITLES:
        raise CheckpointError(f"{name}/config.json: variant {variant!r} is none of {', '.join(VARIANT_TITLES)}.")
    if not isinstance(dataset, str) or not dataset:
        raise CheckpointError(f"{name}/config.json: dataset must be a name.")
    if not isinstance(fit, str) or fit not in FITS:
        raise CheckpointError(f"{name}/config.json: fit {fit!r} is none of {', '.join(FITS)}.")
    beta = config.get("beta", 1)
    if type(beta) not in (int, float) or not 0 <= beta < math.inf:
        raise CheckpointError(f"{name}/config.json: beta must be a number from 0 up, not {beta!r}.")
    for key in ("latent_dim", "num_embeddings"):
        if type(config.get(key, 1)) is not int or config.get(key, 1) < 1:
            raise CheckpointError(f"{name}/config.json: {key} must be a whole number from 1 up, not {config[key]!r}.")
    image_shape = _shape(name, "image_shape", config.get("image_shape"))
    dataset_shape = _shape(name, "dataset_shape", config.get("dataset_shape", list(image_shape)))
    return Checkpoint(name, variant, dataset, dataset_shape, image_shape, fit, folder, config)


def _shape(name: str, key: str, shape: Any) -> tuple[int, int, int]:
    sides = shape if isinstance(shape, list) and len(shape) == 3 else []
    if not sides or not all(type(side) is int and 1 <= side <= 1024 for side in sides) or sides[0] not in (1, 3):
        raise CheckpointError(f"{name}/config.json: {key} must be [1 or 3, height, width], not {shape!r}.")
    return tuple(sides)


def read_catalogue(folder: Path) -> dict[str, Checkpoint]:
    """All checkpoints of FOLDER by name, in the page's order: by dataset, variant, beta. Raises CheckpointError."""
    found = [read_checkpoint(path.parent) for path in folder.glob("*/config.json")]
    order = list(VARIANT_TITLES)
    found.sort(key=lambda c: (c.dataset, order.index(c.variant), c.beta, c.name))
    return {checkpoint.name: checkpoint for checkpoint in found}
