"""Model cards: a checkpoint's README.md, written from its config, its recipe and its measured numbers alone."""

from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.evaluation.limits import draw_limits
from vae_demo.models.variant import PRIORS
from vae_demo.weights.catalogue import Checkpoint, read_checkpoint

HUB_DATASETS = {"digits": "ylecun/mnist"}

DATASET_LIMITS = {
    "digits": "It has only seen handwritten digits, white on black, centred by mass: anything else is drawn as digits "
    "would be.",
    "cartoons": "It has only seen cartoon faces, cropped alike on white: a photograph of a face is not one.",
    "sprites": "It has only seen one white square, ellipse or heart on black.",
    "photos": "It learned from some twenty thousand photographs; fine texture and text are lost.",
    "faces": "It has only seen some two thousand faces, upright, centred by eyes and mouth, and none of them real.",
}
NUMBERS = {
    "mse": "MSE",
    "psnr": "PSNR of the mean MSE (dB)",
    "psnr_per_image": "PSNR, mean over images (dB)",
    "ssim": "SSIM",
    "rate": "Rate: KL (nats)",
    "distortion": "Distortion, posterior sample (nats)",
    "distortion_mean": "Distortion, posterior mean (nats)",
    "negative_elbo": "Negative ELBO (nats)",
    "negative_elbo_compared": "Negative ELBO at the size that the dataset's variants are compared at (nats)",
    "negative_log_likelihood": "-log p(x), binarised, importance-weighted with 5,000 samples (nats)",
    "active_dimensions": "Active latent dimensions, KL above 0.01 nats",
    "active_units": "Active latent dimensions, variance of the means above 0.01",
    "mig": "Mutual information gap",
    "codes_used": "Codes used",
    "perplexity": "Perplexity of the codes",
    "bits_per_code": "Bits per code, this model",
    "bits_per_code_unigram": "Bits per code, unigram",
    "bits_per_code_uniform": "Bits per code, uniform",
    "bits_per_pixel": "Bits per pixel, this model",
    "bits_per_pixel_unigram": "Bits per pixel, unigram codes",
    "bits_per_pixel_uniform": "Bits per pixel, uniform codes",
    "code_bytes_per_image": "Mean bytes of a picture's codes",
    "jpeg_bytes_per_image": "Bytes of its JPEG: the best of at most as many, or else the smallest",
    "jpeg_psnr": "PSNR of that JPEG (dB)",
}
"""The numbers that a card shows, where metrics.json has them, in order."""
INDEXED = ("mse", "psnr", "ssim", "negative_elbo", "rate", "distortion", "mig", "perplexity", "bits_per_code")
"""Those that also go into the card's model-index."""


def write_card(folder: Path) -> Path:
    """Write FOLDER/README.md, a Hugging Face model card, and its picture; the same folder gives the same bytes.

    Raises CheckpointError where there is no metrics.json yet: a card without held-out numbers is none.
    """
    checkpoint = read_checkpoint(folder)
    if not checkpoint.metrics:
        raise CheckpointError(f"{checkpoint.name} has no metrics.json: evaluate it first.")
    parts = [
        f"---\n{_front_matter(checkpoint).to_yaml()}\n---",
        f"# {checkpoint.name}",
        checkpoint.architecture.about + _instance(checkpoint),
        "## Data",
        _data(checkpoint),
        "## Training",
        _training(checkpoint),
        "## Held-out numbers",
        _numbers(checkpoint.metrics),
        "## Loading",
        _loading(checkpoint),
        "## Limits",
        f"{checkpoint.architecture.limits} {DATASET_LIMITS.get(checkpoint.dataset, '')}".strip(),
        f"{draw_limits(checkpoint)}\n\n![What it fails at](limits.png)",
    ]
    path = folder / "README.md"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def _front_matter(checkpoint: Checkpoint) -> ModelCardData:
    hub_dataset = HUB_DATASETS.get(checkpoint.dataset)
    prior = bool(checkpoint.codes_of)
    results = [
        EvalResult(
            task_type="unconditional-image-generation" if prior else "image-to-image",
            task_name="Modelling code maps" if prior else "Reconstruction",
            dataset_type=hub_dataset or checkpoint.dataset,
            dataset_name=checkpoint.dataset,
            dataset_split=checkpoint.metrics["split"],
            metric_type=name,
            metric_name=NUMBERS[name],
            metric_value=checkpoint.metrics[name],
        )
        for name in INDEXED
        if name in checkpoint.metrics
    ]
    return ModelCardData(
        license="other" if checkpoint.training.get("own_pictures") else "apache-2.0",
        library_name="vae_demo",
        tags=["vae", checkpoint.architecture.name, checkpoint.dataset, "pytorch"],
        datasets=[hub_dataset] if hub_dataset else None,
        model_name=checkpoint.name,
        eval_results=results,
    )


def _instance(checkpoint: Checkpoint) -> str:
    channels, height, width = checkpoint.image_shape
    size = f"{height}x{width} pictures of {'one channel' if channels == 1 else 'three channels'}"
    if checkpoint.codes_of:
        return f" This one models the codes of `{checkpoint.codes_of}`."
    if checkpoint.any_size:
        return f" This one was trained on {size}, and takes any size whose sides are multiples of 4."
    if checkpoint.variant.flat:
        size += f", flattened to {channels * height * width:,} values"
    beta = f", with beta = {checkpoint.beta:g}" if checkpoint.beta is not None else ""
    return f" This one takes {size} in [0, 1]{beta}."


def _data(checkpoint: Checkpoint) -> str:
    dataset = DATASETS[checkpoint.dataset]
    return (
        f"`{dataset.name}`: {dataset.splits}.\n\n- Licence of the data: {dataset.licence}.\n- Source: {dataset.source}."
    )


def _code(commit: str | None) -> str:
    if not commit:
        return "not recorded"
    return f"commit {commit.removesuffix('-dirty')}" + (" and changes to it" if commit.endswith("-dirty") else "")


def _training(checkpoint: Checkpoint) -> str:
    noted = checkpoint.training
    if "steps" not in noted:
        return "How it was trained is not recorded."
    model = {
        name: checkpoint.config[name] for name in checkpoint.architecture.parameters() if name in checkpoint.config
    }
    rows = {
        "Steps": f"{noted['steps']:,} of {noted['batch_size']} pictures",
        "Optimiser": f"AdamW, weight decay {noted.get('weight_decay', 0):g}",
        "Learning rate": f"up to {noted['learning_rate']:g} over the first 1 % of the steps, then a cosine to 0",
        "Model": ", ".join(f"`{name}={value}`" for name, value in model.items()),
        "Seed": str(noted.get("seed", 0)),
        "Code": _code(noted.get("commit")),
    }
    if "continue_from" in noted:
        rows["Start"] = f"the weights of {noted['continue_from']}, as they were then"
    if noted.get("mixed_precision"):
        rows["Precision"] = "forward passes in bfloat16, by autocast; weights, losses and codes in float32"
    if "kl_warmup" in noted:
        rows["KL weight"] = f"rises to its full value over the first {100 * noted['kl_warmup']:g} % of the steps"
    if "autoencoder_steps" in noted:
        rows["Codebook"] = (
            f"{noted['autoencoder_steps']} steps of plain autoencoder, k-means start, then "
            + ("moving averages" if "ema_decay" in model else "the codebook loss")
            + (f"; unused codes restarted every {every} steps" if (every := model.get("restart_every")) else "")
        )
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"| | |\n| --- | --- |\n{table}\n\nThe weights are stored in half precision. {_again(checkpoint)}"


def _again(checkpoint: Checkpoint) -> str:
    """How to train another like it."""
    noted, train = checkpoint.training, "python -m vae_demo.training train"
    if noted.get("own_pictures"):
        options = {
            "variant": checkpoint.architecture.name,
            "name": checkpoint.name,
            "dataset": checkpoint.dataset,
            "size": checkpoint.dataset_shape[1],
            "beta": checkpoint.beta and f"{checkpoint.beta:g}",
            "codes-of": checkpoint.codes_of,
            "continue-from": noted.get("continue_from", "none"),
            "steps": noted["steps"],
        }
        given = " ".join(f"--{name} {value}" for name, value in options.items() if value)
        command = f"{train} --pictures FOLDER {given}"
        return f"It was trained on a folder of somebody's own pictures, by\n\n```\n{command}\n```"
    option = " --mixed-precision" if noted.get("mixed_precision") else ""
    return (
        f"To train it by the recipe of its name:\n\n```\n{train} {checkpoint.name} --data-dir DATA{option}\n"
        f"python -m vae_demo.training evaluate {checkpoint.name} --data-dir DATA\n```"
    )


def _numbers(metrics: dict[str, Any]) -> str:
    rows = "\n".join(f"| {title} | {metrics[name]:g} |" for name, title in NUMBERS.items() if name in metrics)
    factors = metrics.get("mig_per_factor", {})
    rows += "".join(f"\n| Mutual information gap: {factor} | {value:g} |" for factor, value in factors.items())
    likelihood = f" The likelihood is {metrics['likelihood']}." if "likelihood" in metrics else ""
    if cropped := metrics.get("cropped"):
        rows += "".join(
            f"\n| {NUMBERS[name]}, {cropped['images']:,} pictures of the dataset's own size | {cropped[name]:g} |"
            for name in ("mse", "psnr", "psnr_per_image", "ssim")
        )
    if metrics.get("frechet"):
        rows += "".join(f"\n| {_frechet_title(source)} | {value:g} |" for source, value in metrics["frechet"].items())
    return (
        f"On {metrics['images']:,} pictures of the {metrics['split']} split, with the weights as served "
        f"({metrics['parameters']:,} parameters, SHA-256 `{metrics['weights_sha256']}`).\n\n"
        f"| | |\n| --- | --- |\n{rows}\n\nNormalisation: {metrics['normalisation']}.{likelihood}"
    )


def _frechet_title(source: str) -> str:
    whose = "of train pictures, the floor" if source == "real" else f"of samples, {PRIORS[source]}"
    return f"Fréchet distance {whose}"


def _loading(checkpoint: Checkpoint) -> str:
    name = checkpoint.architecture.model.__name__
    text = (
        f"```python\nfrom vae_demo.models import {name}\n\n"
        f'model = {name}.from_pretrained("checkpoints/{checkpoint.name}", strict=True)\n```'
    )
    if checkpoint.mixture.exists():
        text += (
            "\n\n`mixture.safetensors` holds a Gaussian mixture fitted to the encoder's posterior means on the train "
            "split (Ghosh et al., arXiv:1903.12436), a second prior to sample from beside N(0, I)."
        )
    if checkpoint.means.exists():
        text += (
            "\n\n`means.safetensors` holds the posterior means of pictures of the test split, for the page's plane of "
            "latents; the model does not need it."
        )
    return text
