"""The card of a repository of checkpoints: what is in it, how good each is, and how to use one."""

from typing import Any

from huggingface_hub import ModelCardData, metadata_load

from vae_demo.weights.catalogue import Checkpoint

TEXT = """
# Variational autoencoders: VAE, ConvVAE, Beta-VAE and VQ-VAE

Each folder is one checkpoint: `config.json` and `model.safetensors`, `metrics.json` with what was measured on the test
split of its dataset, and `README.md`, its own card, which says how it was trained, what the numbers mean and where it
fails. Beside a Gaussian variant, `mixture.safetensors` is a second prior, and `means.safetensors` says where test
pictures lie among its latents.

| Checkpoint | Dataset | MSE | PSNR (dB) | SSIM |
| --- | --- | --- | --- | --- |
{rows}

With the library of the page that these were made for:

```python
from vae_demo import load_checkpoints, reconstruct

checkpoints = load_checkpoints("{repo}")
answer = reconstruct("picture.png", dataset="{dataset}", checkpoints=checkpoints)
```
"""


def weights_card(repo: str, catalogue: dict[str, Checkpoint]) -> bytes:
    """The repository's README.md: front matter gathered from the checkpoints' cards, and a table of their numbers."""
    cards = [metadata_load(checkpoint.folder / "README.md") or {} for checkpoint in catalogue.values()]
    licences = _gathered(cards, "license")
    data = ModelCardData(
        library_name="vae_demo",
        license=licences[0] if len(licences) == 1 else licences or None,
        datasets=_gathered(cards, "datasets") or None,
        tags=_gathered(cards, "tags") or None,
    )
    models = [c for c in catalogue.values() if c.latent_kind is not None]
    text = TEXT.format(
        rows="\n".join(_row(checkpoint) for checkpoint in catalogue.values()),
        repo=repo,
        dataset=models[0].dataset if models else "digits",
    )
    return f"---\n{data.to_yaml()}\n---\n{text}".encode()


def _gathered(cards: list[dict[str, Any]], key: str) -> list[str]:
    """All values of a key over the cards, each once, sorted."""
    values = [card.get(key) or [] for card in cards]
    return sorted({item for value in values for item in (value if isinstance(value, list) else [value])})


def _row(checkpoint: Checkpoint) -> str:
    numbers = (checkpoint.metrics.get(name) for name in ("mse", "psnr", "ssim"))
    shown = " | ".join("" if number is None else f"{number:.4g}" for number in numbers)
    return f"| [{checkpoint.name}]({checkpoint.name}/README.md) | {checkpoint.dataset} | {shown} |"
