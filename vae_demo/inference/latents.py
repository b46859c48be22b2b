"""Decode one latent of a Gaussian variant."""

import torch
from PIL import Image

from vae_demo.images import to_picture
from vae_demo.inference import checks
from vae_demo.inference.forward import decode
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store


def decode_latent(checkpoint: str, latent: checks.Numbers, checkpoints: Checkpoints | None = None) -> Image.Image:
    """The picture of a latent, as many numbers as the checkpoint has dimensions, each from -100 to 100.

    Raises InputError for what the checkpoint cannot decode.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "latents")
    values = torch.tensor([checks.latent(chosen.name, latent, chosen.arguments["latent_dim"])])
    with torch.inference_mode():
        return to_picture(decode(values, chosen, checkpoints))
