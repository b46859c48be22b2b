"""Walk from one sample to another: the pictures on the way between two latents."""

from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from vae_demo.images import to_picture
from vae_demo.inference import checks
from vae_demo.inference.codes import MAX_GRID, codebook_size
from vae_demo.inference.reconstruction import decode
from vae_demo.preprocessing import from_model
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

MAX_STEPS = 32
MAX_LATENT = 100.0
"""The largest number a latent may hold: N(0, I) hardly gives 5."""


@dataclass(frozen=True)
class Walk:
    """The pictures of a walk, both ends included. `way` says how: "spherical" over latents, "linear" over the code
    vectors that a VQ-VAE's decoder is given."""

    checkpoint: str
    way: str
    pictures: list[Image.Image]


def walk(checkpoint: str, start: Any, end: Any, steps: int = 9, checkpoints: Checkpoints | None = None) -> Walk:
    """The `steps` (2 to 32) pictures from `start` to `end`, each a latent (D,) or a code map, as `sample` gives them.

    Gaussian latents go along the great circle between them, which keeps to the norms that N(0, I) gives, where a
    straight line would pass nearer to 0 than any sample lies (White, arXiv:1609.04468). Codes have nothing between
    them: their vectors go in a straight line. Raises InputError for what the checkpoint cannot decode.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vae", "conv-vae", "beta-vae", "vq-vae")
    steps = checks.integer("The number of steps", steps, 2, MAX_STEPS)
    with torch.inference_mode():
        if chosen.variant == "vq-vae":
            decoded = _over_codes(start, end, steps, chosen, checkpoints)
        else:
            ends = [torch.tensor(_latent(values, chosen)) for values in (start, end)]
            decoded = decode(slerp(*ends, torch.linspace(0, 1, steps)), chosen, checkpoints)
        way = "linear" if chosen.variant == "vq-vae" else "spherical"
        return Walk(chosen.name, way, [to_picture(picture) for picture in decoded])


def slerp(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    """Spherical linear interpolation between vectors (D,) at shares (N,) in [0, 1] of the way, (N, D).

    Lengths go linearly, directions along the great circle; where the two are parallel or one is 0, straight.
    """
    share = share.unsqueeze(1)
    lengths = start.norm() * (1 - share) + end.norm() * share
    cosine = torch.dot(start, end) / (start.norm() * end.norm()).clamp(min=1e-12)
    angle = torch.arccos(cosine.clamp(-1, 1))
    if angle.sin() < 1e-4:
        return start + share * (end - start)
    a, b = start / start.norm(), end / end.norm()
    return lengths * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / angle.sin()


def _latent(values: Any, checkpoint: Checkpoint) -> list[float]:
    size = checkpoint.latent_dim
    rows = values if isinstance(values, list) else []
    checks.integer("The length of a latent", len(rows), size, size)
    return [checks.number("A latent's number", value, -MAX_LATENT, MAX_LATENT) for value in rows]


def _over_codes(start: Any, end: Any, steps: int, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    model = checkpoints.model(checkpoint)
    maps = [torch.tensor([checks.code_map(codes, codebook_size(checkpoint), MAX_GRID)]) for codes in (start, end)]
    checks.same_shape("The two code maps", *(list(codes.shape[1:]) for codes in maps))
    first, last = (model.quantizer.lookup(codes) for codes in maps)
    share = torch.linspace(0, 1, steps).view(-1, 1, 1, 1)
    return from_model(model.decoder(first + share * (last - first)), checkpoint.variant, checkpoint.image_shape)
