"""What evaluation measured, as Markdown tables for the README of this folder."""

from pathlib import Path
from typing import Any

from vae_demo.models.variant import PRIORS
from vae_demo.weights.catalogue import Checkpoint, read_catalogue

COLUMNS = {
    "psnr": ("PSNR (dB)", ".2f"),
    "ssim": ("SSIM", ".3f"),
    "rate": ("rate (nats)", ".1f"),
    "distortion": ("distortion (nats)", ".1f"),
    "negative_elbo": ("−ELBO (nats)", ".1f"),
    "negative_elbo_compared": ("−ELBO, same pixels", ".1f"),
    "active_dimensions": ("active", "d"),
    "mig": ("MIG", ".3f"),
    "codes_used": ("codes used", "d"),
    "perplexity": ("perplexity", ".0f"),
}
BITS = {
    "bits_per_code_uniform": ("uniform", ".2f"),
    "bits_per_code_unigram": ("unigram", ".2f"),
    "bits_per_code": ("this prior", ".2f"),
    "bits_per_pixel": ("bits a pixel", ".3f"),
}
BYTES = {
    "code_bytes_per_image": ("bytes of the codes", ".0f"),
    "psnr": ("PSNR (dB)", ".2f"),
    "jpeg_bytes_per_image": ("bytes of the JPEG", ".0f"),
    "jpeg_psnr": ("its PSNR (dB)", ".2f"),
}


def tables(checkpoints: Path) -> str:
    """Four tables of the checkpoints in a folder: reconstruction, samples, code priors, and codes beside JPEG."""
    found = list(read_catalogue(checkpoints).values())
    priors = [c for c in found if c.codes_of]
    measured = [_numbers([c for c in found if c not in priors], COLUMNS), _distances(found)]
    return "\n\n".join([*measured, _numbers(priors, BITS), _beside_jpeg(found)])


def _numbers(checkpoints: list[Checkpoint], columns: dict[str, tuple[str, str]]) -> str:
    measured = {c.name: c.metrics for c in checkpoints}
    return _rows(measured, columns)


def _beside_jpeg(checkpoints: list[Checkpoint]) -> str:
    """Each VQ-VAE with its codes at equal length, and at the length that a code prior gives them."""
    measured: dict[str, dict[str, Any]] = {}
    for c in checkpoints:
        if c.latent_kind == "codes":
            measured[f"{c.name}, {c.metrics['bits_per_code_uniform']:g} bits a code"] = c.metrics
            for prior in (p for p in checkpoints if p.codes_of == c.name):
                measured[f"{c.name}, under {prior.name}"] = prior.metrics | {"psnr": c.metrics["psnr"]}
    return _rows(measured, BYTES)


def _rows(measured: dict[str, dict[str, Any]], columns: dict[str, tuple[str, str]]) -> str:
    rows = [
        [format(found[key], form) if key in found else "" for key, (_, form) in columns.items()]
        for found in measured.values()
    ]
    return _markdown(list(measured), [title for title, _ in columns.values()], rows)


def _distances(checkpoints: list[Checkpoint]) -> str:
    sampled = [c for c in checkpoints if c.metrics.get("frechet")]
    sources = ["real", *PRIORS]
    rows = [[format(d[s], ".1f") if s in (d := c.metrics["frechet"]) else "" for s in sources] for c in sampled]
    return _markdown([c.name for c in sampled], ["train pictures", *PRIORS.values()], rows)


def _markdown(names: list[str], titles: list[str], rows: list[list[str]]) -> str:
    lines = [f"| checkpoint | {' | '.join(titles)} |", "| --- |" + " --- |" * len(titles)]
    return "\n".join(lines + [f"| {name} | {' | '.join(row)} |" for name, row in zip(names, rows, strict=True)])
