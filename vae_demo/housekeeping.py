"""What a process that serves for weeks needs: a folder of uploads that is kept swept, and memory that is given back.

Gradio can delete files too, but its task ends for good where a file is added while it looks, and it leaves folders.
"""

import ctypes
import logging
import os
import tempfile
import threading
import time
from pathlib import Path

import gradio as gr
import torch
from gradio.utils import get_upload_folder

log = logging.getLogger(__name__)

TRIM_SECONDS = 15
"""How often freed memory is given back to the system."""
ARENA_MAX = -8
"""glibc's name for the number of its arenas (mallopt, M_ARENA_MAX)."""


def prepare() -> None:
    """Set this process up, before the page is built; what the environment says already stays."""
    # A folder of the page's own, since all in it is deleted that is old enough.
    os.environ.setdefault("GRADIO_TEMP_DIR", str(Path(tempfile.gettempdir()).resolve() / "vae-demo"))
    # After every request Gradio sums up the last 10,000 in a data frame, for statistics that are not shown here.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**12))
    # Pictures' activations in large pages of memory: a photograph takes a sixth less time.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    if "OMP_NUM_THREADS" not in os.environ:
        # Gradio computes each request in some thread of a pool. Were each to share its work among threads of its own,
        # OpenMP would put those to sleep after every operation: sampling codes takes two and a half times as long.
        torch.set_num_threads(1)
    if libc := _glibc():
        libc.mallopt(ARENA_MAX, 2)  # one for each thread, as is usual, leaves holes in all of them


def start(page: gr.Blocks, delete_after: float) -> None:
    """Keep the uploads swept and freed memory given back, in the background, until the process ends."""
    kept = {Path(file) for block in page.blocks.values() for file in getattr(block, "keep_in_cache", ())}
    threading.Thread(target=_keep, args=(kept, delete_after), name="housekeeping", daemon=True).start()


def sweep(folder: Path, older_than: float, kept: set[Path]) -> int:
    """Delete the files below `folder` that nothing touched for `older_than` seconds, but for those of `kept`, and then
    folders left empty for so long; how many files that were."""
    latest = time.time() - older_than
    deleted = 0
    # From the deepest up, so that a folder is met after what was in it.
    for place, _, names in os.walk(folder, topdown=False):
        for path in (Path(place, name) for name in names):
            try:
                if path not in kept and path.lstat().st_ctime < latest:
                    path.unlink()
                    deleted += 1
            except FileNotFoundError:
                continue  # another process sweeps too
        if Path(place) != folder and not names:
            _remove_if_old(Path(place), latest)
    return deleted


def _remove_if_old(folder: Path, latest: float) -> None:
    try:
        if folder.lstat().st_ctime < latest:
            folder.rmdir()
    except OSError:
        pass  # something came into it


def _keep(kept: set[Path], delete_after: float) -> None:
    libc = _glibc()
    swept = time.monotonic()
    while True:
        time.sleep(min(TRIM_SECONDS, delete_after))
        try:
            if time.monotonic() - swept >= delete_after:
                swept = time.monotonic()
                sweep(Path(get_upload_folder()), delete_after, kept)
            if libc:
                libc.malloc_trim(0)
        except OSError:
            log.exception("The folder of uploads could not be swept.")


def _glibc() -> ctypes.CDLL | None:
    """The C library where it is glibc; None elsewhere."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
    except OSError:
        return None
