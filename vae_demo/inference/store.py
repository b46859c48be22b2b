"""The checkpoints in use: each loaded once, on first need, safely from many threads."""

import inspect
import logging
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from vae_demo.catalogue import Checkpoint, read_catalogue
from vae_demo.errors import CheckpointError, InputError
from vae_demo.hub import HubSettings, WeightsSource, cached, download_within, explain
from vae_demo.models import CLASSES
from vae_demo.preprocessing import FLAT_VARIANTS
from vae_demo.weights import Weights

log = logging.getLogger(__name__)
_building = threading.Lock()
ATTEMPT_SECONDS = 900.0
"""How long a download may take."""


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


class Store:
    """The checkpoints in use: those of the weights' source, read anew when the Hub has answered."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._lock = threading.Lock()
        self._current: Checkpoints | None = None

    @property
    def source(self) -> WeightsSource:
        """Where the weights come from just now, and why."""
        return self._weights.source

    def wait(self) -> None:
        """Until the Hub has answered or failed for the first time."""
        self._weights.wait()

    @property
    def current(self) -> Checkpoints:
        """The checkpoints of the source just now. Raises CheckpointError where a config is damaged."""
        source = self._weights.source
        with self._lock:
            if self._current is None or self._current.source.folder != source.folder:
                self._current = Checkpoints(source)
            return self._current

    def warm(self) -> None:
        """Load everything, so that no visitor waits for it; what cannot be loaded is logged and met again on use."""
        self._load_all()

    def keep_warm(self) -> None:
        """The same, and again when the Hub has answered, which this waits for."""
        self._load_all()
        self.wait()
        self._load_all()

    def _load_all(self) -> None:
        try:
            checkpoints = self.current
            for checkpoint in checkpoints.catalogue.values():
                checkpoints.model(checkpoint)
        except CheckpointError as error:
            log.error("%s", error)


def load_model(checkpoint: Checkpoint) -> nn.Module:
    """Load one checkpoint strictly from its safetensors. Raises CheckpointError naming the file and what is wrong."""
    with _naming(checkpoint), torch.inference_mode(mode=False):
        model = _build(checkpoint)
        safetensors.torch.load_model(model, checkpoint.weights, strict=True)
    # Convolutions on a CPU take a tenth to a quarter less time with channels last.
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def check_model(checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint whose weights would not load: a missing or unexpected tensor, or one of another shape.

    Compares names and shapes alone, without reading the weights. Raises CheckpointError as `load_model` does.
    """
    with _naming(checkpoint), safe_open(checkpoint.weights, framework="pt") as stored:
        expected = {name: list(tensor.shape) for name, tensor in _build(checkpoint).state_dict().items()}
        found = {name: stored.get_slice(name).get_shape() for name in stored.keys()}  # noqa: SIM118 (not a dict)
        for name in sorted(expected.keys() | found.keys()):
            if expected.get(name) != found.get(name):
                raise ValueError(f"{name} should be {_shape(expected.get(name))}, and is {_shape(found.get(name))}.")
    if checkpoint.mixture.is_file():
        load_mixture(checkpoint)


def _shape(sizes: list[int] | None) -> str:
    return "absent" if sizes is None else "x".join(map(str, sizes)) or "a number"


def _build(checkpoint: Checkpoint) -> nn.Module:
    """The untrained model that a config describes."""
    # As from_pretrained does, but that prints a line for each and names no file when it fails.
    made = CLASSES[checkpoint.variant]
    known = inspect.signature(made.__init__).parameters.keys() & checkpoint.config.keys()
    # A model first needed inside inference mode must still be usable outside it, and its initial weights, drawn from
    # the global generator and at once replaced, must leave that as it was.
    with _building, torch.inference_mode(mode=False), torch.random.fork_rng(devices=[]):
        return made(**{name: checkpoint.config[name] for name in known})


@contextmanager
def _naming(checkpoint: Checkpoint) -> Iterator[None]:
    """Turns whatever goes wrong while a model is built and filled into a CheckpointError that names the file."""
    where = f"{checkpoint.name}/model.safetensors"
    if not checkpoint.weights.is_file():
        raise CheckpointError(f"{where} is missing.")
    if checkpoint.variant in FLAT_VARIANTS and checkpoint.config.get("input_dim") != math.prod(checkpoint.image_shape):
        raise CheckpointError(f"{checkpoint.name}/config.json: input_dim must be the product of image_shape.")
    try:
        yield
    except (RuntimeError, SafetensorError, OSError, TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")
        raise CheckpointError(f"{where} does not fit its config.json: {' '.join(reason)[:300]}") from error


def code_prior_of(checkpoint: Checkpoint, checkpoints: Checkpoints) -> Checkpoint | None:
    """The learned prior over the codes of a VQ-VAE; None where there is none."""
    size = checkpoint.config.get("num_embeddings", 512)
    for prior in checkpoints.of(checkpoint.dataset, "code-prior"):
        if prior.codes_of == checkpoint.name and prior.config.get("num_embeddings", 512) == size:
            return prior
    return None


def load_mixture(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The Gaussian mixture fitted to an encoder: weights (K,), means (K, D), lower Cholesky factors (K, D, D).

    Raises CheckpointError where its file cannot be read, or holds anything else.
    """
    mixture = _read_mixture(checkpoint.mixture)
    shapes = {name: tuple(tensor.shape) for name, tensor in mixture.items()}
    k, d = shapes.get("weights", (0,))[0], checkpoint.latent_dim
    if k == 0 or shapes != {"weights": (k,), "means": (k, d), "cholesky": (k, d, d)}:
        where = f"{checkpoint.name}/{checkpoint.mixture.name}"
        raise CheckpointError(f"{where} must hold weights (K), means (K, {d}) and cholesky (K, {d}, {d}) alone.")
    return mixture


@cache
def _read_mixture(path: Path) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path.parent.name}/{path.name} cannot be read: {error}") from error


def load_checkpoints(repo: str, revision: str = "main", cache_dir: Path | None = None) -> Checkpoints:
    """The checkpoints of a Hub repository, OWNER/REPO, at a commit, tag or branch, for any function of this module.

    A cached commit of 40 hex digits is used without asking the Hub; when the Hub fails, so is what is cached of a
    branch. `cache_dir` is huggingface_hub's own where None. Raises CheckpointError, with the reason, where there are no
    weights that can be used.
    """
    settings = HubSettings(repo, revision, cache_dir=cache_dir)
    source = cached(settings, check_model) if settings.pinned else None
    if source is None:
        try:
            source = download_within(settings, ATTEMPT_SECONDS, check_model)
        except Exception as error:  # `explain` has a sentence for each
            source = cached(settings, check_model)
            if source is None:
                raise CheckpointError(f"{explain(error, settings)}.") from error
            log.warning("%s: using what is cached.", explain(error, settings))
    return Checkpoints(source)


_default: Store | None = None
_default_lock = threading.Lock()


def default_store(wait: bool = True) -> Store:
    """The process's store, on the weights that the environment names (see `vae_demo.hub`); the Hub is asked at once.

    With `wait` its first answer is waited for; a page, which must be there at once, begins on the bundled weights.
    Raises CheckpointError where the environment names no possible repository.
    """
    global _default
    with _default_lock:
        if _default is None:
            weights = Weights(HubSettings.from_environment(), check=check_model)
            weights.start()
            _default = Store(weights)
    if wait:
        _default.wait()
    return _default
