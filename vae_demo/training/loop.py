"""The training loop: one step function a variant, one loop for all, resumed where it stopped."""

import math
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from vae_demo.datasets.registry import DATASETS, Pictures
from vae_demo.errors import CheckpointError
from vae_demo.models import CLASSES, VQVAE, BetaVAE, CodePrior, vae_loss
from vae_demo.models.gaussian import summed_kl
from vae_demo.models.quantizer import flatten
from vae_demo.preprocessing import to_model
from vae_demo.training.recipes import Recipe
from vae_demo.weights.catalogue import Checkpoint

Shown = Callable[[], dict[str, float]]
"""The numbers to show beside the progress bar, computed only when they are."""
Step = Callable[[Tensor, int, torch.Generator], tuple[Tensor, Shown]]
"""(batch, step number, noise) to the loss and what to show."""

SAVE_EVERY_STEPS = 500


def build(recipe: Recipe) -> nn.Module:
    """The recipe's model, its start drawn from the recipe's seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return CLASSES[recipe.variant](**recipe.model)


def prepare(x: Tensor, recipe: Recipe | Checkpoint) -> Tensor:
    """Dataset pictures (B, C, H, W) in [0, 1] as the model of a recipe or a checkpoint takes them."""
    return to_model(x, recipe.variant, recipe.image_shape, recipe.fit)


def train(recipe: Recipe, data_dir: Path, runs: Path, checkpoints: Path, device: torch.device) -> None:
    """Train `recipe` and write checkpoints/NAME; runs/NAME.pt holds what resuming needs, and at the end the last step.

    New weights take the old ones' metrics, card and mixture away; a run that has ended is left as it is.

    Raises CheckpointError where runs/NAME.pt belongs to another recipe or a code prior's VQ-VAE is missing,
    FileNotFoundError where the pictures are, FloatingPointError where the loss is no longer a number.
    """
    vq_vae = _vq_vae(recipe, checkpoints, device) if recipe.codes_of else None
    model = build(recipe).to(device).train()
    if recipe.variant in ("conv-vae", "vq-vae"):
        model = model.to(memory_format=torch.channels_last)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)
    schedule = LambdaLR(optimizer, lambda step: learning_rate_factor(step, recipe.steps, recipe.start_steps))
    run = runs / f"{recipe.name}.pt"
    done = _resume(run, recipe, model, optimizer, schedule)
    if done == recipe.steps and (checkpoints / recipe.name / "model.safetensors").is_file():
        print(f"{recipe.name} is trained; remove {run} to train it anew.")
        return
    pictures = DATASETS[recipe.dataset].load(data_dir, "train")
    take_step = _step(model, recipe, pictures, vq_vae, device)
    if recipe.mixed_precision:
        _keep_sigmoids_precise(model)

    progress = tqdm(range(done, recipe.steps), initial=done, total=recipe.steps, desc=recipe.name, mininterval=2)
    for step in progress:
        # Reseeding by step makes a resumed run the same as one that was never interrupted.
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        indices = batch_indices(len(pictures), recipe, step)
        batch = prepare(pictures.batch(indices, generator), recipe).to(device)
        loss, shown = take_step(batch, step, torch.Generator(device).manual_seed(recipe.seed * 1_000_003 + step))
        if not math.isfinite(loss.item()):
            raise FloatingPointError(f"{recipe.name}: the loss is {loss.item()} at step {step}; lower learning_rate.")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        _clip_gradients(parameters, 1e3 if recipe.variant != "code-prior" else 1.0)
        optimizer.step()
        schedule.step()
        if step % 20 == 0:
            progress.set_postfix(shown())
        if (step + 1) % SAVE_EVERY_STEPS == 0 or step + 1 == recipe.steps:
            _save_run(run, recipe, step + 1, model, optimizer, schedule)
    save_checkpoint(model.eval(), recipe, checkpoints / recipe.name)


def _clip_gradients(parameters: list[nn.Parameter], most: float) -> None:
    # clip_grad_norm_ rewrites every gradient even where there is nothing to clip: a tenth of a small network's step.
    norm = nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    if norm > most:
        nn.utils.clip_grads_with_norm_(parameters, most, norm)


def _autocast(x: Tensor, recipe: Recipe) -> torch.autocast:
    """Where the forward pass of a batch belongs."""
    return torch.autocast(x.device.type, torch.bfloat16, enabled=recipe.mixed_precision)


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
    return recipe.model.get("beta", 1.0) * min(1.0, (step + 1) / max(1, recipe.kl_warmup * recipe.steps))


def batch_indices(count: int, recipe: Recipe, step: int) -> Tensor:
    """The pictures of one step: epoch after epoch, each a shuffle drawn from the seed and its number."""
    per_epoch = count // recipe.batch_size
    epoch, place = divmod(step, per_epoch)
    return _epoch(count, recipe.seed * 7_919 + epoch)[place * recipe.batch_size : (place + 1) * recipe.batch_size]


@lru_cache(maxsize=1)
def _epoch(count: int, seed: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def _step(model: nn.Module, recipe: Recipe, pictures: Pictures, vq_vae: VQVAE | None, device: torch.device) -> Step:
    if recipe.variant in ("vae", "conv-vae", "beta-vae"):
        return _gaussian_step(model, recipe)
    if recipe.variant == "vq-vae":
        return _vq_step(model, recipe, pictures, device)
    return _prior_step(model, recipe, vq_vae, device)


def _gaussian_step(model: nn.Module, recipe: Recipe) -> Step:
    beta = recipe.model.get("beta", 1.0)

    def step(x: Tensor, number: int, generator: torch.Generator) -> tuple[Tensor, Shown]:
        weight = kl_weight(recipe, number)
        with _autocast(x, recipe):
            recon, mu, logvar = (found.float() for found in model(x, generator))
        if isinstance(model, BetaVAE):
            model.beta = weight
            loss = model.loss(recon, x, mu, logvar)
            model.beta = beta
        else:
            loss = vae_loss(recon, x, mu, logvar, beta=weight)

        def shown() -> dict[str, float]:
            rate = summed_kl(mu, logvar).item() / len(x)
            found = {"distortion": loss.item() / len(x) - weight * rate, "rate": rate, "kl_weight": weight}
            return {name: round(value, 2) for name, value in found.items()}

        return loss / len(x), shown

    return step


def _vq_step(model: VQVAE, recipe: Recipe, pictures: Pictures, device: torch.device) -> Step:
    def step(x: Tensor, number: int, generator: torch.Generator) -> tuple[Tensor, Shown]:
        if number < recipe.autoencoder_steps:
            with _autocast(x, recipe):
                recon = model.decoder(model.encoder(x))
            loss = nn.functional.mse_loss(recon.float(), x)
            return loss, lambda: {"mse": round(loss.item(), 5)}
        if number == recipe.autoencoder_steps:
            model.quantizer.initialise(_encoder_outputs(model, recipe, pictures, device), torch.Generator())
        with _autocast(x, recipe):
            recon, vq_loss, indices = model(x)
        loss = model.loss(recon.float(), x, vq_loss)

        def shown() -> dict[str, float]:
            vq = vq_loss.item()
            return {"mse": round(loss.item() - vq, 5), "vq": round(vq, 5), "codes": len(indices.unique())}

        return loss, shown

    return step


@torch.no_grad()
def _encoder_outputs(model: VQVAE, recipe: Recipe, pictures: Pictures, device: torch.device) -> Tensor:
    """Some 32,000 encoder outputs to start the codebook from, (N, embedding_dim)."""
    generator = torch.Generator().manual_seed(recipe.seed)
    indices = torch.randperm(len(pictures), generator=generator)[:512]
    outputs = flatten(model.encoder(prepare(pictures.batch(indices, generator), recipe).to(device)))
    return outputs[torch.randperm(len(outputs), generator=generator)[:32_768].to(device)]


def _vq_vae(recipe: Recipe, checkpoints: Path, device: torch.device) -> VQVAE:
    folder = checkpoints / recipe.codes_of
    if not (folder / "config.json").exists():
        raise CheckpointError(
            f"{recipe.name} models the codes of {recipe.codes_of}: train that one into {folder} first."
        )
    return VQVAE.from_pretrained(folder, strict=True).to(device).eval()


def _prior_step(model: CodePrior, recipe: Recipe, vq_vae: VQVAE, device: torch.device) -> Step:
    def step(x: Tensor, number: int, generator: torch.Generator) -> tuple[Tensor, Shown]:
        with torch.no_grad():
            codes = vq_vae.encode(x)
        # Dropout takes no generator, so the global one is seeded for the moment.
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(generator.initial_seed())
            with _autocast(x, recipe):
                loss = model.loss(codes)
        return loss, lambda: {"bits_per_code": round(loss.item() / math.log(2), 3)}

    return step


def save_checkpoint(model: nn.Module, recipe: Recipe, folder: Path) -> None:
    """Write config.json and model.safetensors, the weights in half precision; what described the old ones goes."""
    about = {"variant": recipe.variant, "dataset": recipe.dataset, "image_shape": list(recipe.image_shape)}
    dataset = DATASETS[recipe.dataset]
    about |= {"dataset_shape": list(dataset.shape), "dataset_licence": dataset.licence}
    about |= {"pixel_range": [0.0, 1.0], "fit": recipe.fit, "steps": recipe.steps, "commit": _commit()}
    about |= {"codes_of": recipe.codes_of} if recipe.codes_of else {}
    about |= {"mixed_precision": True} if recipe.mixed_precision else {}
    model.half().to(memory_format=torch.contiguous_format).save_pretrained(folder, config=about | recipe.model)
    for name in ("README.md", "limits.png", "metrics.json", "mixture.safetensors"):
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
