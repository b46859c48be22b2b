"""Pictures of files that were opened a little while ago: every tab of the page asks for a visitor's upload anew."""

import os
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

BYTES_PER_PIXEL = 4
"""As Pillow keeps "RGB"."""
MOST_PICTURES = 1024
"""However small they are: each takes a little more than its pixels."""


@dataclass(frozen=True)
class _Opened:
    picture: Image.Image
    at: float  # seconds of time.monotonic

    @property
    def bytes(self) -> int:
        return self.picture.width * self.picture.height * BYTES_PER_PIXEL


class OpenedFiles:
    """The pictures of the files in `folder` that were asked for last, `most_bytes` of them; of none until then.

    What a file in `folder` has must never change, as that of uploads, whose folders are named by their content.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._most_bytes = 0
        self._opened: OrderedDict[tuple[str, int, int], _Opened] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, folder: Path, most_bytes: int) -> None:
        """Keep the pictures of the files below `folder` from now on."""
        with self._lock:
            self._folder, self._most_bytes = folder.resolve(), most_bytes
            self._opened.clear()

    def find(self, path: Path, status: os.stat_result) -> Image.Image | None:
        """A copy of a file's picture, where it is kept."""
        key = str(path), status.st_ino, status.st_size
        with self._lock:
            found = self._opened.get(key)
            if found is not None:
                self._opened.move_to_end(key)
        return found and found.picture.copy()

    def add(self, path: Path, status: os.stat_result, picture: Image.Image) -> None:
        """Keep a copy of a file's picture, if it is one of those that are kept."""
        if self._folder is None or not path.resolve().is_relative_to(self._folder):
            return
        opened = _Opened(picture.copy(), time.monotonic())
        with self._lock:
            self._opened[str(path), status.st_ino, status.st_size] = opened
            total = sum(each.bytes for each in self._opened.values())
            while total > self._most_bytes or len(self._opened) > MOST_PICTURES:
                _, oldest = self._opened.popitem(last=False)
                total -= oldest.bytes

    def forget(self, older_than: float) -> None:
        """Drop what was opened `older_than` seconds ago or before."""
        latest = time.monotonic() - older_than
        with self._lock:
            for key in [key for key, opened in self._opened.items() if opened.at <= latest]:
                del self._opened[key]


OPENED = OpenedFiles()
"""Those of this process."""
