"""A checkpoint's files to a model: strictly, from safetensors alone."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from vae_demo.errors import CheckpointError
from vae_demo.models.variant import Variant
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.means import load_means

_building = threading.Lock()


def load_model(checkpoint: Checkpoint) -> nn.Module:
    """Load one checkpoint strictly from its safetensors. Raises CheckpointError naming the file and what is wrong."""
    with _naming(checkpoint), torch.inference_mode(mode=False):
        model = _build(checkpoint)
        safetensors.torch.load_model(model, checkpoint.weights, strict=True)
        if broken := [name for name, values in model.state_dict().items() if not values.isfinite().all()]:
            raise ValueError(f"{broken[0]} has values that are not finite.")
    # Convolutions on a CPU take a tenth to a quarter less time with channels last.
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def check_model(checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint whose weights would not load: a missing or unexpected tensor, or one of another shape.

    Compares names and shapes alone, without reading the weights. Raises CheckpointError as `load_model` does.
    """
    with _naming(checkpoint), safe_open(checkpoint.weights, framework="pt") as stored:
        expected = {name: list(tensor.shape) for name, tensor in _build(checkpoint).state_dict().items()}
        found = {name: stored.get_slice(name).get_shape() for name in stored.keys()}  # noqa: SIM118 (not a dict)
        for name in sorted(expected.keys() | found.keys()):
            if expected.get(name) != found.get(name):
                raise ValueError(f"{name} should be {_shape(expected.get(name))}, and is {_shape(found.get(name))}.")
    if checkpoint.mixture.is_file():
        load_mixture(checkpoint)
    if checkpoint.means.is_file():
        load_means(checkpoint)


def _shape(sizes: list[int] | None) -> str:
    return "absent" if sizes is None else "x".join(map(str, sizes)) or "a number"


def _build(checkpoint: Checkpoint) -> nn.Module:
    """The untrained model that a config describes."""
    # As from_pretrained does, but that prints a line for each and names no file when it fails. A model first needed
    # inside inference mode must still be usable outside it, and its initial weights, drawn from the global generator
    # and at once replaced, must leave that as it was.
    with _building, torch.inference_mode(mode=False), torch.random.fork_rng(devices=[]):
        return checkpoint.architecture.model(**checkpoint.arguments)


@contextmanager
def _naming(checkpoint: Checkpoint) -> Iterator[None]:
    """Turns whatever goes wrong while a model is built and filled into a CheckpointError that names the file."""
    where = f"{checkpoint.name}/model.safetensors"
    if not checkpoint.weights.is_file():
        raise CheckpointError(f"{where} is missing.")
    flat = isinstance(checkpoint.architecture, Variant) and checkpoint.architecture.flat
    if flat and checkpoint.config.get("input_dim") != math.prod(checkpoint.image_shape):
        raise CheckpointError(f"{checkpoint.name}/config.json: input_dim must be the product of image_shape.")
    try:
        yield
    except (RuntimeError, SafetensorError, OSError, TypeError, ValueError) as error:
        reason = str(error).strip().split("\n")
        raise CheckpointError(f"{where} does not fit its config.json: {' '.join(reason)[:300]}") from error


def load_mixture(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The Gaussian mixture fitted to an encoder: weights (K,), means (K, D), lower Cholesky factors (K, D, D).

    Its file has the lower triangles alone, (K, D (D + 1) / 2), or as before whole factors, of any precision. Raises
    CheckpointError where it cannot be read, or holds anything else.
    """
    where = f"{checkpoint.name}/{checkpoint.mixture.name}"
    try:
        mixture = safetensors.torch.load_file(checkpoint.mixture)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{where} cannot be read: {error}") from error
    mixture = {name: tensor.float() for name, tensor in mixture.items()}
    shapes = {name: tuple(tensor.shape) for name, tensor in mixture.items()}
    k, d = (shapes.get("weights") or (0,))[0], checkpoint.arguments.get("latent_dim", 0)
    triangle = d * (d + 1) // 2
    if shapes.get("cholesky") == (k, triangle):
        factors = torch.zeros(k, d, d)
        factors[:, *torch.tril_indices(d, d)] = mixture["cholesky"]
        mixture["cholesky"], shapes["cholesky"] = factors, (k, d, d)
    if k == 0 or shapes != {"weights": (k,), "means": (k, d), "cholesky": (k, d, d)}:
        raise CheckpointError(f"{where} must hold weights (K), means (K, {d}) and cholesky (K, {triangle}) alone.")
    if not all(tensor.isfinite().all() for tensor in mixture.values()):
        raise CheckpointError(f"{where} holds values that are not finite.")
    return mixture
