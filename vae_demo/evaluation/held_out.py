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
from vae_demo.evaluation.likelihood import binarised, negative_log_likelihood
from vae_demo.images import resize
from vae_demo.inference.forward import model_input
from vae_demo.models.gaussian import GaussianLatent, reparameterize
from vae_demo.weights.catalogue import Checkpoint, read_checkpoint
from vae_demo.weights.loading import load_model

MOST_IMAGES = 10_000
"""The most test pictures that are measured; only sprites have more, and theirs are in random order."""
MOST_IMAGES_OF_GAP = 40_000
"""The most test pictures whose posteriors make up the densities of the mutual information gap."""
MOST_TRAIN_IMAGES = 60_000
"""The most train pictures whose codes make the unigram model."""
QUANTILES = 1_001
DIGITS_SHAPE = (1, 28, 28)
"""The log-likelihood of binarised digits is the field's standard at this size alone."""
NORMALISATION = (
    "pixels in [0, 1]; MSE averaged over pixels and channels; nats summed over pixels, channels and latents, per "
    "image; reconstruction from the posterior mean, clamped to [0, 1]; unigram bits by the train split's codes; bits "
    "per pixel count its channels together; Fréchet distances are between features of this repository's classifier of "
    "the dataset"
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
    with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
        if checkpoint.latent_kind is None:
            measured = _measure_prior(model, checkpoint, data_dir)
        else:
            if checkpoint.latent_kind == "latents":
                measured = _measure_gaussian(model, checkpoint, pictures, indices)
            else:
                train = load_pictures(checkpoint, data_dir, "train")
                measured = _measure_codes(model, checkpoint, pictures, indices, train)
            if checkpoint.any_size:
                measured["cropped"] = _errors_cropped(model, checkpoint, data_dir)
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
    return DATASETS[checkpoint.dataset].pictures(data_dir, split, whole=checkpoint.any_size)


def batches(checkpoint: Checkpoint, pictures: Pictures, indices: Tensor, device: torch.device) -> Iterator[Tensor]:
    """The pictures at `indices` (N,), plain and in order, a batch at a time as the checkpoint's model takes them."""
    parts = indices.split(8 if checkpoint.any_size else 250)
    for part in tqdm(parts, desc=checkpoint.name, mininterval=2):
        yield model_input(pictures.batch(part, None), checkpoint).to(device)


def reconstruction(model: nn.Module, checkpoint: Checkpoint, x: Tensor) -> Tensor:
    """What `model` makes of a batch from `batches`, by posterior mean or codes: pictures (B, C, H, W) in [0, 1]."""
    variant = checkpoint.variant
    return variant.pictures(variant.decode(model, variant.encode(model, x).values), checkpoint.image_shape)


def _measure_gaussian(model: nn.Module, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor) -> dict[str, Any]:
    variant = checkpoint.variant
    noise = torch.Generator().manual_seed(0)
    found = defaultdict(list)
    for x in batches(checkpoint, pictures, indices, _device(model)):
        posterior = variant.encode(model, x)
        sample = variant.decode(model, _posterior_sample(posterior, noise))
        mean = variant.decode(model, posterior.mean)
        _collect_errors(found, checkpoint, mean, x)
        found["kl"].append(posterior.kl)
        found["distortion"].append(variant.distortion(sample, x))
        found["distortion_mean"].append(variant.distortion(mean, x))
        found["means"].append(posterior.mean)
    together = {name: torch.cat(parts).cpu().double() for name, parts in found.items()}
    kl = together["kl"].mean(dim=0)
    rate, sampled = float(kl.sum()), float(together["distortion"].mean())
    measured = _errors(together) | ({} if checkpoint.beta is None else {"beta": checkpoint.beta})
    measured |= {"rate": rate, "distortion": sampled, "likelihood": variant.likelihood}
    if checkpoint.beta is not None:
        measured |= {"distortion_mean": float(together["distortion_mean"].mean())}
    if variant.likelihood == "bernoulli":
        measured |= {"negative_elbo": rate + sampled}
        if size := DATASETS[checkpoint.dataset].compared_at:
            compared = _distortion_at(size, model, checkpoint, pictures, indices)
            measured |= {"compared_at": list(size), "negative_elbo_compared": rate + compared}
    # Another beta is trained for another bound, and the published numbers are of pictures of this size.
    of_published_kind = checkpoint.beta is None and checkpoint.image_shape == DIGITS_SHAPE
    if checkpoint.dataset == "digits" and variant.likelihood == "bernoulli" and of_published_kind:
        measured |= {"negative_log_likelihood": _negative_log_likelihood(model, checkpoint, pictures, indices)}
    measured |= {"kl_per_dimension": kl.tolist(), "active_dimensions": metrics.active_dimensions(kl)}
    measured |= {"active_units": metrics.active_units(together["means"])}
    if checkpoint.beta is not None and checkpoint.dataset == "sprites":
        gaps = mutual_information_gaps(model, checkpoint, pictures)
        measured |= {
            "mig": float(gaps.mean()),
            "mig_per_factor": dict(zip(sprites.FACTORS, gaps.tolist(), strict=True)),
        }
    return measured


def _negative_log_likelihood(model: nn.Module, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor) -> float:
    """Mean bound of -log p of the pictures, binarised, in nats an image."""
    noise, found = torch.Generator().manual_seed(0), []
    for x in batches(checkpoint, pictures, indices, _device(model)):
        found.append(negative_log_likelihood(model, checkpoint.variant, binarised(x, noise), noise))
    return float(torch.cat(found).mean())


def mutual_information_gaps(model: nn.Module, checkpoint: Checkpoint, pictures: Pictures) -> Tensor:
    """The mutual information gap of each of the sprites' factors, (F,)."""
    indices = torch.arange(min(len(pictures), MOST_IMAGES_OF_GAP))
    found = [checkpoint.variant.encode(model, x) for x in batches(checkpoint, pictures, indices, _device(model))]
    posterior = GaussianLatent(*(torch.cat([getattr(p, k) for p in found]).cpu() for k in ("mean", "logvar")))
    return mutual_information_gap(posterior, pictures.labels(indices), torch.Generator().manual_seed(0))


def _distortion_at(
    size: tuple[int, int], model: nn.Module, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor
) -> float:
    """Mean Bernoulli distortion of the posterior samples brought to (height, width), in nats an image.

    A decoder followed by resizing is a decoder: with the rate this bounds the same likelihood for variants of any size.
    """
    noise, found = torch.Generator().manual_seed(0), []
    for part in indices.split(250):
        plain = pictures.batch(part, None).to(_device(model))
        posterior = checkpoint.variant.encode(model, model_input(plain, checkpoint))
        decoded = checkpoint.variant.decode(model, _posterior_sample(posterior, noise))
        recon = resize(checkpoint.variant.pictures(decoded, checkpoint.image_shape), *size).clamp(0, 1)
        found.append(metrics.bernoulli_distortion(recon, resize(plain, *size)))
    return float(torch.cat(found).double().mean())


def _posterior_sample(posterior: GaussianLatent, noise: torch.Generator) -> Tensor:
    """Drawn on the CPU, so that every device measures with the same noise."""
    drawn = reparameterize(posterior.mean.cpu(), posterior.logvar.cpu(), noise)
    return drawn.to(posterior.mean.device)


def _measure_codes(
    model: nn.Module, checkpoint: Checkpoint, pictures: Pictures, indices: Tensor, train: Pictures
) -> dict[str, Any]:
    size = checkpoint.arguments["num_embeddings"]
    found, jpeg = defaultdict(list), JpegComparison()
    counts = torch.zeros(size, dtype=torch.int64)
    for x in batches(checkpoint, pictures, indices, _device(model)):
        codes = checkpoint.variant.encode(model, x).codes
        counts += torch.bincount(codes.flatten().cpu(), minlength=size)
        _collect_errors(found, checkpoint, checkpoint.variant.decode(model, codes), x)
        jpeg.add(x, [math.ceil(codes[0].numel() * metrics.uniform_bits(size) / 8)] * len(x))
    train_counts = _train_counts(model, checkpoint, train)
    uniform = metrics.uniform_bits(size)
    unigram = float((metrics.unigram_bits(train_counts) * counts).sum() / counts.sum())
    used = int((counts > 0).sum())
    measured = _errors({name: torch.cat(parts).cpu().double() for name, parts in found.items()}) | jpeg.measured()
    return measured | {
        "num_embeddings": size,
        "codes_used": used,
        "usage": used / size,
        "perplexity": metrics.perplexity(counts),
        "bits_per_code_uniform": uniform,
        "bits_per_code_unigram": unigram,
        "codes_per_image": None if checkpoint.any_size else codes[0].numel(),
        "bits_per_pixel_uniform": uniform / model.stride**2,
        "bits_per_pixel_unigram": unigram / model.stride**2,
        "code_counts": counts.tolist(),
        "train_code_counts": train_counts.tolist(),
    }


def _train_counts(model: nn.Module, checkpoint: Checkpoint, train: Pictures) -> Tensor:
    """How often each code is used on the train split, (K,) of int64."""
    size = checkpoint.arguments["num_embeddings"]
    counts = torch.zeros(size, dtype=torch.int64)
    for x in batches(checkpoint, train, torch.arange(min(len(train), MOST_TRAIN_IMAGES)), _device(model)):
        counts += torch.bincount(checkpoint.variant.encode(model, x).codes.flatten().cpu(), minlength=size)
    return counts


def _errors_cropped(model: nn.Module, checkpoint: Checkpoint, data_dir: Path) -> dict[str, Any]:
    """The errors of a model of any size on pictures of its dataset's own size, beside the other variants."""
    pictures = DATASETS[checkpoint.dataset].pictures(data_dir, "test")
    indices, found = torch.arange(min(len(pictures), MOST_IMAGES)), defaultdict(list)
    for x in batches(checkpoint, pictures, indices, _device(model)):
        _collect_errors(found, checkpoint, reconstruction(model, checkpoint, x), x)
    return {"images": len(indices)} | _errors({name: torch.cat(parts).cpu().double() for name, parts in found.items()})


def _measure_prior(model: nn.Module, checkpoint: Checkpoint, data_dir: Path) -> dict[str, Any]:
    device, size = _device(model), model.num_embeddings
    encoder = read_checkpoint(checkpoint.folder.parent / checkpoint.codes_of)
    vq_vae = load_model(encoder).to(device)
    train, test = (load_pictures(checkpoint, data_dir, split) for split in ("train", "test"))
    cost = metrics.unigram_bits(_train_counts(vq_vae, encoder, train))
    learned, unigram, jpeg = [], [], JpegComparison()
    for x in batches(encoder, test, torch.arange(min(len(test), MOST_IMAGES)), device):
        codes = _tiles(encoder.variant.encode(vq_vae, x).codes, model.height, model.width)
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
    recon, expected = (checkpoint.variant.pictures(y, checkpoint.image_shape) for y in (decoded, x))
    found["mse"].append(metrics.mean_squared_error(recon, expected))
    found["ssim"].append(metrics.ssim(recon, expected))


def _errors(together: dict[str, Tensor]) -> dict[str, Any]:
    mse = together["mse"].mean()
    quantiles = together["mse"].quantile(torch.linspace(0, 1, QUANTILES, dtype=torch.float64))
    return {
        "mse": float(mse),
        "psnr": float(metrics.psnr(mse)),
        "psnr_per_image": float(metrics.psnr(together["mse"]).mean()),
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
