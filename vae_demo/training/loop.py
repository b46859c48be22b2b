"""The training loop: one for all architectures, resumed where it stopped."""

import math
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.models.variant import Architecture, Loss, architecture
from vae_demo.training.recipes import Recipe
from vae_demo.weights import files
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.loading import load_model

SAVE_EVERY_STEPS = 500
CODEBOOK_PICTURES = 512
"""How many pictures the codes start from."""
Prepare = Callable[[Tensor], Tensor]
"""Dataset pictures (B, C, H, W) in [0, 1] to what the model takes."""


def build(recipe: Recipe) -> nn.Module:
    """The recipe's model, its start drawn from the recipe's seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return architecture(recipe.variant).model(**recipe.model)


def train(recipe: Recipe, data_dir: Path, runs: Path, checkpoints: Path, device: torch.device) -> None:
    """Train `recipe` and write checkpoints/NAME; runs/NAME.pt holds what resuming needs, and at the end the last step.

    New weights take the old ones' metrics, card and mixture away; a run that has ended is left as it is.

    Raises CheckpointError where runs/NAME.pt belongs to another recipe or a checkpoint that this one builds on is
    missing, FileNotFoundError where the pictures are, FloatingPointError where the loss is no longer a number.
    """
    prepare = preparation(recipe, checkpoints, device)
    model = build(recipe).to(device, memory_format=torch.channels_last).train()
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)
    schedule = LambdaLR(optimizer, lambda step: learning_rate_factor(step, recipe.steps, recipe.start_steps))
    run = runs / f"{recipe.name}.pt"
    if recipe.continue_from and not run.exists():
        _start_from(model, checkpoints / recipe.continue_from)
    done = _resume(run, recipe, model, optimizer, schedule)
    if done == recipe.steps and (checkpoints / recipe.name / "model.safetensors").is_file():
        print(f"{recipe.name} is trained; remove {run} to train it anew.")
        return
    pictures = DATASETS[recipe.dataset].pictures(data_dir, "train", recipe.fit == "whole")
    take_step = training_step(model, recipe)
    if recipe.mixed_precision:
        _keep_sigmoids_precise(model)

    progress = tqdm(range(done, recipe.steps), initial=done, total=recipe.steps, desc=recipe.name, mininterval=2)
    for step in progress:
        # Reseeding by step makes a resumed run the same as one that was never interrupted.
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        if step == recipe.autoencoder_steps > 0:
            _start_codebook(model, recipe, lambda chosen, noise: prepare(pictures.batch(chosen, noise)), len(pictures))
        batch = prepare(pictures.batch(batch_indices(len(pictures), recipe, step), generator))
        loss = take_step(batch, step, torch.Generator(device).manual_seed(recipe.seed * 1_000_003 + step))
        if not math.isfinite(loss.value.item()):
            raise FloatingPointError(f"{recipe.name}: the loss is {loss.value} at step {step}; lower learning_rate.")
        optimizer.zero_grad(set_to_none=True)
        loss.value.backward()
        _clip_gradients(parameters, architecture(recipe.variant).max_gradient_norm)
        optimizer.step()
        schedule.step()
        if step % 20 == 0:
            progress.set_postfix({name: f"{value:.5g}" for name, value in loss.numbers().items()})
        if (step + 1) % SAVE_EVERY_STEPS == 0 or step + 1 == recipe.steps:
            _save_run(run, recipe, step + 1, model, optimizer, schedule)
    save_checkpoint(model.eval(), recipe, checkpoints / recipe.name)


def preparation(recipe: Recipe, checkpoints: Path, device: torch.device) -> Prepare:
    """What brings pictures to the recipe's model: for a code prior the codes that its VQ-VAE gives them.

    Raises CheckpointError where that one is missing.
    """
    if not recipe.codes_of:
        variant = architecture(recipe.variant)
        return lambda x: variant.prepare(x, recipe.image_shape, recipe.fit == "whole").to(device)
    if not (checkpoints / recipe.codes_of / "config.json").exists():
        raise CheckpointError(
            f"{recipe.name} models the codes of {recipe.codes_of}: train that one into {checkpoints} first."
        )
    encoder = read_checkpoint(checkpoints / recipe.codes_of)
    model = load_model(encoder).to(device)

    @torch.no_grad()
    def codes(x: Tensor) -> Tensor:
        return encoder.variant.encode(
            model, encoder.variant.prepare(x, recipe.image_shape, recipe.fit == "whole").to(device)
        ).values

    return codes


def training_step(model: nn.Module, recipe: Recipe) -> Callable[[Tensor, int, torch.Generator], Loss]:
    """What takes (prepared batch, step number, noise) to the loss of that step."""
    known: Architecture = architecture(recipe.variant)

    def step(x: Tensor, number: int, generator: torch.Generator) -> Loss:
        if number < recipe.autoencoder_steps:
            return known.autoencoder_loss(model, x, recipe.mixed_precision)
        weight = kl_weight(recipe, number)
        return known.loss(model, x, kl_weight=weight, generator=generator, mixed_precision=recipe.mixed_precision)

    return step


def _start_codebook(model: nn.Module, recipe: Recipe, fetch: Callable[..., Tensor], count: int) -> None:
    generator = torch.Generator().manual_seed(recipe.seed)
    chosen = torch.randperm(count, generator=generator)[:CODEBOOK_PICTURES]
    architecture(recipe.variant).start_codebook(model, fetch(chosen, generator))


def _start_from(model: nn.Module, folder: Path) -> None:
    """Take the tensors of another checkpoint wherever the model has one of that name and shape."""
    try:
        there = safetensors.torch.load_file(folder / "model.safetensors")
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{folder.name}/model.safetensors cannot be continued from: {error}") from error
    taken = {k: there[k] for k, v in model.state_dict().items() if k in there and there[k].shape == v.shape}
    if not taken:
        raise CheckpointError(f"{folder.name}/model.safetensors has no tensor of this model's sizes to continue from.")
    model.load_state_dict(taken, strict=False)


def _clip_gradients(parameters: list[nn.Parameter], most: float) -> None:
    # clip_grad_norm_ rewrites every gradient even where there is nothing to clip: a tenth of a small network's step.
    norm = nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    if norm > most:
        nn.utils.clip_grads_with_norm_(parameters, most, norm)


def _keep_sigmoids_precise(model: nn.Module) -> None:
    # bfloat16 has no value between 0.996 and 1, and the likelihood of a pixel takes the logarithm of what is missing.
    for module in model.modules():
        if isinstance(module, nn.Sigmoid):
            module.register_forward_pre_hook(lambda module, inputs: inputs[0].float())


def learning_rate_factor(step: int, steps: int, start_steps: int = 0) -> float:
    """Linear up over the first 1 % of the steps, cosine down over the rest; so once for `start_steps`, then anew."""
    if step < start_steps:
        steps = start_steps
    else:
        step, steps = step - start_steps, steps - start_steps
    warmup = max(1, steps // 100)
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def kl_weight(recipe: Recipe, step: int) -> float:
    """What the KL term is multiplied by: first `start_beta`, else up in a line to the model's beta, and then that."""
    if step < recipe.start_steps:
        return recipe.start_beta
    beta = architecture(recipe.variant).arguments(recipe.model).get("beta", 1.0)
    return beta * min(1.0, (step + 1) / max(1, recipe.kl_warmup * recipe.steps))


def batch_indices(count: int, recipe: Recipe, step: int) -> Tensor:
    """The pictures of one step: epoch after epoch, each a shuffle drawn from the seed and its number."""
    per_epoch = count // recipe.batch_size
    epoch, place = divmod(step, per_epoch)
    return _epoch(count, recipe.seed * 7_919 + epoch)[place * recipe.batch_size : (place + 1) * recipe.batch_size]


@lru_cache(maxsize=1)
def _epoch(count: int, seed: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def save_checkpoint(model: nn.Module, recipe: Recipe, folder: Path) -> None:
    """Write config.json and model.safetensors, the weights in half precision, codebooks in full.

    What described the old weights is deleted.
    """
    dataset = DATASETS[recipe.dataset]
    about = {"variant": recipe.variant, "dataset": recipe.dataset, "image_shape": list(recipe.image_shape)}
    about |= {"dataset_shape": list(dataset.shape), "dataset_licence": dataset.licence}
    about |= {"pixel_range": [0.0, 1.0], "fit": recipe.fit}
    about |= {"codes_of": recipe.codes_of} if recipe.codes_of else {}
    about |= {"training": recipe.training() | {"commit": _commit()}}
    model.half().to(memory_format=torch.contiguous_format)
    for module in model.modules():
        if isinstance(module, VectorQuantizer):
            module.float()  # rounded codes would move the border between two of them
    model.save_pretrained(folder, config=about | recipe.model)
    for name in files.DERIVED:
        (folder / name).unlink(missing_ok=True)


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


def _save_run(
    path: Path, recipe: Recipe, step: int, model: nn.Module, optimizer: torch.optim.Optimizer, schedule: LambdaLR
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "recipe": asdict(recipe),
        "step": step,
        # named_buffers holds what the codebook remembers while training, which state_dict leaves out.
        "model": model.state_dict() | dict(model.named_buffers()),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def _resume(path: Path, recipe: Recipe, model: nn.Module, optimizer: torch.optim.Optimizer, schedule: LambdaLR) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True, map_location="cpu")
    # A cosine that was cut short cannot be continued by a longer one.
    if state.get("recipe", asdict(recipe)) != asdict(recipe) or state["step"] > recipe.steps:
        raise CheckpointError(f"{path} was begun with another recipe: delete it, or keep runs in another folder.")
    tensors = dict(model.named_parameters()) | dict(model.named_buffers())
    with torch.no_grad():
        for name, value in state["model"].items():
            tensors[name].copy_(value)
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["step"]
