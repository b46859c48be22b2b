"""What a process that serves for weeks needs: old uploads are deleted, and freed memory is given back to the system.

Gradio can delete files too, but its task ends for good if a file is added while it looks, and it leaves the folders.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from vae_demo.hosting.environment import glibc, upload_folder
from vae_demo.hosting.gradio_internals import files_of_page, finished_events, forget_session, queue_of, rest_longer
from vae_demo.images.opened_files import OPENED

log = logging.getLogger(__name__)

LOOK_SECONDS = 15
"""How often freed memory is given back to the system, and unread answers are looked for."""
QUEUE_REST = 0.005
"""Seconds between two looks into an empty queue: an event waits half as long on average."""
UNREAD_SECONDS = 300
"""How long an answer is kept for a caller who does not fetch it."""


def start(page: gr.Blocks, delete_after: float) -> None:
    """Delete old uploads and give freed memory back, in the background, for as long as the process runs."""
    threading.Thread(target=_keep, args=(page, delete_after), name="housekeeping", daemon=True).start()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """While `app` runs, drop the answers that nobody fetches, and wait without haste for events."""
    rest_longer(queue_of(app), QUEUE_REST)

    async def keep_dropping() -> None:
        unread = UnreadAnswers(queue_of(app))
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                unread.drop(time.monotonic())
            except Exception:  # the next look may go better
                log.exception("Unread answers could not be dropped.")

    task = asyncio.create_task(keep_dropping())
    try:
        yield
    finally:
        task.cancel()


def sweep(folder: Path, older_than: float, kept: set[Path]) -> int:
    """Delete the files below `folder` that nothing touched for `older_than` seconds, except those of `kept`, and then
    folders that were empty for so long; returns how many files."""
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
                continue  # another process has deleted it
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
        pass  # a file has just been put into it


class UnreadAnswers:
    """The answers in Gradio's queue that nobody fetches, and what it keeps of every caller who ever came."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._since: dict[str, tuple[frozenset[str], float]] = {}

    def drop(self, now: float, older_than: float = UNREAD_SECONDS) -> int:
        """Drop the answers that have waited for `older_than` seconds at the time `now`; of how many sessions.

        Only on the event loop, where no caller can come in the middle of it.
        """
        first_seen = {
            session: (events, now if self._since.get(session, (None,))[0] != events else self._since[session][1])
            for session, events in finished_events(self._queue).items()
        }
        old = [session for session, (_, since) in first_seen.items() if now - since >= older_than]
        for session in old:
            forget_session(self._queue, session)
            del first_seen[session]
        self._since = first_seen
        return len(old)


def _keep(page: gr.Blocks, delete_after: float) -> None:
    libc = glibc()
    swept = time.monotonic()
    while True:
        time.sleep(min(LOOK_SECONDS, delete_after))
        try:
            OPENED.forget(delete_after)
            if time.monotonic() - swept >= delete_after:
                swept = time.monotonic()
                sweep(upload_folder(), delete_after, files_of_page(page))
            if libc:
                libc.malloc_trim(0)
        except Exception:  # the next look may go better
            log.exception("Housekeeping failed.")
