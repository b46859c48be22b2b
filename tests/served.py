"""A page in a process of its own, and what it takes of the machine: memory, and files in temporary folders."""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
MB = 1_000_000


@dataclass(frozen=True)
class Server:
    """Where a page is served, by which process, and the folder of its temporary files and its log."""

    address: str
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def uploads(self) -> Path:
        """The folder that uploads and answers of app.py go to."""
        return self.folder / "gradio" / f"vae-demo-{os.getuid()}"


def free_port() -> int:
    """One that no page of another test looks for: two that start at once would both take the first free one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def serve(
    *options: str, script: Path = ROOT / "app.py", python: str | Path = sys.executable, **environ: str
) -> Iterator[Server]:
    """Serve `python app.py` with these options, on the bundled weights and a free port, until the block ends.

    `script` may be another page that takes --host, `python` another environment's; `environ` are further variables.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VAE_DEMO_")}
    with TemporaryDirectory() as folder:
        # What libraries put into the system's temporary folder is counted too.
        places = {"GRADIO_TEMP_DIR": f"{folder}/gradio", "TMPDIR": f"{folder}/system"}
        port = {"GRADIO_SERVER_PORT": str(free_port())}
        elsewhere = Path(f"{folder}/elsewhere")  # a page must not need the repository for its working folder
        for place in (*map(Path, places.values()), elsewhere):
            place.mkdir()
        log = Path(f"{folder}/log")
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [
                    str(python),
                    str(script),
                    *([] if "GRADIO_SERVER_NAME" in environ else ["--host", "127.0.0.1"]),
                    *options,
                ],
                cwd=elsewhere,
                env=environment | places | port | {"PYTHONUNBUFFERED": "1"} | environ,
                stdout=output,
                stderr=output,
            )
        try:
            yield Server(_address(process, log), process, Path(folder))
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            finally:
                process.kill()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"Running on local URL: +(\S+)", log.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"The page did not start:\n{log.read_text(encoding='utf-8')}")


def listener(address: str) -> int | None:
    """The process of this machine that listens on the address's port; None where it is another machine's."""
    port = f":{urlsplit(address).port or 80:04X}"
    rows = [row.split() for table in ("tcp", "tcp6") for row in _read(Path("/proc/net", table)).splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == "0A"}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(file) in sockets for file in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:  # it has ended, or is another user's
            continue
    return None


def memory(pid: int | None) -> int:
    """The resident bytes of a process and all that it started; 0 where there is none to look at."""
    if pid is None:
        return 0
    pages = _read(Path(f"/proc/{pid}/statm")).split()
    children = " ".join(_read(task / "children") for task in Path(f"/proc/{pid}/task").glob("*")).split()
    return (int(pages[1]) * os.sysconf("SC_PAGE_SIZE") if pages else 0) + sum(memory(int(child)) for child in children)


def seconds_computed(pid: int) -> float:
    """The seconds of processor time that a process has had."""
    times = _read(Path(f"/proc/{pid}/stat")).rsplit(")", 1)[1].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


@dataclass(frozen=True)
class Usage:
    """What a server takes: resident bytes, files, the bytes in them, and the folders that hold them."""

    memory: int
    files: int
    bytes: int
    folders: int

    def __str__(self) -> str:
        files = f"{self.files:,} temporary files of {self.bytes / MB:.1f} MB in {self.folders:,} folders"
        return f"{self.memory / MB:.1f} MB of memory, {files}"


def usage(server: Server, samples: int = 9, pause: float = 1.0) -> Usage:
    """What a server takes when it has nothing to do: the memory is the median of some samples."""
    taken = []
    for _ in range(samples):
        time.sleep(pause)
        taken.append(memory(server.process.pid))
    sizes, folders = [], 0
    for folder, _, names in os.walk(server.folder):
        folders += 1
        for name in names:
            try:
                sizes.append(os.path.getsize(os.path.join(folder, name)))
            except FileNotFoundError:  # deleted just now
                continue
    return Usage(int(statistics.median(taken)), len(sizes), sum(sizes), folders)
