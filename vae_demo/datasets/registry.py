"""The datasets: what each is, whose, and where a user gets it.

A loaded split gives float32 pictures (B, C, H, W) in [0, 1] for any indices. Small sets stay in memory as uint8, which
is quicker than any loader.
"""

import csv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Literal

import torch
import torchvision
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor

from vae_demo.datasets import sprites

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Pictures:
    """One split: `len()` pictures, and `batch` to fetch some.

    `batch(indices, generator)` takes indices (B,) of int64; the generator draws augmentations, and without it the
    pictures come plain. `labels(indices)` gives what is known of them, (B, labels) of int64 from 0; None where nothing
    is.
    """

    count: int
    batch: Callable[[Tensor, torch.Generator | None], Tensor]
    labels: Callable[[Tensor], Tensor] | None = None

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True)
class Dataset:
    """What a dataset is: `shape` is (channels, height, width) of one picture, pixels in [0, 1].

    `classes` says how many values each of its labels takes; empty where there are none. `compared_at` is the (height,
    width) at which variants of different sizes are compared, that of the smallest; None where all have one size.
    """

    name: str
    shape: tuple[int, int, int]
    classes: tuple[int, ...]
    licence: str
    source: str
    splits: str
    load: Callable[[Path, Split], Pictures]
    compared_at: tuple[int, int] | None = None


def _in_memory(pictures: Tensor, labels: Tensor | None = None) -> Pictures:
    return Pictures(
        len(pictures),
        lambda indices, generator: pictures.index_select(0, indices).float().div_(255),
        None if labels is None else lambda indices: labels[indices],
    )


def _load_digits(data_dir: Path, split: Split) -> Pictures:
    try:
        data = torchvision.datasets.MNIST(str(data_dir), train=split == "train", download=True)
    except RuntimeError as error:
        raise FileNotFoundError(f"MNIST is not in {data_dir / 'MNIST' / 'raw'} and could not be fetched.") from error
    return _in_memory(data.data.unsqueeze(1), data.targets.unsqueeze(1))


def _read_files(folder: Path, split: Split) -> dict[str, Callable[[], bytes]]:
    """What reads each file of FOLDER/SPLIT/, or of SPLIT/ in the zip files of FOLDER, and labels.csv, by its name."""
    found: dict[str, Callable[[], bytes]] = {}
    for archive in sorted(folder.glob("*.zip")):
        opened = zipfile.ZipFile(archive)
        for name in opened.namelist():
            found[name] = lambda opened=opened, name=name: opened.read(name)
    for path in (*(folder / split).glob("*"), *folder.glob("labels.csv")):
        found[path.relative_to(folder).as_posix()] = path.read_bytes
    return {name: found[name] for name in sorted(found) if name.startswith((f"{split}/", "labels.csv"))}


def _read_pictures(folder: Path, split: Split) -> tuple[Tensor, list[str]]:
    """All pictures of a split as uint8 (N, 3, H, W), in the order of their names, and those."""
    files = {name: read for name, read in _read_files(folder, split).items() if name.startswith(f"{split}/")}
    names = [name for name in files if not name.endswith("/")]
    if not names:
        raise FileNotFoundError(f"No pictures in {folder / split} nor under {split}/ in a zip file of {folder}.")
    pictures = [pil_to_tensor(Image.open(BytesIO(files[name]())).convert("RGB")) for name in names]
    return torch.stack(pictures), names


def _load_cartoons(data_dir: Path, split: Split) -> Pictures:
    """Labelled by eye colour and face shape where labels.csv says so."""
    folder = data_dir / "cartoonset64"
    pictures, names = _read_pictures(folder, split)
    read = _read_files(folder, split).get("labels.csv")
    if read is None:
        return _in_memory(pictures)
    rows = {row["file"]: row for row in csv.DictReader(StringIO(read().decode()))}
    labels = [[int(rows[name]["eye_color"]), int(rows[name]["face_shape"])] for name in names]
    return _in_memory(pictures, torch.tensor(labels))


def _load_photos(data_dir: Path, split: Split) -> Pictures:
    """Train: with a generator, a random 64x64 crop, mirrored at random. Test: the whole 256x256 picture."""
    pictures, _ = _read_pictures(data_dir / "photos256", split)

    def batch(indices: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None:
            return pictures[indices].float().div_(255)
        size = 64
        crops = []
        for index in indices.tolist():
            y, x = torch.randint(0, pictures.shape[2] - size + 1, (2,), generator=generator).tolist()
            crop = pictures[index, :, y : y + size, x : x + size]
            crops.append(crop.flip(2) if torch.rand((), generator=generator) < 0.5 else crop)
        return torch.stack(crops).float().div_(255)

    return Pictures(len(pictures), batch)


def _load_sprites(data_dir: Path, split: Split) -> Pictures:
    """All combinations of factors, split by `sprites.test_and_train`. Nothing is read."""
    test, train = sprites.test_and_train()
    chosen = test if split == "test" else train

    def factors(indices: Tensor) -> Tensor:
        return sprites.factors_of(chosen[indices])

    return Pictures(len(chosen), lambda indices, generator: sprites.render(factors(indices)), factors)


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "digits",
            (1, 28, 28),
            (10,),
            "MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges; no licence stated by its owners",
            "fetched by torchvision.datasets.MNIST into MNIST/raw of the data folder",
            "the official 60,000 train and 10,000 test",
            _load_digits,
            compared_at=(28, 28),
        ),
        Dataset(
            "cartoons",
            (3, 64, 64),
            (5, 5),
            "CC BY 4.0: Cartoon Set, Google LLC, artwork by Shiraz Fuman; cropped and resized",
            "cartoonset10k from google.github.io/cartoonset, each picture composited on white, cropped to "
            "(42, 44)-(458, 460), resized to 64x64 with Lanczos, into cartoonset64/train and cartoonset64/test",
            "9,000 train and 1,000 test: every tenth picture",
            _load_cartoons,
            compared_at=(32, 32),
        ),
        Dataset(
            "sprites",
            (1, 64, 64),
            tuple(sprites.FACTORS.values()),
            "dSprites-style: rendered by this project after the published factors of dSprites (Apache 2.0)",
            "rendered on demand",
            f"a fixed shuffle of all {sprites.COUNT:,} combinations of factors: a tenth is the test split; "
            "as in dSprites the first and the last orientation are one angle, so 4.5 % of it has a twin in train",
            _load_sprites,
        ),
        Dataset(
            "photos",
            (3, 256, 256),
            (),
            "CC BY 2.0, CC BY 4.0, CC0, MIT, and the Unsplash, Pexels and Pixabay licences: "
            "Open Images, TF Flowers, Caltech 101, Clothing dataset, "
            "elementary and Pop!_OS wallpapers, TrashNet",
            "any 256x256 RGB crops of photographs in photos256/train and photos256/test",
            "2,601 train and 223 test, by source photograph",
            _load_photos,
        ),
    )
}
