"""Held-out numbers: a checkpoint's weights, as served, on its dataset's test split. The only writer of metrics.json."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from vae_demo import metrics
from vae_demo.datasets import sprites
from vae_demo.datasets.registry import DATASETS, Pictures
from vae_demo.errors import CheckpointError
from vae_demo.evaluation.cards import write_card
from vae_demo.evaluation.disentanglement import mutual_information_gap
from vae_demo.evaluation.frechet import sample_quality
from vae_demo.evaluation.jpeg_comparison import JpegComparison
from vae_demo.images import resize
from vae_demo.models import VQVAE, BetaVAE, CodePrior
from vae_demo.preprocessing import from_model
from vae_demo.training.loop import prepare
from vae_demo.weights.catalogue import Checkpoint, read_checkpoint
from vae_demo.weights.loading import load_model

MOST_IMAGES = 10_000
"""The most test pictures that are measured; only sprites have more, and theirs are in random order."""
MOST_TRAIN_IMAGES = 60_000
"""The most train pictures whose codes make the unigram model that a code prior is compared with."""
QUANTILES = 1_001
NORMALISATION = (
    "pixels in [0, 1]; MSE averaged over pixels and channels, PSNR from the mean MSE; nats summed over pixels, "
    "channels and latents, per image; reconstruction from the posterior mean, clamped to [0, 1]; bits per pixel count "
    "a pixel's channels together; Fréchet distances are between features of this repository's classifier of the dataset"
)


def evaluate(folder: Path, data_dir: Path, device: torch.device) -> dict[str, Any]:
    """Measure the checkpoint in `folder`, write metrics.json and README.md (the card) there, return the numbers.

    Measures in float32. The same weights on the same machine give the same bytes. Raises CheckpointError for a
    checkpoint that cannot be loaded or whose dataset is unknown, FileNotFoundError where the pictures are missing.
    """
    checkpoint = read_checkpoint(folder)
    model = load_model(checkpoint).to(device)
    pictures = load_pictures(checkpoint, data_dir, "test")
    indices = torch.arange(min(len(pictures), MOST_IMAGES))
    with torch.inference_mode():
        if isinstance(model, CodePrior):
            measured = _measure_prior(model, checkpoint, pictures, indices, data_dir)
        elif isinstance(model, VQVAE):
            measured = _measure_codes(model, checkpoint, pictures, indices)
        else:
            measured = _measure_gaussian(model, checkpoint, pictures, indices)
        measured["frechet"] = sample_quality(checkpoint, data_dir)
    about = {
        "checkpoint": checkpoint.name,
        "dataset": checkpoint.dataset,
        "split": "test",
        "images": len(indices),
        "normalisation": NORMALISATION,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "weights_sha256": hashlib.sha256(checkpoint.weights.read_bytes()).hexdigest(),
        "weights_bytes": checkpoint.weights.stat().st_size,
    }
    result = {name: _rounded(value) for name, value in (about | measured).items()}
    lines = [f"  {json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in result.items()]
    (folder / "metrics.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    write_card(folder)
    return result


def load_pictures(checkpoint: Checkpoint, data_dir: Path, split: str) -> Pictures:
    """A split of the checkpoint's dataset. Raises CheckpointError where that is none of ours."""
    if checkpoint.dataset not in DATASETS:
        raise CheckpointError(f"{checkpoint.name}: dataset {checkpoint.dataset!r} is none of {', '.join(DATASETS)}.")
    return DATASETS[checkpoint.dataset].load(data_dir, split)


def batches(checkpoint: Checkpoint, pictures: Pictures, indices: Tensor, device: torch.device) -> Iterator[Tensor]:
    """The pictures at `indices` (N,), plain and in order, a batch at a time as the checkpoint's model takes them."""
    parts = indices.split(8 if checkpoint.fit == "whole" else 250)
    for part in tqdm(parts, desc=checkpoint.name, mininterval=2):
        yield prepare(pictures.batch(part, None), checkpoint).to(device)


def reconstruction(model: nn.Module, checkpoint: Checkpoint, x: Tensor) -> Tensor:
    """What `model` makes of a batch from `batches`, by posterior mean or codes: pictures (B, C, H, W) in [0, 1]."""
    latent = model.encode(x) if isinstance(model, VQVAE) else model.encode(x)[0]
    return from_model(model.decode(latent), checkpoint.variant, checkpoint.image_shape)


def _measure_gaussian(model: nn.Module, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor) -> dict[str, Any]:
    squared = isinstance(model, BetaVAE)
    distortion = metrics.squared_distortion if squared else metrics.bernoulli_distortion
    noise = torch.Generator().manual_seed(0)
    found = defaultdict(list)
    for x in batches(checkpoint, pictures, indices, _device(model)):
        mu, logvar = model.encode(x)
        # Drawn on the CPU: every device measures with the same noise.
        sample = model.decode(model.reparameterize(mu.cpu(), logvar.cpu(), noise).to(x.device))
        mean = model.decode(mu)
        _collect_errors(found, checkpoint, mean, x)
        found["kl"].append(metrics.kl_per_dimension(mu, logvar))
        found["distortion"].append(distortion(sample, x))
        found["distortion_mean"].append(distortion(mean, x))
        found["means"].append(mu)
    together = {name: torch.cat(parts).cpu().double() for name, parts in found.items()}
    kl = together["kl"].mean(dim=0)
    rate, sampled = float(kl.sum()), float(together["distortion"].mean())
    measured = _errors(together)
    if squared:
        measured |= {"beta": checkpoint.beta, "rate": rate, "distortion": sampled}
        measured |= {"distortion_mean": float(together["distortion_mean"].mean())}
        measured |= {"likelihood": "gaussian, variance 1/2"}
    else:
        measured |= {"rate": rate, "distortion": sampled, "likelihood": "bernoulli", "negative_elbo": rate + sampled}
        if size := DATASETS[checkpoint.dataset].compared_at:
            compared = _distortion_at(size, model, checkpoint, pictures, indices)
            measured |= {"compared_at": list(size), "negative_elbo_compared": rate + compared}
    measured |= {"kl_per_dimension": kl.tolist(), "active_dimensions": metrics.active_dimensions(kl)}
    if squared and checkpoint.dataset == "sprites":
        gaps = mutual_information_gap(together["means"], pictures.labels(indices))
        measured |= {
            "mig": float(gaps.mean()),
            "mig_per_factor": dict(zip(sprites.FACTORS, gaps.tolist(), strict=True)),
        }
    return measured


def _distortion_at(
    size: tuple[int, int], model: nn.Module, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor
) -> float:
    """Mean Bernoulli distortion of the posterior samples brought to (height, width), in nats an image.

    A decoder followed by resizing is a decoder: with the rate this bounds the same likelihood for variants of any size.
    """
    noise, found = torch.Generator().manual_seed(0), []
    for part in indices.split(250):
        plain = pictures.batch(part, None).to(_device(model))
        mu, logvar = model.encode(prepare(plain, checkpoint))
        decoded = model.decode(model.reparameterize(mu.cpu(), logvar.cpu(), noise).to(plain.device))
        recon = resize(from_model(decoded, checkpoint.variant, checkpoint.image_shape), *size).clamp(0, 1)
        found.append(metrics.bernoulli_distortion(recon, resize(plain, *size)))
    return float(torch.cat(found).double().mean())


def _measure_codes(model: VQVAE, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor) -> dict[str, Any]:
    size = model.quantizer.num_embeddings
    found, jpeg = defaultdict(list), JpegComparison()
    counts = torch.zeros(size, dtype=torch.int64)
    for x in batches(checkpoint, pictures, indices, _device(model)):
        codes = model.encode(x)
        counts += torch.bincount(codes.flatten().cpu(), minlength=size)
        _collect_errors(found, checkpoint, model.decode(codes), x)
        jpeg.add(x, [math.ceil(codes[0].numel() * metrics.uniform_bits(size) / 8)] * len(x))
    uniform, unigram = metrics.uniform_bits(size), metrics.entropy_bits(counts)
    used = int((counts > 0).sum())
    measured = _errors({name: torch.cat(parts).cpu().double() for name, parts in found.items()}) | jpeg.measured()
    return measured | {
        "num_embeddings": size,
        "codes_used": used,
        "usage": used / size,
        "perplexity": metrics.perplexity(counts),
        "bits_per_code_uniform": uniform,
        "bits_per_code_unigram": unigram,
        "codes_per_image": None if checkpoint.fit == "whole" else codes[0].numel(),
        "bits_per_pixel_uniform": uniform / model.stride**2,
        "bits_per_pixel_unigram": unigram / model.stride**2,
        "code_counts": counts.tolist(),
    }


def _measure_prior(
    model: CodePrior, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor, data_dir: Path
) -> dict[str, Any]:
    device, size = _device(model), model.num_embeddings
    vq_vae = load_model(read_checkpoint(checkpoint.folder.parent / checkpoint.codes_of)).to(device)
    train = load_pictures(checkpoint, data_dir, "train")
    # Add-one smoothing: a code that training never met still has a finite cost.
    counts = torch.ones(size, dtype=torch.float64)
    for x in batches(checkpoint, train, torch.arange(min(len(train), MOST_TRAIN_IMAGES)), device):
        counts += torch.bincount(vq_vae.encode(x).flatten().cpu(), minlength=size)
    cost = -(counts / counts.sum()).log2()
    learned, unigram, jpeg = [], [], JpegComparison()
    for x in batches(checkpoint, pictures, indices, device):
        codes = _tiles(vq_vae.encode(x), model.height, model.width)
        bits = model.bits(codes).cpu().double()
        learned.append(bits / codes[0].numel())
        unigram.append(cost[codes.flatten().cpu()])
        jpeg.add(x, [math.ceil(float(total) / 8) for total in bits.view(len(x), -1).sum(dim=1)])
    mean_bits = float(torch.cat(learned).mean())
    return jpeg.measured() | {
        "codes_of": checkpoint.codes_of,
        "bits_per_code": mean_bits,
        "bits_per_code_uniform": metrics.uniform_bits(size),
        "bits_per_code_unigram": float(torch.cat(unigram).mean()),
        "bits_per_pixel": mean_bits / vq_vae.stride**2,
    }


def _tiles(codes: Tensor, height: int, width: int) -> Tensor:
    """Code maps (B, H, W) of whole multiples of `height` and `width` cut into maps of that size, (B * tiles, h, w)."""
    return codes.unfold(1, height, height).unfold(2, width, width).reshape(-1, height, width)


def _collect_errors(found: dict[str, list[Tensor]], checkpoint: Checkpoint, decoded: Tensor, x: Tensor) -> None:
    recon = from_model(decoded, checkpoint.variant, checkpoint.image_shape)
    seen = from_model(x, checkpoint.variant, checkpoint.image_shape)
    found["mse"].append(metrics.mean_squared_error(recon, seen))
    found["ssim"].append(metrics.ssim(recon, seen))


def _errors(together: dict[str, Tensor]) -> dict[str, Any]:
    mse = together["mse"].mean()
    quantiles = together["mse"].quantile(torch.linspace(0, 1, QUANTILES, dtype=torch.float64))
    return {
        "mse": float(mse),
        "psnr": float(metrics.psnr(mse)),
        "ssim": float(together["ssim"].mean()),
        "mse_quantiles": quantiles.tolist(),
    }


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _rounded(value: Any) -> Any:
    """Floats to six significant digits, in lists and dictionaries too."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value
