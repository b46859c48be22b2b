"""The checkpoints of one source, each loaded once, on first need, safely from many threads."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from vae_demo.errors import CheckpointError, InputError
from vae_demo.models.variant import LatentKind
from vae_demo.weights.catalogue import Checkpoint, read_catalogue
from vae_demo.weights.device import usable_device
from vae_demo.weights.hub import WeightsSource
from vae_demo.weights.loading import load_mixture, load_model


class Checkpoints:
    """The checkpoints of one source, and of a folder of the user's own beside it, each loaded once, on first need.

    A request takes one of these and keeps it to its end, so that a change of source never falls into its middle.
    """

    def __init__(self, source: WeightsSource, own: Path | None = None, device: str = "cpu") -> None:
        """Read all configs. Pictures are encoded and decoded on `device`, as `usable_device` takes it.

        Raises CheckpointError where a config is damaged, and where there are none at all, and InputError for a device
        that is not here.
        """
        self.source = source
        self.device = usable_device(device)
        self.catalogue: dict[str, Checkpoint] = read_catalogue(source.folder, *([own] if own else []))
        if not self.catalogue and source.repo is None:
            raise CheckpointError(
                f"There are no checkpoints in {source.folder}: clone the repository, which brings some, name others by "
                "VAE_DEMO_HUB_REPO, or give a function those of load_checkpoints."
            )
        self._loaded: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}

    def own(self) -> list[str]:
        """The names of the checkpoints that are not of the source but of the user's own folder."""
        return [c.name for c in self.catalogue.values() if c.folder.parent != self.source.folder]

    def datasets(self) -> list[str]:
        """The datasets that some variant was trained on, in alphabetical order."""
        return sorted({c.dataset for c in self.of()})

    def of(self, dataset: str | None = None, *kinds: LatentKind) -> list[Checkpoint]:
        """The variants' checkpoints of a dataset (all where None), of these kinds of latent (both where none is named).

        Code priors are not among them; see `learned_prior`.
        """
        found = [c for c in self.catalogue.values() if c.latent_kind in (kinds or ("latents", "codes"))]
        return [c for c in found if dataset in (None, c.dataset)]

    def family(self, dataset: str | None = None) -> list[Checkpoint]:
        """The checkpoints of a dataset (all where None) whose variant is trained at several betas, in their order."""
        return [c for c in self.of(dataset) if c.beta is not None]

    def get(self, name: str, *kinds: LatentKind) -> Checkpoint:
        """The checkpoint `name`, of these kinds of latent (any checkpoint where none is named).

        Raises InputError naming those there are.
        """
        among = {c.name: c for c in (self.of(None, *kinds) if kinds else self.catalogue.values())}
        if not isinstance(name, str) or name not in among:
            raise InputError(f"There is no such checkpoint here. Choose one of {', '.join(among) or 'nothing'}.")
        return among[name]

    def model(self, checkpoint: Checkpoint) -> nn.Module:
        """The model of `checkpoint` on the CPU, in eval mode, float32.

        Raises CheckpointError where its weights do not fit.
        """
        return self.once(checkpoint.name, lambda: load_model(checkpoint))

    def model_on_device(self, checkpoint: Checkpoint) -> nn.Module:
        """As `model`, on the `device`."""
        if self.device.type == "cpu":
            return self.model(checkpoint)
        return self.once(f"{checkpoint.name}/device", lambda: load_model(checkpoint).to(self.device))

    def decoder(self, checkpoint: Checkpoint) -> Callable[[Tensor], Tensor]:
        """What takes the values of latents on the `device` to what the variant's `pictures` takes."""
        model = self.model_on_device(checkpoint)
        if self.device.type != "cpu":
            return partial(checkpoint.variant.decode, model)
        return self.once(f"{checkpoint.name}/decoder", lambda: checkpoint.variant.decoder(model))

    def code_prior(self, checkpoint: Checkpoint) -> Checkpoint | None:
        """The checkpoint of the learned prior over the codes of `checkpoint`; None where there is none."""
        return next((c for c in self.catalogue.values() if c.codes_of == checkpoint.name), None)

    def learned_prior(self, checkpoint: Checkpoint) -> Any:
        """The prior fitted to a checkpoint: the mixture of a Gaussian variant, the model of a code prior; else None."""
        if checkpoint.mixture.is_file():
            return self.once(f"{checkpoint.name}/mixture", lambda: load_mixture(checkpoint))
        prior = self.code_prior(checkpoint)
        return None if prior is None else self.model(prior)

    def priors(self, checkpoint: Checkpoint) -> list[str]:
        """The names of the priors that a checkpoint can be sampled from, the default first. Loads nothing."""
        learned = checkpoint.mixture.is_file() or self.code_prior(checkpoint) is not None
        return checkpoint.variant.priors(learned)

    def once(self, name: str, load: Callable[[], Any]) -> Any:
        """What `load` gives, kept under `name` for as long as these checkpoints are."""
        with self._locks.setdefault(name, threading.Lock()):
            if name not in self._loaded:
                self._loaded[name] = load()
            return self._loaded[name]
