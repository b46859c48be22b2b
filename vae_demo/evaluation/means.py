"""Where a Gaussian variant puts test pictures: their posterior means along a few axes, for the page's plane."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.evaluation.held_out import batches, load_pictures
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.loading import load_model

MOST_PICTURES = 2_000
COMPONENTS = 2
LATENTS = 6
MOST_LABELS = 12
"""More colours than these cannot be told apart."""


def write_means(folder: Path, data_dir: Path, device: torch.device) -> Path:
    """Write means.safetensors: where up to 2,000 pictures of the test split lie along up to A = 8 axes.

    The axes are unit vectors in the latent space, the first two the principal components of these posterior means and
    the others the latents of the largest mean KL, the largest first. The file, whose path is returned, holds `points`
    (N, A), `axes` (A, latent_dim) and `mean` (latent_dim,), the mean of the posterior means, all in float16, and
    `labels` (N,) of uint8 where the dataset's pictures can be coloured by one. A point's coordinates are its products
    with the axes. The metadata's `about` is JSON: `axes` with each one's {"component", "share" of the variance} or
    {"latent"}, counted from 1, and `label` with its `name` and the `values` that the labels count. The same weights on
    the same machine give the same bytes.

    Raises CheckpointError for a variant without two Gaussian latents.
    """
    checkpoint = read_checkpoint(folder)
    if checkpoint.latent_kind != "latents" or checkpoint.arguments["latent_dim"] < 2:
        raise CheckpointError(f"{checkpoint.name} has no plane of Gaussian latents.")
    model = load_model(checkpoint).to(device)
    pictures = load_pictures(checkpoint, data_dir, "test")
    chosen = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))[:MOST_PICTURES]
    with torch.inference_mode():
        posteriors = [checkpoint.variant.encode(model, x) for x in batches(checkpoint, pictures, chosen, device)]
        means = torch.cat([posterior.mean for posterior in posteriors]).cpu().double()
        kl = torch.cat([posterior.kl for posterior in posteriors]).cpu().double().mean(dim=0)
    components, shares = principal_components(means)
    strongest = kl.argsort(descending=True, stable=True)[:LATENTS]
    axes = torch.cat([components, torch.eye(means.shape[1], dtype=torch.double)[strongest]]).half()
    tensors = {"points": (means @ axes.double().T).half(), "axes": axes, "mean": means.mean(dim=0).half()}
    about: dict[str, object] = {
        "axes": [
            *({"component": number, "share": round(share, 4)} for number, share in enumerate(shares.tolist(), 1)),
            *({"latent": latent + 1} for latent in strongest.tolist()),
        ]
    }
    label = DATASETS[checkpoint.dataset].coloured_by
    if label and pictures.labels and len(label.values) <= MOST_LABELS:
        tensors["labels"] = pictures.labels(chosen)[:, label.column].to(torch.uint8)
        about["label"] = {"name": label.name, "values": label.values}
    path = folder / "means.safetensors"
    # One entry: the order of several is another each time.
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, {"about": json.dumps(about)})
    return path


def principal_components(points: Tensor) -> tuple[Tensor, Tensor]:
    """The two directions of the largest variance of points (N, D), (2, D), and their shares of all variance (2,).

    Of each direction the largest entry is positive.
    """
    variances, directions = torch.linalg.eigh((points - points.mean(dim=0)).T.cov(correction=0))
    directions = directions[:, -COMPONENTS:].flip(1).T
    signs = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True)).sign()
    shares = variances[-COMPONENTS:].flip(0).clamp(min=0) / variances.sum().clamp(min=1e-12)
    return directions * signs, shares
