"""The datasets: what each is, whose, and where a user gets it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torchvision
from torch import Tensor

from vae_demo.datasets import sprites
from vae_demo.datasets.files import Pictures, Split, cropped, in_memory, part_of, read_pictures


@dataclass(frozen=True)
class Label:
    """What pictures can be coloured by: a column of their labels, its name, and those of the values that it counts."""

    column: int
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """What a dataset is: `shape` is (channels, height, width) of one picture, pixels in [0, 1].

    `classes` says how many values each of its labels takes; empty where there are none. `compared_at` is the (height,
    width) at which variants of different sizes are compared, that of the smallest; None where all have one size.
    `load_whole` reads larger pictures, for models of any size, where the dataset has some. `coloured_by` is the label
    that its pictures are told apart by. `digest` tells the pictures of one folder from those of another; empty for
    datasets that do not change.
    """

    name: str
    shape: tuple[int, int, int]
    classes: tuple[int, ...]
    licence: str
    source: str
    splits: str
    load: Callable[[Path, Split], Pictures]
    compared_at: tuple[int, int] | None = None
    load_whole: Callable[[Path, Split], Pictures] | None = None
    digest: str = ""
    coloured_by: Label | None = None

    def pictures(self, data_dir: Path, split: Split, whole: bool = False) -> Pictures:
        """A split, of whole pictures if wanted and there are any. Raises FileNotFoundError where they are missing."""
        return (self.load_whole if whole and self.load_whole else self.load)(data_dir, split)


def _load_digits(data_dir: Path, split: Split) -> Pictures:
    try:
        data = torchvision.datasets.MNIST(str(data_dir), train=split != "test", download=True)
    except RuntimeError as error:
        raise FileNotFoundError(f"MNIST is not in {data_dir / 'MNIST' / 'raw'} and could not be fetched.") from error
    pictures, labels = data.data.unsqueeze(1), data.targets.unsqueeze(1)
    part = torch.arange(len(pictures)) if split == "test" else part_of(len(pictures), split)
    return in_memory(pictures[part], labels[part])


def _load_cartoons(data_dir: Path, split: Split) -> Pictures:
    """Labelled by eye colour and face shape where labels.csv says so."""
    pictures, rows = read_pictures(data_dir / "cartoonset64", split, lambda row: row["file"])
    if "eye_color" not in rows[0]:
        return in_memory(pictures)
    labels = [[int(row["eye_color"]), int(row["face_shape"])] for row in rows]
    return in_memory(pictures, torch.tensor(labels))


def _load_faces(data_dir: Path, split: Split) -> Pictures:
    """One figure of many faces is one source."""
    return cropped(read_pictures(data_dir / "faces72", split, lambda row: row["source_file"].split("#")[0])[0])


def _photograph(row: dict[str, str]) -> str:
    """What a crop was taken from: the photograph, and in shops, where each is taken many times, the kind of goods."""
    name = row.get("source_file") or row["source_id"]
    folder, _, file = name.rpartition("/")
    key = {"grocery": folder, "openimages": file.partition(".")[0]}.get(row["source"], name)
    return f"{row['source']}/{key}"


def _load_photos(data_dir: Path, split: Split) -> Pictures:
    """Photographs of many things, most of them whole but for their longer side's ends."""
    return cropped(read_pictures(data_dir / "photos72", split, _photograph)[0])


def _load_whole_photos(data_dir: Path, split: Split) -> Pictures:
    """Train: with a generator, a random 64x64 crop, mirrored at random. Else the whole 256x256 picture."""
    pictures, _ = read_pictures(data_dir / "photos256", split, _photograph)
    crops = cropped(pictures)

    def batch(indices: Tensor, generator: torch.Generator | None) -> Tensor:
        return pictures[indices].float().div_(255) if generator is None else crops.batch(indices, generator)

    return Pictures(len(pictures), batch)


def _load_sprites(data_dir: Path, split: Split) -> Pictures:
    """All combinations of factors, split by `sprites.test_and_train`. Nothing is read."""
    test, train = sprites.test_and_train()
    chosen = test if split == "test" else train[part_of(len(train), split)]

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
            coloured_by=Label(0, "digit", tuple("0123456789")),
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
            coloured_by=Label(1, "face shape", tuple("12345")),
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
            coloured_by=Label(0, "shape", ("square", "ellipse", "heart")),
        ),
        Dataset(
            "photos",
            (3, 64, 64),
            (),
            "CC BY 2.0, CC BY 4.0, CC0, MIT, and the Unsplash, Pexels and Pixabay licences: Open Images, TF Flowers, "
            "Caltech 101, Grocery Store Dataset, Clothing dataset, wallpapers of free desktops, TrashNet; the pictures "
            "of Open Images and Caltech 101 were collected from the web, and nobody warrants each one's licence",
            "any 72x72 RGB photographs in photos72/train and photos72/test, and, for models of pictures of any size, "
            "256x256 crops of photographs in photos256/train and photos256/test",
            "20,507 train and 1,748 test at 72x72, cropped to 64x64; 2,601 train and 223 test at 256x256; by source "
            "photograph",
            _load_photos,
            compared_at=(32, 32),
            load_whole=_load_whole_photos,
        ),
        Dataset(
            "faces",
            (3, 64, 64),
            (),
            "MIT (SFHQ-T2I, SFHQ and visual_taste_approximator, David Beniaguev) and CC0 (faker-js portraits): faces "
            "made by generators, nobody real; the generators have terms of their own (StyleGAN2's training faces are "
            "licensed non-commercially; Flux.1 dev, DALL-E 3 and Stable Diffusion have use policies)",
            "any 72x72 RGB faces, aligned by eyes and mouth, in faces72/train and faces72/test",
            "2,074 train and 205 test, cropped from 72x72 to 64x64",
            _load_faces,
            compared_at=(32, 32),
        ),
    )
}
