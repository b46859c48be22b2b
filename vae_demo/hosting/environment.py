"""What a process is set up with before it imports Gradio and PyTorch, which read the environment then."""

import ctypes
import os
import secrets
import stat
import tempfile
from collections.abc import MutableMapping
from contextlib import suppress
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = -1, -4, -8
"""glibc's numbers for settings of its memory management (mallopt)."""


def set_up(environ: MutableMapping[str, str] = os.environ) -> None:
    """Fill in what the environment leaves open, and tell glibc how to manage memory. Call it before those imports.

    What the environment says already stays, but for GRADIO_TEMP_DIR: uploads and answers go to a folder of the page's
    own in the place that it names, made here, because everything in that folder is deleted when it is old enough.
    """
    place = Path(environ.get("GRADIO_TEMP_DIR") or _temporary_folder()).resolve()
    environ["GRADIO_TEMP_DIR"] = str(own_folder(place))
    # After every request Gradio sums up the last 10,000 in a data frame, for statistics that are not shown here.
    environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**12))
    # Gradio computes each request in some thread of a pool. Were each to share its work among threads of its own,
    # OpenMP would put those to sleep after every operation: sampling codes takes two and a half times as long.
    environ.setdefault("OMP_NUM_THREADS", "1")
    # What the page offers to programs it offers to agents too, where the extra gradio[mcp] is installed.
    if find_spec("mcp"):
        environ.setdefault("GRADIO_MCP_SERVER", "True")
    # In each of those threads MKL would keep its work space for good, 10 to 30 MB, and save no time by it.
    environ.setdefault("MKL_DISABLE_FAST_MM", "1")
    if libc := glibc():
        libc.mallopt(ARENA_MAX, 1)  # the usual one for each thread leaves holes in all of them
        # What a photograph's layers leave is kept for the next: the system would clear 75 MB anew for each
        # reconstruction, an eighth of its time. Housekeeping gives back what stays free.
        libc.mallopt(MMAP_MAX, 0)
        libc.mallopt(TRIM_THRESHOLD, 2**30)


def bypass_proxies(host: str | None, environ: MutableMapping[str, str] = os.environ) -> None:
    """Keep requests to this machine from a proxy: as it starts, Gradio asks its own page whether it can be reached."""
    named = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    environ["no_proxy"] = environ["NO_PROXY"] = ",".join(filter(None, (named, "localhost,127.0.0.1,::1", host)))


def upload_folder() -> Path:
    """Where Gradio keeps uploads and answers: what GRADIO_TEMP_DIR names, or Gradio's default."""
    return Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir(), "gradio").resolve())


def own_folder(place: Path) -> Path:
    """This user's folder in `place`, made if it is missing, and closed to others; `place` itself where it is that.

    `vae-demo-UID`, which all processes of one user share. Where somebody else has put something there under that name,
    it is not touched: a folder with a name that nobody can foresee takes its place, now and at the next start.
    """
    user = os.getuid() if hasattr(os, "getuid") else None
    name = "vae-demo" if user is None else f"vae-demo-{user}"
    spare = f"{name}-{'[0-9a-f]' * 16}"
    folder = place if place.name == name or fnmatchcase(place.name, spare) else place / name
    place = folder.parent
    try:
        place.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if not _is_folder_of(folder, user):
            folder = new = place / f"{name}-{secrets.token_hex(8)}"  # also where all that follows fails
            folder = next((path for path in sorted(place.glob(spare)) if _is_folder_of(path, user)), new)
            folder.mkdir(mode=0o700, exist_ok=folder != new)
        folder.chmod(0o700)
    except OSError:
        pass  # nothing can be stored there: whoever uploads something is told so
    return folder


def _temporary_folder() -> str:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:  # none can be written to, which app.py then says
        return os.environ.get("TMPDIR") or "/tmp"


def _is_folder_of(path: Path, user: int | None) -> bool:
    """Whether a path is a folder itself, not a link to one, and the user's, where there are users."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and user in (None, found.st_uid)


def glibc() -> ctypes.CDLL | None:
    """The C library where it is glibc; None elsewhere."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
    except OSError:
        return None
