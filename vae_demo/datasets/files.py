"""Pictures from folders and zip files, and which of them are held out for validation."""

import csv
import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Literal

import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor

from vae_demo.errors import InputError

Split = Literal["train", "validation", "test"]
"""Choices are made on validation, a twentieth of what a source has for training; test is measured once."""
VALIDATION_SHARE = 20
CROP = 64
"""The side of the squares that are cut from larger pictures."""


@dataclass(frozen=True)
class Pictures:
    """One split: `len()` pictures, and `batch` to fetch some as float32 (B, C, H, W) in [0, 1].

    `batch(indices, generator)` takes indices (B,) of int64; the generator draws augmentations, and without it the
    pictures come plain. `labels(indices)` gives what is known of them, (B, labels) of int64 from 0; None where nothing
    is.
    """

    count: int
    batch: Callable[[Tensor, torch.Generator | None], Tensor]
    labels: Callable[[Tensor], Tensor] | None = None

    def __len__(self) -> int:
        return self.count


def in_memory(pictures: Tensor, labels: Tensor | None = None) -> Pictures:
    """Pictures (N, C, H, W) of uint8, which is quicker than any loader, and their labels (N, labels)."""
    return Pictures(
        len(pictures),
        lambda indices, generator: pictures.index_select(0, indices).float().div_(255),
        None if labels is None else lambda indices: labels[indices],
    )


def cropped(pictures: Tensor, side: int = CROP, labels: Tensor | None = None) -> Pictures:
    """Squares of `side` pixels: with a generator anywhere, mirrored at random; else from the middle."""
    most_y, most_x = pictures.shape[2] - side, pictures.shape[3] - side

    def batch(indices: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None:
            middle = pictures[:, :, most_y // 2 : most_y // 2 + side, most_x // 2 : most_x // 2 + side]
            return middle[indices].float().div_(255)
        top = torch.randint(0, most_y + 1, (len(indices),), generator=generator).tolist()
        left = torch.randint(0, most_x + 1, (len(indices),), generator=generator).tolist()
        mirrored = (torch.rand(len(indices), generator=generator) < 0.5).tolist()
        crops = []
        for index, y, x, mirror in zip(indices.tolist(), top, left, mirrored, strict=True):
            crop = pictures[index, :, y : y + side, x : x + side]
            crops.append(crop.flip(2) if mirror else crop)
        return torch.stack(crops).float().div_(255)

    return Pictures(len(pictures), batch, None if labels is None else lambda indices: labels[indices])


def _read_files(folder: Path, part: str) -> dict[str, Callable[[], bytes]]:
    """What reads each file of FOLDER/PART/, or of PART/ in the zip files of FOLDER, and labels.csv, by its name.

    Not hidden ones, such as .DS_Store. Raises InputError for a damaged zip file.
    """
    found: dict[str, Callable[[], bytes]] = {}
    for archive in sorted(folder.glob("*.zip")):
        try:
            opened = zipfile.ZipFile(archive)
        except zipfile.BadZipFile as error:
            raise InputError(f"{archive} is damaged or incomplete: fetch it again.") from error
        for name in opened.namelist():
            found[name] = lambda opened=opened, name=name: opened.read(name)
    for path in (*(folder / part).glob("*"), *folder.glob("labels.csv")):
        found[path.relative_to(folder).as_posix()] = path.read_bytes
    named = (name for name in sorted(found) if not name.rpartition("/")[2].startswith("."))
    return {name: found[name] for name in named if name.startswith((f"{part}/", "labels.csv"))}


def read_pictures(
    folder: Path, split: Split, source_of: Callable[[dict[str, str]], str]
) -> tuple[Tensor, list[dict[str, str]]]:
    """All pictures of a split as uint8 (N, 3, H, W), in the order of their names, and their rows of labels.csv.

    `source_of` names what a row's picture was taken from: pictures of one source fall on one side of train and
    validation. Without a labels.csv every picture is its own source. Raises FileNotFoundError where there are none, and
    InputError, which names it, for a file that is no picture or has another size than the first.
    """
    files = _read_files(folder, "test" if split == "test" else "train")
    labels = files.pop("labels.csv", None)
    names = [name for name in files if not name.endswith("/")]
    rows = {name: {"file": name} for name in names}
    if labels is not None:
        rows |= {row["file"]: row for row in csv.DictReader(StringIO(labels().decode("utf-8")))}
    if split != "test":
        wanted = split == "validation"
        names = [n for n in names if held_out(source_of(rows[n]) if labels is not None else n) == wanted]
    if not names:
        raise FileNotFoundError(f"No pictures for {split} in {folder}, as folders or in a zip file.")
    pictures = [_read(files[name], f"{folder / name}") for name in names]
    for name, picture in zip(names, pictures, strict=True):
        if picture.shape != pictures[0].shape:
            here, first = (f"{p.shape[2]} × {p.shape[1]} pixels" for p in (picture, pictures[0]))
            raise InputError(f"{folder / name} has {here}, and {names[0]} has {first}: all must be of one size.")
    return torch.stack(pictures), [rows[name] for name in names]


def _read(read: Callable[[], bytes], name: str) -> Tensor:
    try:
        return pil_to_tensor(Image.open(BytesIO(read())).convert("RGB"))
    except Exception as error:  # Pillow answers damaged files with exceptions of any kind
        raise InputError(f"{name} is not a picture, or is damaged: remove it, or fetch it again.") from error


def held_out(source: str) -> bool:
    """Whether pictures of a source are for validation: a fixed twentieth of all sources."""
    return int(hashlib.sha1(f"validation/{source}".encode()).hexdigest()[:8], 16) % VALIDATION_SHARE == 0


@cache
def part_of(count: int, split: Split) -> Tensor:
    """Indices of the train or the validation part of `count` pictures that come without sources."""
    chosen = torch.tensor([held_out(str(index)) for index in range(count)])
    return (chosen if split == "validation" else ~chosen).nonzero().squeeze(1)
