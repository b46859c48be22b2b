"""Feed mutated picture files to the opening of uploads: `python -m tests.fuzz [--inputs N] [--seconds S] [--seed K]`.

Each file must become a picture or a sentence. Whatever else happens, a crash of the process included, is printed with
the number that makes the same file again.
"""

import argparse
import io
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pillow_heif
from PIL import Image

from tests import icc
from vae_demo.errors import InputError
from vae_demo.images import open_picture

ROOT = Path(__file__).parent.parent
MEMORY = 2 * 2**30
"""The most that opening a file may take: without a bound, one that claims too much would not fail."""
FAULTS_SHOWN = 20


@dataclass(frozen=True)
class Findings:
    """What a run found: how many files became pictures and sentences, what else happened, and what it took."""

    pictures: int
    sentences: int
    faults: list[str]
    slowest_seconds: float
    peak_mb: float


@cache
def seeds() -> dict[str, bytes]:
    """A sound file of each kind: what browsers, cameras and painting programs save, and some that are refused."""
    picture = Image.linear_gradient("L").resize((48, 40)).convert("RGB")
    picture.paste((200, 30, 60), (10, 8, 30, 28))
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [picture.rotate(angle) for angle in (90, 180)]
    grey, transparent, deep = picture.convert("L"), picture.convert("RGBA"), picture.convert("L").convert("I;16")
    made: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "png": (picture, "PNG", {"exif": exif}),
        "png-palette": (picture.convert("P"), "PNG", {"transparency": 3}),
        "png-16": (deep, "PNG", {}),
        "apng": (picture, "PNG", {"save_all": True, "append_images": frames}),
        "jpeg": (picture, "JPEG", {"exif": exif, "quality": 80}),
        "jpeg-progressive": (picture, "JPEG", {"progressive": True}),
        "jpeg-cmyk": (picture.convert("CMYK"), "JPEG", {}),
        "mpo": (picture, "MPO", {"save_all": True, "append_images": frames}),
        "webp": (picture, "WEBP", {"exif": exif}),
        "webp-lossless": (transparent, "WEBP", {"lossless": True}),
        "webp-animated": (picture, "WEBP", {"save_all": True, "append_images": frames}),
        "gif": (picture.convert("P"), "GIF", {"save_all": True, "append_images": frames}),
        "bmp": (picture, "BMP", {}),
        "bmp-palette": (grey, "BMP", {}),
        "tiff-lzw": (picture, "TIFF", {"compression": "tiff_lzw"}),
        "tiff-jpeg": (picture, "TIFF", {"compression": "jpeg"}),
        "tiff-pages": (deep, "TIFF", {"save_all": True, "append_images": [deep]}),
        "tiff-fax": (picture.convert("1"), "TIFF", {"compression": "group4"}),
        "avif": (picture, "AVIF", {"exif": exif}),
        "ico": (transparent, "ICO", {}),
        "ppm": (picture, "PPM", {}),
        "tga": (picture, "TGA", {}),
        "jpeg2000": (picture, "JPEG2000", {}),
    }
    p3, press = icc.rgb(icc.DISPLAY_P3), icc.printer(b"CMYK", icc.table(b"CMYK", icc.press, 3))
    made |= {
        "jpeg-p3": (picture, "JPEG", {"icc_profile": p3}),
        "jpeg-press": (picture.convert("CMYK"), "JPEG", {"icc_profile": press}),
        "webp-p3": (transparent, "WEBP", {"lossless": True, "icc_profile": p3}),
        "tiff-grey-profile": (grey, "TIFF", {"icc_profile": icc.grey(1.8)}),
    }
    heif: dict[str, tuple[Image.Image, dict[str, object]]] = {
        "heic": (picture, {"exif": exif.tobytes(), "icc_profile": p3, "icc_profile_type": "prof"}),
        "heic-alpha": (transparent, {}),
        "heic-grey": (grey, {}),
        "heic-tiles": (picture.resize((160, 128)), {"tile_size": 64}),
    }
    files = {name: _saved(image, fmt, options) for name, (image, fmt, options) in made.items()}
    return files | {name: _heif(image, options) for name, (image, options) in heif.items()}


def _heif(picture: Image.Image, options: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.encode(picture.mode, picture.size, picture.tobytes(), buffer, **options)
    return buffer.getvalue()


def _saved(picture: Image.Image, fmt: str, options: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, fmt, **options)
    return buffer.getvalue()


def mutated(number: int) -> tuple[str, bytes]:
    """The name of a seed and its bytes after one to eight mutations; the same for the same number."""
    chance = random.Random(number)
    name = chance.choice(list(seeds()))
    content = bytearray(seeds()[name])
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(MUTATIONS)(content, chance)
    return name, bytes(content)


def _flip(content: bytearray, chance: random.Random) -> None:
    if content:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _replace(content: bytearray, chance: random.Random) -> None:
    """Overwrite a number, in either byte order, by one at the edge of its range."""
    width = chance.choice((1, 2, 4))
    value = chance.choice((0, 1, 2**15, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), 0x4000, 0x10000)) % 2 ** (8 * width)
    # Most that decides how a file is read stands at its beginning.
    start = chance.randrange(max(1, min(len(content), chance.choice((64, 512, 10**9)))))
    content[start : start + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content) + 1) :]


def _remove(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content) + 1)
    del content[start : start + chance.randrange(1, 40)]


def _repeat(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content) + 1)
    part = bytes(content[start : start + chance.randrange(1, 60)])
    content[start:start] = part * chance.choice((1, 2, 200))


def _splice(content: bytearray, chance: random.Random) -> None:
    other = seeds()[chance.choice(list(seeds()))]
    start = chance.randrange(len(content) + 1)
    content[start:] = other[chance.randrange(len(other)) :]


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _flip, _replace, _replace, _replace, _cut, _remove, _repeat, _splice,
)  # fmt: skip


def run(inputs: int, seconds: float, seed: int = 0) -> Findings:
    """Open `inputs` mutated files, or as many as `seconds` allow, in a process of their own."""
    pictures = sentences = 0
    slowest, peak, faults = 0.0, 0.0, []
    first, end, deadline = seed, seed + inputs, time.monotonic() + seconds
    while first < end and time.monotonic() < deadline:
        command = [
            sys.executable,
            "-m",
            "tests.fuzz",
            "--worker",
            str(first),
            str(end),
            str(deadline - time.monotonic()),
        ]
        worker = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        opened = [json.loads(line) for line in worker.stdout.splitlines() if line.endswith("}")]
        for file in opened:
            pictures += file["result"] == "picture"
            sentences += file["result"] == "sentence"
            slowest, peak = max(slowest, file["seconds"]), max(peak, file["peak_mb"])
            if file["result"] not in ("picture", "sentence"):
                faults.append(f"file {file['number']} ({file['name']}): {file['result']}")
        first = opened[-1]["number"] + 1 if opened else first
        if worker.returncode:
            last = worker.stderr.strip().splitlines()[-1:]
            faults.append(f"file {first} ({mutated(first)[0]}): the process ended with {worker.returncode} {last}")
            first += 1
        else:
            break
    return Findings(pictures, sentences, faults, slowest, peak)


def _work(first: int, end: int, seconds: float) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    warnings.simplefilter("ignore")  # Pillow's, about each oddity
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        for number in range(first, end):
            name, content = mutated(number)
            path.write_bytes(content)
            started = time.monotonic()
            result = _opened(path)
            spent = time.monotonic() - started
            peak = _peak_megabytes()
            about = {"number": number, "name": name, "result": result, "seconds": round(spent, 4), "peak_mb": peak}
            print(json.dumps(about), flush=True)
            if time.monotonic() > deadline:
                return


def _peak_megabytes() -> float:
    """Of this process alone: what `getrusage` has may be the parent's, from before this one was started."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


def _opened(path: Path) -> str:
    try:
        picture = open_picture(path)
    except InputError as error:
        return "sentence" if str(error).endswith(".") else f"no sentence: {error}"
    except BaseException as error:  # what a fuzzer is there to find
        return f"{type(error).__name__}: {error}"
    return "picture" if picture.mode == "RGB" and min(picture.size) >= 1 else f"not RGB: {picture}"


def main() -> int:
    """Fuzz, and say what was found; 1 where anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=20_000, help="how many files (default: 20000)")
    parser.add_argument("--seconds", type=float, default=600, help="at most (default: 600)")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first file")
    options = parser.parse_args()
    found = run(options.inputs, options.seconds, options.seed)
    print(
        f"{found.pictures + found.sentences + len(found.faults):,} files: {found.pictures:,} pictures, "
        f"{found.sentences:,} sentences, {len(found.faults)} faults; slowest {found.slowest_seconds:.2f} s, "
        f"peak {found.peak_mb:.0f} MB"
    )
    print(*found.faults[:FAULTS_SHOWN], sep="\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        _work(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    else:
        sys.exit(main())
