"""A folder of anybody's pictures as a dataset: what is in it, which of them can be used, and how they are split."""

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image, ImageOps
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor
from tqdm import tqdm

from vae_demo.datasets.files import Pictures, Split, cropped
from vae_demo.datasets.registry import Dataset, Label
from vae_demo.errors import InputError
from vae_demo.images import open_picture

MARGIN = 8
"""Pictures are kept an eighth larger than the models see them, for random crops."""
TEST_SHARE, VALIDATION_SHARE = 0.1, 0.05
SPLITS: tuple[Split, ...] = ("test", "validation", "train")
NAMED = 5
"""As many of the files that are left out are named."""
SYSTEM_FILES = {"__macosx", "thumbs.db", "desktop.ini"}
"""What systems put beside pictures, as they do names that begin with a dot."""
THREADS = min(4, os.cpu_count() or 1)
"""How many pictures are opened at a time: one of 50 million pixels takes 400 MB meanwhile."""


@dataclass(frozen=True)
class _Opened:
    """A file's picture (3, side, side) of uint8, its shorter side before, and its content's hash as one of [0, 1)."""

    path: Path
    pixels: Tensor
    shorter_side: int
    hash_share: float


def folder_of_pictures(path: str | Path, size: int = 64) -> Dataset:
    """The pictures of a folder, and of the folders in it, as a dataset of RGB pictures of `size` x `size` pixels.

    Each is opened as the page opens an upload (HEIC, orientation, colour profile, transparency, the same limits), and
    its largest centred square is kept, enlarged where it is smaller. Training sees random crops of it, mirrored at
    random; the other splits see its middle. Where every picture lies in one of two or more folders, the folder that it
    lies in, by the first level and the order of their names, is its label.

    A tenth of the pictures is for testing and a twentieth for validation, by the SHA-256 of the file's content: so that
    copies of a picture, under whatever names, fall on one side, a picture stays on its side when others come or go,
    and neither renaming nor moving anything changes the splits. A split that would be empty takes one.

    What cannot be opened is left out and named on stderr, hidden files without a word. Raises InputError where there is
    no such folder, or fewer than three different pictures in it.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder} of pictures.")
    paths = list(_files(folder))
    opened: list[_Opened] = []
    left_out: list[str] = []
    with ThreadPoolExecutor(THREADS) as pool:
        results = pool.map(lambda file: _open(file, folder, size), paths)
        for result in tqdm(results, total=len(paths), desc=f"opening {folder.name}", unit="file", mininterval=2):
            (left_out if isinstance(result, str) else opened).append(result)
    small = [str(file.path.relative_to(folder)) for file in opened if file.shorter_side < size]
    _tell("Left out", left_out)
    _tell(f"Enlarged, because they are smaller than {size} pixels", small)
    splits = _split([file.hash_share for file in opened])
    if not all(splits.values()):
        raise InputError(
            f"{folder} has too few pictures that can be opened, {len(opened)}: put at least three different ones in it."
        )
    pixels = torch.stack([file.pixels for file in opened])
    labels, classes = _labels([file.path.relative_to(folder) for file in opened])

    def load(_: Path, split: Split) -> Pictures:
        chosen = torch.tensor(splits[split])
        return cropped(pixels[chosen], size, None if labels is None else labels[chosen])

    return Dataset(
        name=re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "pictures",
        shape=(3, size, size),
        classes=(len(classes),) if classes else (),
        licence="not stated",
        source=f"{len(opened):,} pictures of a folder",
        splits=", ".join(f"{len(splits[split]):,} {split}" for split in reversed(SPLITS)) + ", by their files' SHA-256",
        load=load,
        digest=hashlib.sha256(repr(sorted(file.hash_share for file in opened)).encode()).hexdigest()[:16],
        coloured_by=Label(0, "folder", tuple(classes)) if classes else None,
    )


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, by name and alike on every machine, but for hidden ones."""
    unreadable = lambda error: _tell("Left out", [f"{error.filename} cannot be read ({error.strerror})"])  # noqa: E731
    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if _is_user_file(name))
        yield from (Path(place, name) for name in sorted(names) if _is_user_file(name))


def _is_user_file(name: str) -> bool:
    return not name.startswith(".") and name.lower() not in SYSTEM_FILES


def _open(path: Path, folder: Path, size: int) -> _Opened | str:
    """A file's picture, or in a few words why there is none."""
    try:
        picture = open_picture(path)
        digest = hashlib.sha256(path.read_bytes()).digest()
    except InputError as error:
        # What follows the colon tells a visitor what to send instead.
        return str(path.relative_to(folder).parent / str(error).partition(": ")[0])
    except OSError as error:
        return f"{path.relative_to(folder)} cannot be read ({error.strerror})"
    side = size + size // MARGIN
    square = ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    return _Opened(path, pil_to_tensor(square), min(picture.size), int.from_bytes(digest[:6], "big") / 2**48)


def _split(places: list[float]) -> dict[Split, list[int]]:
    """The indices of each split's pictures by their places in [0, 1); equal places fall together."""
    bounds = {"test": TEST_SHARE, "validation": TEST_SHARE + VALIDATION_SHARE, "train": 1.0}
    chosen: dict[Split, list[int]] = {}
    left = sorted(range(len(places)), key=lambda index: places[index])
    for split in SPLITS:
        taken = [index for index in left if places[index] < bounds[split]]
        if left and not taken:  # with few pictures
            taken = [index for index in left if places[index] == places[left[0]]]
        left = [index for index in left if index not in set(taken)]
        chosen[split] = sorted(taken)
    return chosen


def _labels(paths: list[Path]) -> tuple[Tensor | None, list[str]]:
    """The labels (N, 1) of pictures by their folders, and these; None and none where they do not lie in folders."""
    classes = sorted({path.parts[0] for path in paths if len(path.parts) > 1})
    if len(classes) < 2 or any(len(path.parts) == 1 for path in paths):
        return None, []
    return torch.tensor([[classes.index(path.parts[0])] for path in paths]), classes


def _tell(what: str, files: list[str]) -> None:
    if files:
        more = f"; and {len(files) - NAMED:,} more" if len(files) > NAMED else ""
        print(f"{what}: {'; '.join(files[:NAMED])}{more}.", file=sys.stderr)
