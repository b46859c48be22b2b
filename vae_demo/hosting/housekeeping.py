"""What a process that serves for weeks needs: a folder of uploads that is kept swept, and memory that is given back.

Gradio can delete files too, but its task ends for good where a file is added while it looks, and it leaves folders.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
from gradio.queueing import Queue
from gradio.routes import App
from gradio.utils import get_upload_folder

from vae_demo.hosting.environment import glibc

log = logging.getLogger(__name__)

LOOK_SECONDS = 15
"""How often freed memory is given back to the system, and unread answers are looked for."""
UNREAD_SECONDS = 300
"""How long an answer is kept for a caller who does not come for it."""


def start(page: gr.Blocks, delete_after: float) -> None:
    """Keep uploads swept and freed memory given back, in the background, for good."""
    threading.Thread(target=_keep, args=(page, delete_after), name="housekeeping", daemon=True).start()


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """While `app` runs, drop the answers that nobody comes for."""

    async def keep_dropping() -> None:
        unread = UnreadAnswers(app.get_blocks()._queue)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                unread.drop(time.monotonic())
            except Exception:  # whatever it is, the next look comes
                log.exception("UnreadAnswers answers could not be dropped.")

    task = asyncio.create_task(keep_dropping())
    try:
        yield
    finally:
        task.cancel()


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
            except OSError as error:
                log.warning("%s cannot be deleted: %s", path, error.strerror)
        if Path(place) != folder and not names:
            _remove_if_old(Path(place), latest)
    return deleted


def _remove_if_old(folder: Path, latest: float) -> None:
    try:
        if folder.lstat().st_ctime < latest:
            folder.rmdir()
    except OSError:
        pass  # something came into it


class UnreadAnswers:
    """The answers in Gradio's queue that nobody comes for, which it would keep for 2,000 callers, however large, and
    what it keeps of every caller who ever came."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._since: dict[str, tuple[frozenset[str], float]] = {}

    def drop(self, now: float, older_than: float = UNREAD_SECONDS) -> int:
        """Drop the answers that have waited for `older_than` seconds, at a time `now`; of how many callers.

        Only on the event loop, where no caller can come in the middle of it.
        """
        finished = {
            caller: frozenset(events)
            for caller, events in self._queue.pending_event_ids_session.items()
            if events.isdisjoint(self._queue.event_ids_to_events)
        }
        first_seen = {
            caller: (events, now if self._since.get(caller, (None,))[0] != events else self._since[caller][1])
            for caller, events in finished.items()
        }
        old = [caller for caller, (_, since) in first_seen.items() if now - since >= older_than]
        for caller in old:
            self._queue.pending_event_ids_session.pop(caller, None)
            self._queue.pending_messages_per_session.pop(caller, None)
            del first_seen[caller]
        self._since = first_seen
        return len(old)


def _keep(page: gr.Blocks, delete_after: float) -> None:
    kept = {Path(file) for block in page.blocks.values() for file in getattr(block, "keep_in_cache", ())}
    libc = glibc()
    swept = time.monotonic()
    while True:
        time.sleep(min(LOOK_SECONDS, delete_after))
        try:
            if time.monotonic() - swept >= delete_after:
                swept = time.monotonic()
                sweep(Path(get_upload_folder()), delete_after, kept)
            if libc:
                libc.malloc_trim(0)
        except Exception:  # whatever it is, the next look comes
            log.exception("The house could not be kept.")
