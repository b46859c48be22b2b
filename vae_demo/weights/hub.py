"""Where the weights come from: a Hub repository at one commit, its cache on this machine, or the bundled folder.

The environment variable VAE_DEMO_HUB_REPO=OWNER/REPO asks for a Hub repository that holds the same folders as
checkpoints/, and VAE_DEMO_HUB_REVISION for a commit (40 hex digits), tag or branch of it; VAE_DEMO_CHECKPOINTS names a
folder of further checkpoints on this machine, which are shown beside those. Tokens, the cache's place
and offline mode are huggingface_hub's own variables: HF_TOKEN, HF_HOME, HF_HUB_OFFLINE.
"""

import logging
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import validate_repo_id
from safetensors import SafetensorError, safe_open

from vae_demo.errors import CheckpointError
from vae_demo.weights import files
from vae_demo.weights.catalogue import Checkpoint, read_catalogue
from vae_demo.weights.hub_cache import GIT_ID, altered_files, note_revision

log = logging.getLogger(__name__)

BUNDLED = Path(__file__).parents[2] / "checkpoints"
OWN_FOLDER = "VAE_DEMO_CHECKPOINTS"
NESTED = ["*/*/*"]
"""Left out, because in a pattern of huggingface_hub's a star also matches slashes."""
REVISION = re.compile(r"(?!/)(?!.*\.\.)[^\s~^:?*\[\\]+")
"""What git allows in a name, near enough that none can lead out of the cache's folder."""
Check = Callable[[Checkpoint], None]
"""Refuses, by a CheckpointError that names the file, a checkpoint that the models could not load."""


@dataclass(frozen=True)
class HubSettings:
    """Which repository and which revision of it. Raises CheckpointError where either cannot be one.

    `endpoint` and `cache_dir` are huggingface_hub's own where None; `timeout` is in seconds, for one answer.
    """

    repo: str
    revision: str = "main"
    endpoint: str | None = None
    cache_dir: Path | None = None
    timeout: float = 10.0

    def __post_init__(self) -> None:
        try:
            validate_repo_id(self.repo)
            if "/" not in self.repo:
                raise HFValidationError("It names no owner.")
        except HFValidationError as error:
            raise CheckpointError(f"A Hub repository must be OWNER/REPO, not {self.repo!r}.") from error
        if not REVISION.fullmatch(self.revision):
            raise CheckpointError(
                f"A revision must be a commit of 40 hex digits, a tag or a branch, not {self.revision!r}."
            )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "HubSettings | None":
        """What the environment asks for; None where it names no repository. Raises CheckpointError."""
        repo = environ.get("VAE_DEMO_HUB_REPO", "").strip()
        try:
            return cls(repo, environ.get("VAE_DEMO_HUB_REVISION", "").strip() or "main") if repo else None
        except CheckpointError as error:
            raise CheckpointError(f"VAE_DEMO_HUB_REPO or VAE_DEMO_HUB_REVISION: {error}") from error

    @property
    def pinned(self) -> bool:
        """Whether the revision is a commit, which never changes."""
        return GIT_ID.fullmatch(self.revision) is not None


@dataclass(frozen=True)
class WeightsSource:
    """A folder of checkpoints (NAME/config.json, NAME/model.safetensors, …) and where it came from.

    `repo`, `revision` and `commit` (40 hex digits) are None for weights that are not of the Hub. `reason` says why
    these weights and not what was asked for; empty where they are just that.
    """

    folder: Path
    repo: str | None = None
    revision: str | None = None
    commit: str | None = None
    reason: str = ""

    @property
    def notice(self) -> str:
        """One sentence for the page: which weights these are, and why where others were asked for."""
        if self.repo is None:
            which = "the bundled weights" if self.folder == BUNDLED else f"the weights in {self.folder}"
        elif self.revision == self.commit:
            which = f"the weights of {self.repo} at commit {self.commit[:7]}"
        else:
            which = f"the weights of {self.repo} at {self.revision}, commit {self.commit[:7]}"
        return f"{self.reason}: showing {which}." if self.reason else f"These are {which}."


def bundled(reason: str = "") -> WeightsSource:
    """The weights that came with the code."""
    return WeightsSource(BUNDLED, reason=reason)


def in_folder(folder: Path, check: Check | None = None) -> WeightsSource:
    """The weights in a folder of this machine, once all fit. Raises CheckpointError where they do not."""
    if not folder.is_dir():
        raise CheckpointError(f"There is no folder {folder}.")
    _require_sound(folder, str(folder), check)
    return WeightsSource(folder)


def named_own_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of further checkpoints as the environment names it, "~" expanded; it may not exist yet."""
    named = environ.get(OWN_FOLDER, "").strip()
    return Path(named).expanduser() if named else None


def own_folder(check: Check | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of further checkpoints that the environment names; None where it names none.

    Raises CheckpointError where there is no such folder, or one of its checkpoints cannot be used.
    """
    named = named_own_folder(environ)
    try:
        return in_folder(named.resolve(), check).folder if named else None
    except CheckpointError as error:
        raise CheckpointError(f"{OWN_FOLDER}: {error}") from error


def cached(settings: HubSettings, check: Check | None = None) -> WeightsSource | None:
    """What an earlier download left on this machine; None unless it is complete and sound. Asks no network."""
    try:
        folder = snapshot_download(
            settings.repo,
            revision=settings.revision,
            cache_dir=settings.cache_dir,
            allow_patterns=files.PATTERNS,
            ignore_patterns=NESTED,
            local_files_only=True,
        )
        return _source(settings, Path(folder), check)
    except LocalEntryNotFoundError:
        return None
    except Exception as error:  # the page must start, whatever is in the cache
        log.warning("The cached weights of %s cannot be used: %s", settings.repo, error)
        return None


def download(settings: HubSettings, check: Check | None = None) -> WeightsSource:
    """Ask the Hub which commit the revision is, and fetch what of it is not cached; every file's checksum is compared.

    Every checkpoint is put to `check` before the commit is taken into use.
    Raises CheckpointError where the repository's content cannot be used, and whatever huggingface_hub raises
    (mostly OSError) where it cannot be had; `explain` has a sentence for each.
    """
    api = HfApi(endpoint=settings.endpoint)
    # Asked first, although snapshot_download would: it retries for long, and hides a failure behind the cache.
    info = api.model_info(settings.repo, revision=settings.revision, timeout=settings.timeout)
    commit = settings.revision if settings.pinned else info.sha or ""
    if not GIT_ID.fullmatch(commit):
        raise CheckpointError(f"The Hub named no commit for {settings.repo} at {settings.revision}.")
    _require_weights((file.rfilename for file in info.siblings or []), settings.repo)

    at_commit = replace(settings, revision=commit)
    source = cached(at_commit, check) or _source(at_commit, _fetch(at_commit), check)
    source = replace(source, revision=settings.revision)
    if not settings.pinned:
        note_revision(source.folder, source.revision)
    return source


def download_within(settings: HubSettings, seconds: float, check: Check | None = None) -> WeightsSource:
    """As `download`, but raises TimeoutError after `seconds`: not all requests of huggingface_hub have a timeout.

    The attempt then goes on in its thread, and what it downloads is in the cache for the next one.
    """
    found: list[WeightsSource | Exception] = []

    def attempt() -> None:
        try:
            found.append(download(settings, check))
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=attempt, name="hub-attempt", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimeoutError(f"The Hub is taking more than {seconds:g} seconds over {settings.repo}")
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def explain(error: Exception, settings: HubSettings) -> str:
    """Why the Hub's weights could not be had, as a sentence without its full stop."""
    if isinstance(error, LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, CheckpointError | TimeoutError):
        return str(error).rstrip(".")
    if isinstance(error, OfflineModeIsEnabled):
        return f"HF_HUB_OFFLINE is set, so the Hub was not asked for {settings.repo}"
    if isinstance(error, RevisionNotFoundError):
        return f"{settings.repo} has no revision {settings.revision!r}"
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if isinstance(error, GatedRepoError) or status == 403:
            return f"The Hub does not give this demo access to {settings.repo} ({status})"
        if isinstance(error, RepositoryNotFoundError) or status == 401:
            return f"The Hub shows no repository {settings.repo} to this demo ({status}); a private one needs HF_TOKEN"
        return f"The Hub could not serve {settings.repo} (it answered {status})"
    if isinstance(error, HTTPError):
        return f"The Hub could not be reached ({error or type(error).__name__})"
    if isinstance(error, OSError) and error.strerror:
        return f"The weights of {settings.repo} could not be stored ({error.strerror})"
    return f"What answered for {settings.repo} did not answer as the Hub does ({type(error).__name__})"


def _fetch(settings: HubSettings) -> Path:
    """Download a commit's files into the cache; what does not match its checksum is thrown away, and fetched again."""
    for _ in range(2):
        folder = snapshot_download(
            settings.repo,
            revision=settings.revision,
            endpoint=settings.endpoint,
            cache_dir=settings.cache_dir,
            allow_patterns=files.PATTERNS,
            ignore_patterns=NESTED,
            etag_timeout=settings.timeout,
        )
        altered = altered_files(Path(folder))
        if not altered:
            return Path(folder)
        for path in altered:
            path.resolve().unlink(missing_ok=True)
            path.unlink(missing_ok=True)
    raise CheckpointError(f"{altered[0].parent.name}/{altered[0].name} of {settings.repo} arrives damaged.")


def _source(settings: HubSettings, folder: Path, check: Check | None) -> WeightsSource:
    """A snapshot as a source, once its files are as the Hub said and fit."""
    if altered := altered_files(folder):
        raise CheckpointError(f"{altered[0].parent.name}/{altered[0].name} of {settings.repo} is damaged.")
    _require_sound(folder, settings.repo, check)
    return WeightsSource(folder, settings.repo, settings.revision, folder.name)


def _require_sound(folder: Path, name: str, check: Check | None) -> None:
    """Refuse a folder unless every tensor file is whole and every config, metrics and model fits; `name` is what the
    sentences call it. Raises CheckpointError."""
    _require_weights((path.relative_to(folder).as_posix() for path in folder.glob("*/*")), name)
    for path in folder.glob("*/*.safetensors"):
        try:
            with safe_open(path, framework="numpy"):
                pass
        except SafetensorError as error:
            raise CheckpointError(f"{path.parent.name}/{path.name} of {name} is damaged: {error}") from error
    try:
        for checkpoint in read_catalogue(folder).values():
            _ = checkpoint.metrics
            if check is not None:
                check(checkpoint)
    except CheckpointError as error:
        raise CheckpointError(f"{name} cannot be used: {error}") from error


def _require_weights(names: Iterable[str], repo: str) -> None:
    """Refuse a repository whose file names show no checkpoint, or one without its weights. Raises CheckpointError."""
    paths = {PurePosixPath(name) for name in names}
    folders = sorted(path.parent for path in paths if path.name == files.CONFIG and len(path.parts) == 2)
    if not folders:
        raise CheckpointError(f"{repo} holds no checkpoint, which is NAME/config.json beside NAME/model.safetensors.")
    for folder in folders:
        if folder / files.WEIGHTS not in paths:
            raise CheckpointError(f"{repo} has {folder}/config.json, but no {folder}/model.safetensors beside it.")
