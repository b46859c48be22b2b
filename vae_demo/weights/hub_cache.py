"""What is read and written in huggingface_hub's cache beside its functions.

Both uses follow the layout that its guide "Understand caching" documents: `blobs/` holds the content, each file named
by its checksum; `snapshots/COMMIT/` holds links to it; `refs/REVISION` holds the commit of a branch or tag.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")
GIT_ID = re.compile(r"[0-9a-f]{40}")
"""A commit, or what git calls a file's content."""


def checksum(content: Path | bytes, like: str) -> str:
    """The content's checksum of the kind that `like` is: SHA-256 for large files, git's blob id for small ones, else
    `like` itself."""
    data = content if isinstance(content, bytes) else content.read_bytes()
    if SHA256.fullmatch(like):
        return hashlib.sha256(data).hexdigest()
    if GIT_ID.fullmatch(like):
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return like


def altered_files(snapshot: Path) -> list[Path]:
    """The files of a snapshot whose content is not what the Hub said.

    huggingface_hub's own `verify_repo_checksums` asks the Hub for the checksums, and a start must not depend on that.
    Where the system has no links, as on Windows by default, the names in the cache say nothing, and nothing is found.
    """
    return [path for path in snapshot.glob("*/*") if checksum(path, like=path.resolve().name) != path.resolve().name]


def note_revision(snapshot: Path, revision: str) -> None:
    """Let a branch or tag in the cache name this snapshot's commit, now that it is complete and sound.

    `snapshot_download` would ask the Hub again, which may by now name a commit that has not been downloaded.
    """
    note = snapshot.parent.parent / "refs" / revision
    note.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=note.parent, delete=False) as written:
        written.write(snapshot.name)
    os.replace(written.name, note)
