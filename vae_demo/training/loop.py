"""The training loop: one for all architectures, resumed where it stopped."""

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from vae_demo.datasets.files import Pictures
from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.models.variant import Architecture, Loss, architecture
from vae_demo.training.recipes import Recipe
from vae_demo.training.saving import is_written, make_folder, resume, save_checkpoint, save_run
from vae_demo.training.stopping import Stopped, stop_signals_noted
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.hub import BUNDLED
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

    New weights take the old ones' metrics, card, mixture and means away; a run that has ended is left as it is.

    Raises CheckpointError where runs/NAME.pt is damaged or belongs to another recipe, a checkpoint that this one builds
    on is missing, or something cannot be written; FileNotFoundError where the pictures are missing, FloatingPointError
    where the loss is no longer a number; and Stopped, once the step is saved, where Ctrl-C or SIGTERM ends it.
    """
    prepare = preparation(recipe, checkpoints, device)
    model = build(recipe).to(device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    schedule = LambdaLR(optimizer, lambda step: learning_rate_factor(step, recipe.steps, recipe.start_steps))
    run, folder = runs / f"{recipe.name}.pt", checkpoints / recipe.name
    if recipe.continue_from and not run.exists():
        there = checkpoints / recipe.continue_from
        _start_from(model, there if there.is_dir() else BUNDLED / recipe.continue_from)
    done = resume(run, recipe, model, optimizer, schedule)
    if done == recipe.steps and is_written(model, folder):
        print(f"{recipe.name} is trained; remove {run} to train it anew.")
        return
    for place in (runs, checkpoints):
        make_folder(place)
    if done < recipe.steps:
        pictures = DATASETS[recipe.dataset].pictures(data_dir, "train", recipe.fit == "whole")
        taken = _take_steps(model, recipe, pictures, prepare, (optimizer, schedule), done, device)
        with stop_signals_noted() as received, closing(taken):
            for step in taken:
                stop = received.number
                if stop or step == recipe.steps or step % SAVE_EVERY_STEPS == 0:
                    save_run(run, recipe, step, model, optimizer, schedule)
                if stop:
                    goes_on = f"is saved in {run}; the same command goes on from there"
                    raise Stopped(f"Step {step:,} of {recipe.steps:,} of {recipe.name} {goes_on}.", stop)
    save_checkpoint(model, recipe, folder)


def _take_steps(
    model: nn.Module,
    recipe: Recipe,
    pictures: Pictures,
    prepare: Prepare,
    optimization: tuple[torch.optim.Optimizer, LambdaLR],
    done: int,
    device: torch.device,
) -> Iterator[int]:
    """Train after `done` steps, and give the number of steps behind the model after each."""
    optimizer, schedule = optimization
    parameters = list(model.parameters())
    take_step = training_step(model, recipe)
    if recipe.mixed_precision:
        _keep_sigmoids_precise(model)
    with tqdm(range(done, recipe.steps), initial=done, total=recipe.steps, desc=recipe.name, mininterval=2) as progress:
        for step in progress:
            # Reseeding by step makes a resumed run the same as one that was never interrupted.
            generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
            if step == recipe.autoencoder_steps > 0:
                _start_codebook(model, recipe, pictures, prepare)
            batch = prepare(pictures.batch(batch_indices(len(pictures), recipe, step), generator))
            loss = take_step(batch, step, torch.Generator(device).manual_seed(recipe.seed * 1_000_003 + step))
            number = loss.value.item()
            if not math.isfinite(number):
                raise FloatingPointError(f"{recipe.name}: the loss is {number} at step {step}; lower learning_rate.")
            optimizer.zero_grad(set_to_none=True)
            loss.value.backward()
            _clip_gradients(parameters, architecture(recipe.variant).max_gradient_norm)
            optimizer.step()
            schedule.step()
            if step % 20 == 0:
                progress.set_postfix({name: f"{value:.5g}" for name, value in loss.numbers().items()})
            yield step + 1


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


def _start_codebook(model: nn.Module, recipe: Recipe, pictures: Pictures, prepare: Prepare) -> None:
    generator = torch.Generator().manual_seed(recipe.seed)
    chosen = torch.randperm(len(pictures), generator=generator)
    chosen = chosen.repeat(-(-CODEBOOK_PICTURES // len(pictures)))[:CODEBOOK_PICTURES]  # a few come several times
    architecture(recipe.variant).start_codebook(model, prepare(pictures.batch(chosen, generator)))


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
    """The pictures of one step: epoch after epoch, each a shuffle drawn from the seed and its number.

    All of them in each step where they are fewer than a batch.
    """
    size = min(recipe.batch_size, count)
    epoch, place = divmod(step, count // size)
    return _epoch(count, recipe.seed * 7_919 + epoch)[place * size : (place + 1) * size]


@lru_cache(maxsize=1)
def _epoch(count: int, seed: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))
