"""From a picture to a model's input, on to its latents, and back: the way that every verb goes."""

from PIL import Image
from torch import Tensor

from vae_demo.errors import InputError, PictureError
from vae_demo.images import PictureLike, fit_picture, read_image
from vae_demo.models.variant import Latent
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.device import full_precision

MAX_SIDE = 1024
"""The longest side in pixels at which a picture is reconstructed whole."""


def open_input(picture: PictureLike) -> Image.Image:
    """A picture however a caller has it (`read_image`), upright and in sRGB. Raises PictureError."""
    try:
        return read_image(picture)
    except InputError as error:
        raise PictureError(str(error)) from error


def fitted(opened: Image.Image, checkpoint: Checkpoint) -> Tensor:
    """An opened picture as one of the checkpoint's dataset, (1, C, H, W) in [0, 1]."""
    return fit_picture(opened, checkpoint.dataset_shape, checkpoint.fit)


def fitted_whole(opened: Image.Image, checkpoint: Checkpoint, max_side: int = MAX_SIDE) -> Tensor:
    """An opened picture whole, for a checkpoint of any size: (1, C, H, W) in [0, 1], no side above `max_side`."""
    return fit_picture(opened, checkpoint.dataset_shape, "whole", max_side=max_side)


def model_input(x: Tensor, checkpoint: Checkpoint) -> Tensor:
    """Dataset pictures (B, C, H, W) in [0, 1] as the checkpoint's model takes them."""
    return checkpoint.variant.prepare(x, checkpoint.image_shape, checkpoint.any_size)


def encode(inputs: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Latent:
    """What a checkpoint's encoder says of what `model_input` gives."""
    with full_precision(checkpoints.device):
        model = checkpoints.model_on_device(checkpoint)
        return checkpoint.variant.encode(model, inputs.to(checkpoints.device)).cpu()


def decode(values: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """The values of latents, (B, latent_dim) or code maps (B, H, W), to pictures (B, C, H, W) in [0, 1]."""
    with full_precision(checkpoints.device):
        decoded = checkpoints.decoder(checkpoint)(values.to(checkpoints.device)).cpu()
    return checkpoint.variant.pictures(decoded, checkpoint.image_shape)


def decode_between(
    start: Tensor, end: Tensor, share: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints
) -> Tensor:
    """The pictures (N, C, H, W) in [0, 1] at the shares (N,) of the way from one latent's values to another's, which
    have no batch dimension."""
    with full_precision(checkpoints.device):
        model = checkpoints.model_on_device(checkpoint)
        way = (values.to(checkpoints.device) for values in (start, end, share))
        decoded = checkpoint.variant.between(model, *way).cpu()
    return checkpoint.variant.pictures(decoded, checkpoint.image_shape)
