"""The weights in use while a page or a library runs: those on this machine, until the Hub's have arrived."""

import logging
import threading
from dataclasses import replace

from huggingface_hub.errors import HTTPError

from vae_demo.errors import CheckpointError
from vae_demo.weights.hub import Check, HubSettings, WeightsSource, bundled, cached, download_within, explain

log = logging.getLogger(__name__)


class Weights:
    """The weights in use: at once those of the cache or the bundled folder, and the Hub's when it has answered.

    A failed attempt is repeated after `retry_seconds`; one that takes more than `attempt_seconds` has failed. Every
    checkpoint is put to `check` before it is used.
    """

    def __init__(
        self,
        settings: HubSettings | None,
        retry_seconds: float = 300.0,
        attempt_seconds: float = 900.0,
        check: Check | None = None,
    ) -> None:
        self._settings = settings
        self._check = check
        self._retry_seconds = retry_seconds
        self._attempt_seconds = attempt_seconds
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._attempted = threading.Event()
        found = cached(settings, check) if settings else None
        if settings and not settings.pinned:
            log.warning(
                "%s is followed at %r, which may change; a commit of 40 hex digits does not, and once cached it is "
                "used without asking the Hub.", settings.repo, settings.revision,
            )  # fmt: skip
        self._source = found or bundled(f"{settings.repo} has not been loaded from the Hub yet" if settings else "")
        if settings is None or (found and settings.pinned):
            self._finished.set()
            self._attempted.set()

    @property
    def source(self) -> WeightsSource:
        """The weights to use just now; never waits."""
        return self._source

    def start(self) -> None:
        """Ask the Hub in the background until it has answered; nothing is asked where nothing is missing."""
        if not self._finished.is_set():
            threading.Thread(target=self._keep_asking, name="hub", daemon=True).start()

    def wait(self) -> None:
        """Until the Hub has answered or failed for the first time, for whoever needs its weights and no others."""
        self._attempted.wait()

    def wait_until_final(self) -> None:
        """Until the weights change no more: the Hub has answered, however late, or is not asked."""
        self._finished.wait()

    def stop(self) -> None:
        """Ask no more, and keep the weights in use."""
        with self._lock:
            self._finished.set()

    def _keep_asking(self) -> None:
        while not self._finished.is_set():
            self._ask()
            self._attempted.set()
            self._finished.wait(self._retry_seconds)

    def _ask(self) -> None:
        try:
            source = download_within(self._settings, self._attempt_seconds, self._check)
        except Exception as error:  # the page goes on with the weights it has
            reason = explain(error, self._settings)
            expected = isinstance(error, CheckpointError | OSError | HTTPError)
            log.warning("%s: %s", reason, error, exc_info=not expected)
            self._keep(reason)
            return
        with self._lock:
            if not self._finished.is_set():
                self._source = source
                self._finished.set()
        log.info("%s", source.notice)

    def _keep(self, reason: str) -> None:
        with self._lock:
            if not self._finished.is_set():
                self._source = replace(self._source, reason=reason)
