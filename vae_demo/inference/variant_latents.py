"""One picture to the latents of all variants of a dataset: what their decoders take."""

from dataclasses import dataclass

import torch
from PIL import Image

from vae_demo.images import PictureLike, to_picture
from vae_demo.inference import checks
from vae_demo.inference.forward import encode, fitted, model_input, open_input
from vae_demo.inference.one_or_many import one_or_many
from vae_demo.inference.reconstruction import compared_checkpoints
from vae_demo.inference.results import Result
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store


@dataclass(frozen=True)
class VariantLatent(Result):
    """What `walk` takes of a picture: `latent` is the posterior mean, a list, or the code map, rows of codes.

    `size` are the width and height in pixels of the pictures that the variant decodes, `weights_sha256` is the SHA-256
    of its weights, in hex.
    """

    checkpoint: str
    title: str
    size: list[int]
    latent: list[float] | list[list[int]]
    weights_sha256: str | None


@dataclass(frozen=True)
class VariantLatents(Result):
    """The picture as the dataset has it, and its latent by each variant."""

    dataset: str
    model_input: Image.Image
    variants: list[VariantLatent]


@one_or_many
def encode_by_variants(picture: PictureLike, dataset: str, checkpoints: Checkpoints | None = None) -> VariantLatents:
    """The latents of a picture by the variants that `reconstruct` compares.

    All pictures of a dataset are brought to one shape, so that there is a way between the latents of any two.
    Raises InputError for a picture or name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, checkpoints.datasets())
    members = compared_checkpoints(checkpoints.of(dataset))
    x = fitted(open_input(picture), members[0])

    def answer(checkpoint: Checkpoint) -> VariantLatent:
        inputs = model_input(x, checkpoint)
        height, width = checkpoint.variant.pictures(inputs, checkpoint.image_shape).shape[2:]
        latent = encode(inputs, checkpoint, checkpoints).values[0].tolist()
        return VariantLatent(checkpoint.name, checkpoint.title, [width, height], latent, checkpoint.weights_sha256)

    with torch.inference_mode():
        return VariantLatents(dataset, to_picture(x), [answer(checkpoint) for checkpoint in members])
