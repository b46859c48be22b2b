"""What training writes: the run, from which it goes on after an interruption, and in the end the checkpoint."""

import copy
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.training.recipes import Recipe
from vae_demo.weights import files


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing. Raises CheckpointError where that cannot be."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CheckpointError(f"{path} cannot be written: {reason}. What was saved before is kept.") from error


def save_checkpoint(model: nn.Module, recipe: Recipe, folder: Path) -> None:
    """Write config.json and model.safetensors, the weights in half precision, codebooks in full.

    What described the old weights is deleted; where something cannot be written, the old ones stay. Raises
    CheckpointError in that case.
    """
    dataset = DATASETS[recipe.dataset]
    about = {"variant": recipe.variant, "dataset": recipe.dataset, "image_shape": list(recipe.image_shape)}
    about |= {"dataset_shape": list(dataset.shape), "dataset_licence": dataset.licence}
    about |= {"pixel_range": [0.0, 1.0], "fit": recipe.fit}
    about |= {"codes_of": recipe.codes_of} if recipe.codes_of else {}
    about |= {"training": recipe.training() | {"commit": _commit()}}
    make_folder(folder)
    with _writing(folder / "model.safetensors"), TemporaryDirectory(dir=folder, prefix=".") as partial:
        _as_served(model).save_pretrained(partial, config=about | recipe.model)
        for name in files.DERIVED:
            (folder / name).unlink(missing_ok=True)
        for name in ("config.json", "model.safetensors"):
            Path(partial, name).replace(folder / name)


def is_written(model: nn.Module, folder: Path) -> bool:
    """Whether the checkpoint in a folder has these weights."""
    try:
        written = load_file(folder / "model.safetensors")
    except (OSError, SafetensorError):
        return False
    weights = _as_served(model).state_dict()
    return weights.keys() == written.keys() and all(weights[k].cpu().half().equal(written[k].half()) for k in weights)


def _as_served(model: nn.Module) -> nn.Module:
    served = copy.deepcopy(model).eval().half().to(memory_format=torch.contiguous_format)
    for mine, module in zip(model.modules(), served.modules(), strict=True):
        if isinstance(module, VectorQuantizer):
            module.float().load_state_dict(mine.state_dict())  # rounded codes would move the border between two of them
    return served


def _commit() -> str | None:
    """The commit of this package, 40 hex digits, with "-dirty" behind it where its code differs; None outside git."""

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        package = Path(__file__).parent.parent
        return subprocess.run(["git", *arguments], cwd=package, capture_output=True, text=True, check=False)

    try:
        head, changed = git("rev-parse", "HEAD"), git("status", "--porcelain", "--", "*.py")
    except OSError:
        return None
    return head.stdout.strip() + ("-dirty" if changed.stdout else "") if head.returncode == 0 else None


def save_run(
    path: Path, recipe: Recipe, step: int, model: nn.Module, optimizer: torch.optim.Optimizer, schedule: LambdaLR
) -> None:
    """Write all that `resume` needs; the file before stays until this one is whole.

    Raises CheckpointError where it cannot be written.
    """
    state = {
        "recipe": asdict(recipe),
        "step": step,
        # named_buffers holds what the codebook remembers while training, which state_dict leaves out.
        "model": model.state_dict() | dict(model.named_buffers()),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }
    content = BytesIO()  # torch names no reason where it writes a file itself and cannot
    torch.save(state, content)
    partial = path.with_suffix(".partial")
    with _writing(path):
        try:
            partial.write_bytes(content.getvalue())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def resume(path: Path, recipe: Recipe, model: nn.Module, optimizer: torch.optim.Optimizer, schedule: LambdaLR) -> int:
    """Set everything to where the run stopped, and return its steps; 0 where there is none.

    Raises CheckpointError for a damaged file, and for one of another recipe.
    """
    if not path.exists():
        return 0
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
        begun, step = state["recipe"], state["step"]
    except Exception as error:  # torch and pickle answer damaged files with exceptions of many kinds
        raise CheckpointError(f"{path} is damaged or cut short: delete it, and training begins anew.") from error
    # A cosine that was cut short cannot be continued by a longer one.
    if begun != asdict(recipe) or step > recipe.steps:
        raise CheckpointError(f"{path} was begun with another recipe: delete it, or keep runs in another folder.")
    tensors = dict(model.named_parameters()) | dict(model.named_buffers())
    with torch.no_grad():
        for name, value in state["model"].items():
            tensors[name].copy_(value)
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return step
