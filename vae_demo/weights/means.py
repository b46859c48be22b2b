"""Where a checkpoint's encoder puts test pictures, as evaluation noted it."""

import json
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from vae_demo.errors import CheckpointError
from vae_demo.weights.catalogue import Checkpoint


@dataclass(frozen=True)
class TestMeans:
    """Posterior means of N test pictures along A axes, and their labels, as `evaluation.means.write_means` has them.

    `points` (N, A), `axes` (A, latent_dim) and `mean` (latent_dim,) are float16, `labels` (N,) uint8 or None; `about`
    says what the axes and the labels are.
    """

    points: Tensor
    axes: Tensor
    mean: Tensor
    labels: Tensor | None
    about: dict[str, Any]


def load_means(checkpoint: Checkpoint) -> TestMeans:
    """The content of means.safetensors. Raises CheckpointError where it cannot be read, or holds anything else."""
    where = f"{checkpoint.name}/{checkpoint.means.name}"
    try:
        with safe_open(checkpoint.means, framework="pt") as stored:
            about = json.loads((stored.metadata() or {}).get("about", "null"))
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{where} cannot be read: {error}") from error
    size = checkpoint.arguments.get("latent_dim")
    if not _fits(tensors, about, size):
        raise CheckpointError(
            f"{where} must hold finite points (N, A), axes (A, {size}) and mean ({size}) in float16, labels (N) of "
            "uint8 where its pictures have some, and what these are."
        )
    return TestMeans(**{"labels": None} | tensors, about=about)


def _fits(tensors: dict[str, Tensor], about: Any, size: Any) -> bool:
    half = torch.float16
    try:
        numbers = [axis.get("component") or axis["latent"] for axis in about["axes"]]
        if not all(0 <= axis["share"] <= 1 for axis in about["axes"] if "component" in axis):
            return False
        n, a = tensors["points"].shape
        expected = {"points": (half, (n, a)), "axes": (half, (a, size)), "mean": (half, (size,))}
        if "labels" in tensors:
            expected["labels"] = (torch.uint8, (n,))
            named = [about["label"]["name"], *about["label"]["values"]]
            if not all(isinstance(name, str) and name for name in named) or tensors["labels"].max() >= len(named) - 1:
                return False
    except (KeyError, TypeError, AttributeError, ValueError, RuntimeError):
        return False
    found = {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in tensors.items()}
    known = len(numbers) == a >= 2 and all(type(number) is int and number > 0 for number in numbers)
    return known and found == expected and all(tensor.isfinite().all() for tensor in tensors.values())
