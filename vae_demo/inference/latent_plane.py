"""The plane of latents: test pictures as points along axes of a latent space, for a browser that decodes by itself."""

import hashlib
import json
from dataclasses import dataclass

import safetensors.torch

from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.means import load_means


@dataclass(frozen=True)
class LatentPlane:
    """A file in safetensors, and its SHA-256 in hex.

    It holds what means.safetensors does (see `evaluation.means.write_means`) and, where a mixture of K Gaussians is
    fitted to the encoder, what it is along the A axes, in float32: `mixture_means` (K, A) and `mixture_covariances`
    (K, A, A).
    """

    content: bytes
    sha256: str


def latent_plane(checkpoint: Checkpoint, checkpoints: Checkpoints) -> LatentPlane | None:
    """A checkpoint's plane; None where it brings no posterior means. The same files give the same bytes.

    Raises CheckpointError where they cannot be read.
    """
    if not checkpoint.means.is_file():
        return None
    return checkpoints.once(f"{checkpoint.name}/plane", lambda: _built(checkpoint, checkpoints))


def _built(checkpoint: Checkpoint, checkpoints: Checkpoints) -> LatentPlane:
    means = load_means(checkpoint)
    tensors = {"points": means.points, "axes": means.axes, "mean": means.mean}
    if means.labels is not None:
        tensors["labels"] = means.labels
    mixture = checkpoints.learned_prior(checkpoint)
    if mixture is not None:
        # In double precision, so that all processors round to the same single one.
        axes, centres, factors = means.axes.double(), mixture["means"].double(), mixture["cholesky"].double()
        spread = axes @ factors
        found = {"mixture_means": centres @ axes.T, "mixture_covariances": spread @ spread.mT}
        tensors |= {name: tensor.float().contiguous() for name, tensor in found.items()}
    content = safetensors.torch.save(tensors, {"about": json.dumps(means.about)})
    return LatentPlane(content, hashlib.sha256(content).hexdigest())
