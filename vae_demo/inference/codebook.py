"""The codebook of a VQ-VAE, for a palette: a colour for each code, and how often each is used."""

import math
from dataclasses import dataclass
from html import escape
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from vae_demo.inference.codes import DEFAULT_CHECKPOINT
from vae_demo.inference.results import Result
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store


@dataclass(frozen=True)
class Codebook(Result):
    """A VQ-VAE's codes: a colour for each, alike for alike codes, and its share of all codes of the test split."""

    checkpoint: str
    colours: list[str]
    usage: list[float] | None
    perplexity: float | None

    def _repr_html_(self) -> str:
        """As every result, and the palette."""
        style = "display: inline-block; width: 14px; height: 14px; background:"
        palette = (
            f'<span title="code {code}" style="{style} {escape(colour)}"></span>'
            for code, colour in enumerate(self.colours)
        )
        return f'{super()._repr_html_()}<div style="line-height: 14px">{"".join(palette)}</div>'


def codebook(checkpoint: str = DEFAULT_CHECKPOINT, checkpoints: Checkpoints | None = None) -> Codebook:
    """The colours and usage of a VQ-VAE's codes. Raises InputError for an unknown name."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "codes")
    measured = chosen.metrics
    counts = measured.get("code_counts")
    total = sum(counts or ())
    return Codebook(
        checkpoint=chosen.name,
        colours=_colours(checkpoints.model(chosen).quantizer),
        usage=[count / total for count in counts] if counts else None,
        perplexity=measured.get("perplexity"),
    )


_known_colours: WeakKeyDictionary[VectorQuantizer, list[str]] = WeakKeyDictionary()


def _colours(quantizer: VectorQuantizer) -> list[str]:
    if quantizer not in _known_colours:
        _known_colours[quantizer] = code_colours(quantizer.embedding.weight)
    return _known_colours[quantizer]


def code_colours(vectors: Tensor) -> list[str]:
    """A CSS colour for each code vector (K, D): near vectors get near colours.

    The vectors' two leading principal components turn into hue, by their angle, and lightness and chroma, by their
    rank of distance from the middle, in OKLCH, where equal steps look equal (Ottosson, 2020).
    """
    centred = (vectors - vectors.mean(dim=0)).double()
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    # A component's sign is arbitrary: fix it, so that the colours do not depend on the linear algebra library.
    axes = axes * axes.gather(1, axes.abs().argmax(dim=1, keepdim=True)).sign()
    x, y = (centred @ axes[:2].T).unbind(1)
    hue = torch.atan2(y / y.std(), x / x.std()) * 180 / math.pi % 360
    rank = torch.hypot(x, y).argsort().argsort() / max(1, len(vectors) - 1)
    return [
        f"oklch({0.88 - 0.38 * r:.3f} {0.04 + 0.12 * r:.3f} {h:.1f})"
        for r, h in zip(rank.tolist(), hue.tolist(), strict=True)
    ]
