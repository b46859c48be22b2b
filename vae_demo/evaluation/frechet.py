"""How near a model's samples come to real pictures: the Fréchet distance between their features."""

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor
from tqdm import tqdm

from vae_demo.datasets.registry import DATASETS
from vae_demo.evaluation.features import FOLDER, FeatureEncoder, load_features
from vae_demo.images import resize
from vae_demo.inference.sampling import MAX_COUNT, sample
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import WeightsSource

MOST_PICTURES = 10_000
"""The most pictures a side: the distance falls with their number, so that both sides and the floor take the same."""


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Squared Fréchet distance between Gaussians fitted to features a (N, D) and b (M, D), each of 2 rows or more.

    |mean_a - mean_b|^2 + Tr(C_a + C_b - 2 (C_a C_b)^(1/2)) (Dowson & Landau, 1982; Heusel et al., arXiv:1706.08500).
    """
    a, b = a.double(), b.double()
    root = _root(a.T.cov())
    cross = torch.linalg.eigvalsh(root @ b.T.cov() @ root).clamp(min=0).sqrt().sum()
    spread = a.var(dim=0).sum() + b.var(dim=0).sum() - 2 * cross
    return float((a.mean(dim=0) - b.mean(dim=0)).pow(2).sum() + spread)


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


@torch.inference_mode()
def sample_quality(checkpoint: Checkpoint, data_dir: Path) -> dict[str, float] | None:
    """Distance to the test split of the samples under each prior, and as "real" that of as many train pictures.

    The samples are those of `inference.sample`, seeds 0, 1, 2, ..., as the page shows them, resized to the dataset's
    size. None for a checkpoint that cannot be sampled or a dataset without a feature encoder. Raises FileNotFoundError
    where the pictures are missing.
    """
    checkpoints = Checkpoints(WeightsSource(checkpoint.folder.parent))
    if checkpoint.latent_kind is None or not (FOLDER / f"{checkpoint.dataset}.safetensors").is_file():
        return None
    encoder = load_features(checkpoint.dataset)
    test, train = (DATASETS[checkpoint.dataset].pictures(data_dir, split) for split in ("test", "train"))
    count = min(len(test), MOST_PICTURES)
    parts = torch.arange(count).split(250)
    reference = _features(encoder, (test.batch(part, None) for part in parts))
    distances = {"real": frechet_distance(_features(encoder, (train.batch(part, None) for part in parts)), reference)}
    for prior in checkpoints.priors(checkpoint):
        samples = _samples(checkpoint, prior, count, checkpoints)
        distances[prior] = frechet_distance(_features(encoder, samples), reference)
    return distances


def _samples(checkpoint: Checkpoint, prior: str, count: int, checkpoints: Checkpoints) -> Iterable[Tensor]:
    size = DATASETS[checkpoint.dataset].shape[1:]
    for seed in tqdm(range(-(-count // MAX_COUNT)), desc=f"{checkpoint.name}, {prior}", mininterval=2):
        number = min(MAX_COUNT, count - seed * MAX_COUNT)
        drawn = sample(checkpoint.name, prior, number, seed, checkpoints=checkpoints).pictures
        yield resize(torch.stack([pil_to_tensor(picture) for picture in drawn]).float() / 255, *size)


def _features(encoder: FeatureEncoder, pictures: Iterable[Tensor]) -> Tensor:
    return torch.cat([encoder.features(x) for x in pictures])
