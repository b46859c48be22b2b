"""The checkpoints in use: each loaded once, on first need, safely from many threads."""

import logging
import math
import threading
from functools import cache
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from vae_demo.catalogue import Checkpoint, read_catalogue
from vae_demo.errors import CheckpointError, InputError
from vae_demo.hub import HubSettings, Weights, WeightsSource
from vae_demo.models import CLASSES
from vae_demo.preprocessing import FLAT_VARIANTS

log = logging.getLogger(__name__)


class Store:
    """Checkpoints by name, from one source of weights at a time.

    When the source changes (the Hub has answered), the next request sees the new catalogue; models of the old one
    stay valid for requests that already hold them.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._catalogue: dict[str, Checkpoint] = {}
        self._models: dict[tuple[Path, str], nn.Module] = {}
        self._loading: dict[tuple[Path, str], threading.Lock] = {}

    @property
    def source(self) -> WeightsSource:
        """Where the weights come from just now."""
        return self.weights.source

    def catalogue(self) -> dict[str, Checkpoint]:
        """All checkpoints by name, in the page's order. Raises CheckpointError where a config is damaged."""
        folder = self.source.folder
        with self._lock:
            if folder != self._folder:
                self._catalogue = read_catalogue(folder)
                self._folder = folder
            return self._catalogue

    def datasets(self) -> list[str]:
        """The datasets that some variant was trained on, in alphabetical order."""
        return sorted({c.dataset for c in self.catalogue().values() if c.variant != "code-prior"})

    def of(self, dataset: str | None = None, *variants: str) -> list[Checkpoint]:
        """The checkpoints of a dataset (all where None) and of any of `variants` (all where none is named)."""
        found = self.catalogue().values()
        return [c for c in found if dataset in (None, c.dataset) and (not variants or c.variant in variants)]

    def get(self, name: str, *variants: str) -> Checkpoint:
        """The checkpoint `name`, which must be one of `variants`. Raises InputError naming those there are."""
        names = [c.name for c in self.of(None, *variants)]
        if not isinstance(name, str) or name not in names:
            raise InputError(f"There is no such checkpoint here. Choose one of {', '.join(names)}.")
        return self.catalogue()[name]

    def model(self, checkpoint: Checkpoint) -> nn.Module:
        """The model of `checkpoint`, in eval mode, float32. Raises CheckpointError where its weights do not fit."""
        key = (checkpoint.folder, checkpoint.name)
        with self._lock:
            lock = self._loading.setdefault(key, threading.Lock())
        with lock:
            if key not in self._models:
                self._models[key] = load_model(checkpoint)
            return self._models[key]

    def warm(self) -> None:
        """Load everything, so that no visitor waits for it; what cannot be loaded is logged and met again on use."""
        for checkpoint in self.catalogue().values():
            try:
                self.model(checkpoint)
            except CheckpointError as error:
                log.error("%s", error)


def load_model(checkpoint: Checkpoint) -> nn.Module:
    """Load one checkpoint strictly from its safetensors. Raises CheckpointError naming the file and what is wrong."""
    where = f"{checkpoint.name}/model.safetensors"
    if not checkpoint.weights.is_file():
        raise CheckpointError(f"{where} is missing.")
    if checkpoint.variant in FLAT_VARIANTS and checkpoint.config.get("input_dim") != math.prod(checkpoint.image_shape):
        raise CheckpointError(f"{checkpoint.name}/config.json: input_dim must be the product of image_shape.")
    try:
        # A model first needed inside inference mode must still be usable outside it.
        with torch.inference_mode(mode=False):
            model = CLASSES[checkpoint.variant].from_pretrained(checkpoint.folder, strict=True)
    except (RuntimeError, SafetensorError, OSError, TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")
        raise CheckpointError(f"{where} does not fit its config.json: {' '.join(reason)[:300]}") from error
    return model.eval().requires_grad_(False)


@cache
def load_mixture(path: Path) -> dict[str, Tensor]:
    """The Gaussian mixture fitted to an encoder: weights (K,), means (K, D), lower Cholesky factors (K, D, D)."""
    try:
        return safetensors.torch.load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path.parent.name}/{path.name} cannot be read: {error}") from error


@cache
def default_store() -> Store:
    """The process's store, on the weights that the environment names (see `vae_demo.hub`)."""
    return Store(Weights(HubSettings.from_environment()))
