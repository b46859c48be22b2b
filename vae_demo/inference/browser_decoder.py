"""A checkpoint's decoder alone, as a file from which a browser computes the pictures that the server would."""

import json

import safetensors.torch
import torch
from safetensors import safe_open

from vae_demo.models.layers import compute_layers, describe_layers, example_values
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints

STORED = (torch.float16, torch.float32)
"""The types of numbers that the browser's half reads."""


def decoder_file(checkpoint: Checkpoint, checkpoints: Checkpoints) -> bytes | None:
    """The decoder's tensors as the checkpoint stores them, in safetensors; None where the decoder is no plain sequence.

    The file's metadata describes under `layers`, as JSON, what they are for: the layers from a latent's numbers or
    codes to pixels in [0, 1], as `models.layers` names them, and at the end "clamp". The same weights give the same
    bytes.
    """
    variant, model = checkpoint.variant, checkpoints.model(checkpoint)
    try:
        layers = list(variant.decoder_layers(model))
        described = describe_layers(layers, model)
        values = example_values(layers)
        with torch.inference_mode():
            decoded = variant.decode(model, values)
        if not torch.allclose(compute_layers(layers, values), decoded, atol=1e-4):
            return None
    except Exception:  # a host's own variant may be another in any way, and the server decodes too
        return None
    if variant.flat:
        described.append({"kind": "unflatten", "shape": list(checkpoint.image_shape)})
    described.append({"kind": "clamp"})
    names = sorted({layer[key] for layer in described for key in ("weight", "bias") if key in layer})
    with safe_open(checkpoint.weights, framework="pt") as stored:
        tensors = {name: stored.get_tensor(name) for name in names}
    tensors = {name: kept if kept.dtype in STORED else kept.float() for name, kept in tensors.items()}
    return safetensors.torch.save(tensors, {"layers": json.dumps(described, separators=(",", ":"))})
