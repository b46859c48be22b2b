"""What evaluation measured, as Markdown tables for the README of this folder."""

from pathlib import Path

from vae_demo.catalogue import Checkpoint, read_catalogue
from vae_demo.inference.sampling import PRIORS

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
    "bits_per_pixel_uniform": ("bits a pixel", ".3f"),
    "psnr": ("PSNR (dB)", ".2f"),
    "jpeg_bytes_per_image": ("bytes of the JPEG", ".0f"),
    "jpeg_psnr": ("its PSNR (dB)", ".2f"),
}


def tables(checkpoints: Path) -> str:
    """Four tables of the checkpoints in a folder: reconstruction, samples, code priors, and codes beside JPEG."""
    found = list(read_catalogue(checkpoints).values())
    priors = [c for c in found if c.variant == "code-prior"]
    vq_vaes = [c for c in found if c.variant == "vq-vae"]
    measured = [_numbers([c for c in found if c not in priors], COLUMNS), _distances(found)]
    return "\n\n".join([*measured, _numbers(priors, BITS), _numbers(vq_vaes, BYTES)])


def _numbers(checkpoints: list[Checkpoint], columns: dict[str, tuple[str, str]]) -> str:
    rows = [
        [format(c.metrics[key], form) if key in c.metrics else "" for key, (_, form) in columns.items()]
        for c in checkpoints
    ]
    return _markdown([c.name for c in checkpoints], [title for title, _ in columns.values()], rows)


def _distances(checkpoints: list[Checkpoint]) -> str:
    sampled = [c for c in checkpoints if c.metrics.get("frechet")]
    sources = ["real", *PRIORS]
    rows = [[format(d[s], ".1f") if s in (d := c.metrics["frechet"]) else "" for s in sources] for c in sampled]
    return _markdown([c.name for c in sampled], ["train pictures", *PRIORS.values()], rows)


def _markdown(names: list[str], titles: list[str], rows: list[list[str]]) -> str:
    lines = [f"| checkpoint | {' | '.join(titles)} |", "| --- |" + " --- |" * len(titles)]
    return "\n".join(lines + [f"| {name} | {' | '.join(row)} |" for name, row in zip(names, rows, strict=True)])
