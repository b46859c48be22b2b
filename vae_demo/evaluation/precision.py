"""What it costs to store weights in half precision."""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch

from vae_demo.errors import CheckpointError
from vae_demo.evaluation.held_out import batches, load_pictures, reconstruction
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.loading import load_model

MOST_IMAGES = 1_000


@dataclass(frozen=True)
class Precision:
    """How far reconstructions move, in levels of 1/255, over `images` test pictures."""

    checkpoint: str
    images: int
    mean: float
    largest: float


def half_precision_cost(folder: Path, runs: Path, data_dir: Path, device: torch.device) -> Precision:
    """Compare reconstructions by the served half-precision weights with those by the float32 weights of runs/NAME.pt.

    Both compute in float32. Raises CheckpointError where runs/NAME.pt does not hold the weights that are served.
    """
    checkpoint = read_checkpoint(folder)
    served = load_model(checkpoint)
    path = runs / f"{checkpoint.name}.pt"
    if not path.exists():
        raise CheckpointError(f"{path} is missing: the weights in full precision are only there.")
    trained = torch.load(path, weights_only=True, map_location="cpu")["model"]
    # Codebooks are served in full precision.
    served_as = {name: (trained[name], trained[name].half().float()) for name in served.state_dict()}
    if not all(any(map(value.equal, served_as[name])) for name, value in served.state_dict().items()):
        raise CheckpointError(f"{path} does not hold the last step of {checkpoint.name}: resume its training.")
    exact = deepcopy(served)
    exact.load_state_dict({name: trained[name] for name in exact.state_dict()})
    served, exact = served.to(device), exact.to(device)

    pictures = load_pictures(checkpoint, data_dir, "test")
    indices = torch.arange(min(len(pictures), MOST_IMAGES))
    total, count, largest = 0.0, 0, 0.0
    with torch.inference_mode():
        for x in batches(checkpoint, pictures, indices, device):
            moved = 255 * (reconstruction(served, checkpoint, x) - reconstruction(exact, checkpoint, x)).abs()
            total, count = total + float(moved.double().sum()), count + moved.numel()
            largest = max(largest, float(moved.max()))
    return Precision(checkpoint.name, len(indices), total / count, largest)
