"""The checkpoints of one source, each loaded once, on first need, safely from many threads."""

import threading

from torch import nn

from vae_demo.errors import CheckpointError, InputError
from vae_demo.weights.catalogue import Checkpoint, read_catalogue
from vae_demo.weights.hub import WeightsSource
from vae_demo.weights.loading import load_model


class Checkpoints:
    """The checkpoints of one source, each loaded once, on first need.

    A request takes one of these and keeps it to its end, so that a change of source never falls into its middle.
    """

    def __init__(self, source: WeightsSource) -> None:
        """Read all configs. Raises CheckpointError where one is damaged, and where there are none at all."""
        self.source = source
        self.catalogue: dict[str, Checkpoint] = read_catalogue(source.folder)
        if not self.catalogue and source.repo is None:
            raise CheckpointError(
                f"There are no checkpoints in {source.folder}: clone the repository, which brings some, name others by "
                "VAE_DEMO_HUB_REPO, or give a function those of load_checkpoints."
            )
        self._models: dict[str, nn.Module] = {}
        self._loading = {name: threading.Lock() for name in self.catalogue}

    def datasets(self) -> list[str]:
        """The datasets that some variant was trained on, in alphabetical order."""
        return sorted({c.dataset for c in self.catalogue.values() if c.variant != "code-prior"})

    def of(self, dataset: str | None = None, *variants: str) -> list[Checkpoint]:
        """The checkpoints of a dataset (all where None) and of any of `variants` (all where none is named)."""
        found = self.catalogue.values()
        return [c for c in found if dataset in (None, c.dataset) and (not variants or c.variant in variants)]

    def get(self, name: str, *variants: str) -> Checkpoint:
        """The checkpoint `name`, which must be one of `variants`. Raises InputError naming those there are."""
        names = [c.name for c in self.of(None, *variants)]
        if not isinstance(name, str) or name not in names:
            raise InputError(f"There is no such checkpoint here. Choose one of {', '.join(names) or 'nothing'}.")
        return self.catalogue[name]

    def model(self, checkpoint: Checkpoint) -> nn.Module:
        """The model of `checkpoint`, in eval mode, float32. Raises CheckpointError where its weights do not fit."""
        with self._loading[checkpoint.name]:
            if checkpoint.name not in self._models:
                self._models[checkpoint.name] = load_model(checkpoint)
            return self._models[checkpoint.name]


def code_prior_of(checkpoint: Checkpoint, checkpoints: Checkpoints) -> Checkpoint | None:
    """The learned prior over the codes of a VQ-VAE; None where there is none."""
    size = checkpoint.config.get("num_embeddings", 512)
    for prior in checkpoints.of(checkpoint.dataset, "code-prior"):
        if prior.codes_of == checkpoint.name and prior.config.get("num_embeddings", 512) == size:
            return prior
    return None
