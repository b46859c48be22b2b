"""JPEG, WebP and AVIF as curves over bytes, and our codebooks as points among them, on the test splits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import fmean

import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor
from tqdm import tqdm

from vae_demo import metrics
from vae_demo.datasets.registry import DATASETS
from vae_demo.images import available_codecs, coded_within, to_picture
from vae_demo.inference import compress_codes
from vae_demo.inference.forward import decode, encode, model_input
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import WeightsSource

PICTURES = 200
"""How many test pictures of a dataset are measured, and a quarter of that of large ones."""
LARGE = 128
"""The side in pixels from which pictures are large."""
BUDGETS = 5
"""How many sizes of files, each twice the last; the first is that of an eighth of a bit a pixel or a little more."""


@dataclass(frozen=True)
class CodecMean:
    """A codec's best file within a number of bytes, or its smallest, as means over pictures: bytes, and PSNR in dB.

    `fitting` is the share of the pictures, 0 to 1, that have a file so small.
    """

    bytes: float
    psnr: float
    fitting: float


@dataclass(frozen=True)
class Point:
    """A codebook: the means over the pictures of its files' bytes and of their PSNR in dB, and what each codec makes of
    the same pictures, each in as many bytes."""

    checkpoint: str
    bytes: float
    psnr: float
    codecs: dict[str, CodecMean]


@dataclass(frozen=True)
class Curves:
    """A dataset's `images` test pictures of `width` x `height`: each codec within each of `budgets`, in bytes a
    picture, and the codebooks."""

    dataset: str
    width: int
    height: int
    images: int
    budgets: list[int]
    codecs: dict[str, list[CodecMean]]
    points: list[Point]


@dataclass(frozen=True)
class _Picture:
    """A test picture (1, C, H, W) in [0, 1], and its files by codec and quality."""

    x: Tensor
    shown: Image.Image
    files: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def psnr(self, decoded: Image.Image) -> float:
        pair = [pil_to_tensor(picture)[None].double() / 255 for picture in (decoded, self.shown)]
        return float(metrics.psnr(metrics.mean_squared_error(*pair)))


def measure_curves(
    checkpoints: Path, data_dir: Path, datasets: Iterable[str], most: int = PICTURES
) -> Iterator[Curves]:
    """Measure each of these datasets that has a VQ-VAE, on `most` pictures spread evenly over its test split.

    The checkpoints are those of a folder. Raises FileNotFoundError where the pictures are missing.
    """
    found, wanted = Checkpoints(WeightsSource(checkpoints)), set(datasets) & DATASETS.keys()
    ours = [c for c in found.of(None, "codes") if c.dataset in wanted]
    for (dataset, any_size), members in groupby(ours, lambda c: (c.dataset, c.any_size)):
        yield _measure(dataset, any_size, list(members), found, data_dir, most)


def _measure(
    dataset: str, any_size: bool, members: list[Checkpoint], checkpoints: Checkpoints, data_dir: Path, most: int
) -> Curves:
    split = DATASETS[dataset].pictures(data_dir, "test", whole=any_size)
    height, width = split.batch(torch.tensor([0]), None).shape[2:]
    count = min(len(split), most if min(height, width) < LARGE else max(1, most // 4))
    pictures = []
    for index in torch.linspace(0, len(split) - 1, count).long():
        x = split.batch(index[None], None)
        pictures.append(_Picture(x, to_picture(x)))
    budgets = [_power_from(height * width / 64) * 2**step for step in range(BUDGETS)]
    codecs = {
        codec: [_within(codec, pictures, [budget] * count) for budget in tqdm(budgets, f"{dataset}, {codec}")]
        for codec in available_codecs()
    }
    points = [_point(member, pictures, checkpoints) for member in members]
    return Curves(dataset, width, height, count, budgets, codecs, points)


@torch.inference_mode()
def _point(member: Checkpoint, pictures: list[_Picture], checkpoints: Checkpoints) -> Point:
    sizes, found = [], []
    for picture in tqdm(pictures, member.name):
        codes = encode(model_input(picture.x, member), member, checkpoints).values
        sizes.append(len(compress_codes(codes[0], member.name, checkpoints)))
        found.append(picture.psnr(to_picture(decode(codes, member, checkpoints))))
    same = {codec: _within(codec, pictures, sizes) for codec in available_codecs()}
    return Point(member.name, fmean(sizes), fmean(found), same)


def _within(codec: str, pictures: list[_Picture], budgets: list[int]) -> CodecMean:
    """Each picture in at most its own budget."""
    sizes, found = [], []
    for picture, budget in zip(pictures, budgets, strict=True):
        decoded, size, _ = coded_within(picture.shown, codec, budget, picture.files.setdefault(codec, {}))
        sizes.append(size)
        found.append(picture.psnr(decoded))
    fitting = fmean(size <= budget for size, budget in zip(sizes, budgets, strict=True))
    return CodecMean(fmean(sizes), fmean(found), fitting)


def _power_from(number: float) -> int:
    """The least power of two that is not below `number`."""
    power = 1
    while power < number:
        power *= 2
    return power
