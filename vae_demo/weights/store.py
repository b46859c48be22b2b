"""The checkpoints in use by this process, and those of any repository on the Hub."""

import logging
import os
import threading
from dataclasses import replace
from pathlib import Path

from vae_demo.errors import CheckpointError
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.device import usable_device
from vae_demo.weights.hub import (
    OWN_FOLDER,
    HubSettings,
    WeightsSource,
    cached,
    download_within,
    explain,
    in_folder,
    own_folder,
)
from vae_demo.weights.in_use import Weights
from vae_demo.weights.loading import check_model

log = logging.getLogger(__name__)
ATTEMPT_SECONDS = 900.0
"""How long a download may take, in seconds."""


class Store:
    """The checkpoints in use: those of the weights' source, read again when the Hub has answered, and `own` ones."""

    def __init__(self, weights: Weights, own: Path | None = None) -> None:
        self._weights = weights
        self._own = own
        self._lock = threading.Lock()
        self._current: Checkpoints | None = None
        self._refused: tuple[Path, str] | None = None  # a folder that arrived and cannot be used, and why

    @property
    def source(self) -> WeightsSource:
        """Where the weights come from just now, and why. Raises CheckpointError as `current` does."""
        in_use, newest = self.current.source, self._weights.source
        if self._refused and self._refused[0] == newest.folder:
            return replace(in_use, reason=self._refused[1])
        return newest

    def wait(self) -> None:
        """Until the Hub has answered or failed for the first time."""
        self._weights.wait()

    @property
    def current(self) -> Checkpoints:
        """The checkpoints of the source just now; those before where new ones do not go with the `own` ones.

        Raises CheckpointError where a config is damaged and there are none before.
        """
        source = self._weights.source
        with self._lock:
            if self._current is None:
                self._current = Checkpoints(source, self._own)
            elif source.folder not in (self._current.source.folder, self._refused and self._refused[0]):
                try:
                    self._current, self._refused = Checkpoints(source, self._own), None
                except CheckpointError as error:
                    reason = f"The weights of {source.repo} cannot be used beside {OWN_FOLDER}: {error}".rstrip(".")
                    log.error("%s.", reason)
                    self._refused = source.folder, reason
            return self._current

    def keep_warm(self) -> None:
        """Load all models, so that no visitor waits for them, and again when the Hub's weights arrive, however late.

        What cannot be loaded is logged, and the visitor who needs it is told.
        """
        self._load_all()
        self._weights.wait_until_final()
        self._load_all()

    def _load_all(self) -> None:
        checkpoints = self.current
        for checkpoint in checkpoints.catalogue.values():
            try:
                checkpoints.model(checkpoint)
            except CheckpointError as error:
                log.error("%s", error)


def load_checkpoints(
    repo: str | os.PathLike[str], revision: str = "main", cache_dir: Path | None = None, device: str = "auto"
) -> Checkpoints:
    """The checkpoints of a folder, or of a Hub repository, OWNER/REPO, at a commit, tag or branch, for any function of
    this module.

    A Path is a folder, and so is the name of one that exists: NAME/config.json and NAME/model.safetensors lie in it. A
    cached commit of 40 hex digits is used without asking the Hub; when the Hub fails, so is what is cached of a
    branch. `cache_dir` is huggingface_hub's own where None. Pictures are encoded and decoded on `device`: "cpu",
    "cuda", or "auto" for CUDA where there is one; the answers are the same within rounding. Raises CheckpointError,
    with the reason, where there are no weights that can be used, and InputError for a device that is not here.
    """
    usable_device(device)  # before anything is fetched
    if isinstance(repo, os.PathLike) or Path(repo).is_dir():
        return Checkpoints(in_folder(Path(repo).expanduser().resolve(), check_model), device=device)
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
    return Checkpoints(source, device=device)


_default: Store | None = None
_default_lock = threading.Lock()


def default_store(wait: bool = True) -> Store:
    """The process's store, on the weights that the environment names; the Hub is asked at once.

    With `wait` its first answer is waited for; a page, which must be there at once, begins on the bundled weights.
    Raises CheckpointError where the environment names no possible repository, or no folder of usable checkpoints.
    """
    global _default
    with _default_lock:
        if _default is None:
            own = own_folder(check_model)
            weights = Weights(HubSettings.from_environment(), check=check_model)
            weights.start()
            _default = Store(weights, own)
    if wait:
        _default.wait()
    return _default
