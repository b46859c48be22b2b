"""Encode a picture to its VQ code map, decode a code map to its picture, and keep one in a file."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.errors import InputError
from vae_demo.images import jpeg_within, to_picture
from vae_demo.inference import checks
from vae_demo.inference.edited_codes import edited_map_decoder
from vae_demo.inference.reconstruction import read_picture
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.preprocessing import from_model
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints, code_prior_of
from vae_demo.weights.store import default_store

MAX_GRID = 256
"""The most codes either way that a code map may have."""
MAX_EDITED_SIDE = 128
"""The longest side in pixels at which a picture of any size is encoded: 32 codes either way can still be clicked."""


MAX_FILE_CHARACTERS = 1_000_000
"""The longest file of codes that is read: 256 x 256 codes take half of it."""
FORMAT = "vae-demo code map 1"


@dataclass(frozen=True)
class DecodedCodes:
    """A code map's picture and what the map is like: how many `distinct` codes, their `perplexity`, and its bits.

    `codes` are H rows of W codes, each from 0 to the codebook's size less 1.
    `bits` counts every code alike, `bits_unigram` by its share of the test split's codes, `bits_prior` by the learned
    code prior: -log2 of the whole map's probability. None where no test split was measured, and where there is no code
    prior for this checkpoint and size of map. `file` is the code map as `open_codes` reads it.
    """

    checkpoint: str
    codes: list[list[int]]
    picture: Image.Image
    distinct: int
    perplexity: float
    bits: float
    bits_unigram: float | None
    bits_prior: float | None
    file: str


@dataclass(frozen=True)
class JpegPicture:
    """A picture as a JPEG file of `bytes` at `quality` (1 to 95), and its error beside the picture, in decibels."""

    picture: Image.Image
    bytes: int
    quality: int
    psnr: float


@dataclass(frozen=True)
class EncodedPicture(DecodedCodes):
    """A picture's code map, with the picture that went in, its error, and a JPEG of at most as many bytes as the codes
    at equal length, or the smallest JPEG there is where even that is larger.

    `mse` is a mean over pixels and channels of values in [0, 1], `psnr` is in decibels.
    """

    model_input: Image.Image
    mse: float
    psnr: float
    jpeg: JpegPicture


@dataclass(frozen=True)
class Codebook:
    """A VQ-VAE's codes: a colour for each, alike for alike codes, and its share of all codes of the test split."""

    checkpoint: str
    colours: list[str]
    usage: list[float] | None
    perplexity: float | None


def encode_codes(
    picture: str | Path, checkpoint: str = "vq-vae-digits", checkpoints: Checkpoints | None = None
) -> EncodedPicture:
    """The code map of the picture in a file, of a code for each 4 x 4 pixels.

    A checkpoint of whole pictures gets one shrunk to `MAX_EDITED_SIDE` on its long side: a map is there to be edited.
    Raises InputError for a picture or name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vq-vae")
    x = read_picture(picture, chosen, max_side=MAX_EDITED_SIDE)
    with torch.inference_mode():
        codes = checkpoints.model(chosen).encode(x)
        recon = _decode(codes, chosen, checkpoints)
    mse = metrics.mean_squared_error(recon, x)
    described = _describe(chosen, codes, recon, checkpoints)
    return EncodedPicture(
        **described,
        model_input=to_picture(x),
        mse=float(mse),
        psnr=float(metrics.psnr(mse)),
        jpeg=_jpeg(to_picture(x), math.ceil(described["bits"] / 8)),
    )


def decode_codes(
    codes: list[list[int]], checkpoint: str = "vq-vae-digits", checkpoints: Checkpoints | None = None
) -> DecodedCodes:
    """The picture of a code map, rows of code indices. Raises InputError for a map that the checkpoint cannot have."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vq-vae")
    checked = torch.tensor([checks.code_map(codes, codebook_size(chosen), MAX_GRID)])
    with torch.inference_mode():
        return DecodedCodes(**_describe(chosen, checked, _decode(checked, chosen, checkpoints), checkpoints))


def open_codes(file: str, checkpoints: Checkpoints | None = None) -> DecodedCodes:
    """The picture of a code map that was saved: the text of `DecodedCodes.file`.

    JSON: the `format`, the `checkpoint`, the SHA-256 of its weights, so that the codes mean the same vectors, and the
    `codes` by rows. Raises InputError for a file that is none, that is damaged, or whose weights are not here.
    """
    checkpoints = checkpoints or default_store().current
    if not isinstance(file, str) or len(file) > MAX_FILE_CHARACTERS:
        raise InputError("That is no file of codes, or is far too large for one.")
    try:
        saved = json.loads(file)
    except (ValueError, RecursionError) as error:
        raise InputError("The file of codes is damaged: it is not JSON.") from error
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise InputError(f'That is no file of codes: its "format" must be "{FORMAT}".')
    chosen = checkpoints.get(saved.get("checkpoint"), "vq-vae")
    if saved.get("weights_sha256") != chosen.weights_sha256:
        raise InputError(
            f"The codes were saved with other weights of {chosen.name}: to these they would mean another picture."
        )
    return decode_codes(saved.get("codes"), chosen.name, checkpoints)


def codebook_size(checkpoint: Checkpoint) -> int:
    """How many codes a VQ-VAE has; the class's default where the config is silent."""
    return int(checkpoint.config.get("num_embeddings", 512))


def codebook(checkpoint: str = "vq-vae-digits", checkpoints: Checkpoints | None = None) -> Codebook:
    """The colours and usage of a VQ-VAE's codes. Raises InputError for an unknown name."""
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "vq-vae")
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


def _decode(codes: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Tensor:
    """A code map (1, H, W) to its picture (1, C, 4 H, 4 W) in [0, 1]; after an edit only where that reaches."""
    decoded = edited_map_decoder(checkpoints.model(checkpoint)).decode(codes)
    return from_model(decoded, checkpoint.variant, checkpoint.image_shape)


def _describe(checkpoint: Checkpoint, codes: Tensor, recon: Tensor, checkpoints: Checkpoints) -> dict[str, object]:
    size = codebook_size(checkpoint)
    counts = torch.bincount(codes.flatten(), minlength=size)
    rows = codes[0].tolist()
    saved = {"format": FORMAT, "checkpoint": checkpoint.name, "weights_sha256": checkpoint.weights_sha256}
    return {
        "checkpoint": checkpoint.name,
        "codes": rows,
        "picture": to_picture(recon),
        "distinct": int((counts > 0).sum()),
        "perplexity": metrics.perplexity(counts),
        "bits": codes.numel() * metrics.uniform_bits(size),
        "bits_unigram": _unigram_bits(codes, checkpoint.metrics.get("code_counts")),
        "bits_prior": _prior_bits(codes, checkpoint, checkpoints),
        "file": json.dumps(saved | {"codes": rows}, separators=(",", ":")),
    }


def _unigram_bits(codes: Tensor, test_counts: list[int] | None) -> float | None:
    if not test_counts:
        return None
    # Add-one smoothing: a code that the test split never met still has a finite cost.
    counts = torch.tensor(test_counts, dtype=torch.float64) + 1
    return float(-(counts / counts.sum()).log2()[codes].sum())


def _prior_bits(codes: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> float | None:
    prior = code_prior_of(checkpoint, checkpoints)
    if prior is None:
        return None
    model = checkpoints.model(prior)
    return float(model.bits(codes)) if codes.shape[1:] == (model.height, model.width) else None


def _jpeg(picture: Image.Image, max_bytes: int) -> JpegPicture:
    coded, size, quality = jpeg_within(picture, max_bytes)
    pair = [torch.from_numpy(np.array(p)).double() / 255 for p in (coded, picture)]
    return JpegPicture(coded, size, quality, float(metrics.psnr((pair[0] - pair[1]).pow(2).mean())))
