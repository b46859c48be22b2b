"""Between a dataset's pictures and a model's tensors: the same for training, evaluation and the page."""

from torch import Tensor

from vae_demo.images import resize

FLAT_VARIANTS = ("vae", "beta-vae")
"""The fully connected variants, which take flattened pictures."""


def to_model(x: Tensor, variant: str, image_shape: tuple[int, int, int], fit: str) -> Tensor:
    """Dataset pictures (B, C, H, W) in [0, 1] as the model takes them: resized to `image_shape`, flat for the MLPs.

    With the fit "whole" a picture keeps its size.
    """
    if fit != "whole":
        x = resize(x, *image_shape[1:])
    return x.flatten(1) if variant in FLAT_VARIANTS else x


def from_model(y: Tensor, variant: str, image_shape: tuple[int, int, int]) -> Tensor:
    """What a model's decoder gives as pictures (B, C, H, W), clamped to [0, 1] since VQ-VAE's is unbounded."""
    return (y.unflatten(1, image_shape) if variant in FLAT_VARIANTS else y).clamp(0, 1)
