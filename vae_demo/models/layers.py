"""A decoder as a list of plain layers, for other runtimes than torch: what they are, and their weights."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

_WITHOUT_WEIGHTS = {nn.ReLU: "relu", nn.Sigmoid: "sigmoid"}
_STRIDED = {"kernel_size": (4, 4), "stride": (2, 2), "padding": (1, 1)}
_POINTWISE = {"kernel_size": (1, 1), "stride": (1, 1), "padding": (0, 0)}
_PLAIN = {"dilation": (1, 1), "groups": 1, "output_padding": (0, 0)}


def describe_layers(layers: Sequence[nn.Module], model: nn.Module) -> list[dict[str, Any]]:
    """The layers in order, each a `kind` with the names of its `weight` and `bias` in the model's state dict.

    The kinds: "lookup" of codes in a codebook, "linear", "relu", "sigmoid", "unflatten" to a `shape` (C, H, W),
    "transposed-convolution" of 4 x 4, stride 2, padding 1, and "pointwise-convolution". Raises NotImplementedError for
    any other layer.
    """
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return [_describe(layer, names) for layer in layers]


def _describe(layer: nn.Module, names: dict[int, str]) -> dict[str, Any]:
    if type(layer) in _WITHOUT_WEIGHTS:
        return {"kind": _WITHOUT_WEIGHTS[type(layer)]}
    if isinstance(layer, nn.Unflatten) and len(layer.unflattened_size) == 3:
        return {"kind": "unflatten", "shape": list(layer.unflattened_size)}
    kind = _kind_of_weights(layer)
    if kind is None or any(id(parameter) not in names for parameter in layer.parameters()):
        raise NotImplementedError(f"There is no description of {layer}.")
    return {"kind": kind} | {name: names[id(parameter)] for name, parameter in layer.named_parameters()}


def _kind_of_weights(layer: nn.Module) -> str | None:
    match layer:
        case nn.Embedding(max_norm=None):
            return "lookup"
        case nn.Linear(bias=nn.Parameter()):
            return "linear"
        case nn.ConvTranspose2d() if is_plain_transposed(layer):
            return "transposed-convolution"
        case nn.Conv2d() if is_plain_pointwise(layer):
            return "pointwise-convolution"
    return None


def is_plain_transposed(layer: nn.Module) -> bool:
    """Whether it is a transposed convolution of 4 x 4, stride 2, padding 1, with a bias and nothing else."""
    return isinstance(layer, nn.ConvTranspose2d) and layer.bias is not None and _has(layer, _STRIDED | _PLAIN)


def is_plain_pointwise(layer: nn.Module) -> bool:
    """Whether it is a convolution of 1 x 1 with a bias and nothing else."""
    return isinstance(layer, nn.Conv2d) and layer.bias is not None and _has(layer, _POINTWISE | _PLAIN)


def _has(layer: nn.Module, settings: dict[str, Any]) -> bool:
    return all(getattr(layer, name) == value for name, value in settings.items())


@torch.inference_mode()
def compute_layers(layers: Sequence[nn.Module], values: Tensor) -> Tensor:
    """What the layers make of latents (B, D) or, where the first is a codebook, of code maps (B, H, W)."""
    for layer in layers:
        values = layer(values)
        if isinstance(layer, nn.Embedding):
            values = values.permute(0, 3, 1, 2)
    return values


def example_values(layers: Sequence[nn.Module]) -> Tensor:
    """A seeded latent (1, D), or a code map (1, 3, 2), that the first layer takes."""
    generator = torch.Generator().manual_seed(0)
    if isinstance(layers[0], nn.Embedding):
        return torch.randint(layers[0].num_embeddings, (1, 3, 2), generator=generator)
    return torch.randn(1, layers[0].in_features, generator=generator)
