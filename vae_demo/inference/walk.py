"""Walk from one latent to another: the pictures on the way between the two."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from vae_demo.images import to_picture
from vae_demo.inference import checks, forward
from vae_demo.inference.results import Result
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

MAX_STEPS = 32
MAX_SIDE = 64
"""The most codes either way of a code map at either end: every step decodes a whole map."""


@dataclass(frozen=True)
class Walk(Result):
    """The pictures of a walk, both ends included. `way` says how: "spherical" over latents, "linear" over the code
    vectors that a VQ-VAE's decoder is given."""

    checkpoint: str
    way: str
    pictures: list[Image.Image]


def walk(
    checkpoint: str,
    start: checks.Numbers,
    end: checks.Numbers,
    steps: int = 9,
    checkpoints: Checkpoints | None = None,
) -> Walk:
    """The `steps` (2 to 32) pictures from `start` to `end`, each a latent (D,) or a code map (H, W), as `sample` gives
    them, or as an array or a tensor.

    Gaussian latents go along the great circle between them, which keeps to the norms that N(0, I) gives, where a
    straight line would pass nearer to 0 than any sample lies (White, arXiv:1609.04468). Codes have nothing between
    them: their vectors go in a straight line, in maps of up to 64 x 64 codes. Raises InputError for what the checkpoint
    cannot decode.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "latents", "codes")
    steps = checks.integer("The number of steps", steps, 2, MAX_STEPS)
    pictures = _pictures(chosen, start, end, torch.linspace(0, 1, steps), checkpoints)
    return Walk(chosen.name, chosen.variant.path, pictures)


def decode_between(
    checkpoint: str,
    start: checks.Numbers,
    end: checks.Numbers,
    share: float,
    checkpoints: Checkpoints | None = None,
) -> Image.Image:
    """The picture at a `share` (0 to 1) of the way that `walk` goes. Raises InputError as `walk`."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "latents", "codes")
    shares = torch.tensor([checks.number("The share of the way", share, 0, 1)])
    return _pictures(chosen, start, end, shares, checkpoints)[0]


def _pictures(
    checkpoint: Checkpoint, start: checks.Numbers, end: checks.Numbers, shares: Tensor, checkpoints: Checkpoints
) -> list[Image.Image]:
    read = _codes if checkpoint.latent_kind == "codes" else _latent
    ends = [read(values, checkpoint) for values in (start, end)]
    checks.same_shape("The two ends", *(list(values.shape) for values in ends))
    with torch.inference_mode():
        # One at a time: all at once they would need as many times the memory.
        return [to_picture(forward.decode_between(*ends, share, checkpoint, checkpoints)) for share in shares.split(1)]


def _codes(values: checks.Numbers, checkpoint: Checkpoint) -> Tensor:
    return torch.tensor(checks.code_map(values, checkpoint.arguments["num_embeddings"], MAX_SIDE))


def _latent(values: checks.Numbers, checkpoint: Checkpoint) -> Tensor:
    return torch.tensor(checks.latent(checkpoint.name, values, checkpoint.arguments["latent_dim"]))
