"""Encode a picture to its code map, decode a code map to its picture, and keep one in a file."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.errors import CheckpointError, InputError
from vae_demo.images import PictureLike, to_picture
from vae_demo.inference import checks
from vae_demo.inference.forward import decode, encode, fitted, fitted_whole, model_input, open_input
from vae_demo.inference.one_or_many import one_or_many
from vae_demo.inference.results import Result, saved_as
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

DEFAULT_CHECKPOINT = "vq-vae-cartoons"
"""What this and the page begin with."""
MAX_GRID = 256
"""The most codes either way that a code map may have."""
MAX_EDITED_SIDE = 128
"""The longest side in pixels at which a picture of any size is encoded: 32 codes either way can still be clicked."""
MAX_FILE_CHARACTERS = 1_000_000
"""The longest file of codes that is read: 256 x 256 codes take half of it."""
FORMAT = "vae-demo code map 1"
CODES_FILE = "codes.json"
"""The code map in the folder that a result was saved in."""


@dataclass(frozen=True)
class DecodedCodes(Result):
    """A code map's picture and what the map is like: how many `distinct` codes, their `perplexity`, and its bits.

    `codes` are H rows of W codes, each from 0 to the codebook's size less 1.
    `bits` counts every code alike, `bits_unigram` by its share of the train split's codes, `bits_prior` by the learned
    code prior: -log2 of the whole map's probability. None where nothing was measured, and where there is no code
    prior for this checkpoint and size of map. `file` is the code map as `open_codes` reads it.
    `weights_sha256` is the SHA-256 of the weights that answered, in hex.
    """

    checkpoint: str
    weights_sha256: str | None
    codes: list[list[int]]
    picture: Image.Image
    distinct: int
    perplexity: float
    bits: float
    bits_unigram: float | None
    bits_prior: float | None
    file: str = saved_as(CODES_FILE)


@dataclass(frozen=True)
class EncodedPicture(DecodedCodes):
    """A picture's code map, with the picture that went in, and its error.

    `mse` is a mean over pixels and channels of values in [0, 1], `psnr` is in decibels.
    """

    model_input: Image.Image
    mse: float
    psnr: float


@one_or_many
def encode_codes(
    picture: PictureLike, checkpoint: str = DEFAULT_CHECKPOINT, checkpoints: Checkpoints | None = None
) -> EncodedPicture:
    """The code map of a picture, of a code for each 4 x 4 pixels; of a list of pictures, that of each.

    A checkpoint of any size gets the whole picture, shrunk to `MAX_EDITED_SIDE` on its long side: a map is there to be
    edited.
    Raises InputError for a picture or name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "codes")
    opened = open_input(picture)
    x = fitted_whole(opened, chosen, MAX_EDITED_SIDE) if chosen.any_size else fitted(opened, chosen)
    with torch.inference_mode():
        inputs = model_input(x, chosen)
        latent = encode(inputs, chosen, checkpoints)
        recon = decode(latent.codes, chosen, checkpoints)
    x = chosen.variant.pictures(inputs, chosen.image_shape)
    mse = metrics.mean_squared_error(recon, x)
    return EncodedPicture(
        **_describe(chosen, latent.codes, recon, checkpoints),
        model_input=to_picture(x),
        mse=float(mse),
        psnr=float(metrics.psnr(mse)),
    )


def decode_codes(
    codes: checks.Numbers, checkpoint: str = DEFAULT_CHECKPOINT, checkpoints: Checkpoints | None = None
) -> DecodedCodes:
    """The picture of a code map, H rows of W code indices: a list of lists, or an array or tensor (H, W) of integers.

    Raises InputError for a map that the checkpoint cannot have.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "codes")
    checked = torch.tensor([checks.code_map(codes, chosen.arguments["num_embeddings"], MAX_GRID)])
    with torch.inference_mode():
        return DecodedCodes(**_describe(chosen, checked, decode(checked, chosen, checkpoints), checkpoints))


def open_codes(file: str | os.PathLike[str], checkpoints: Checkpoints | None = None) -> DecodedCodes:
    """The picture of a code map that was saved: a path to its file, or to the folder of a result's `save`, or its text,
    which is `DecodedCodes.file`. A str that begins with "{" is text, and any other is a path.

    Raises InputError as `open_codes_text`, and for a file that cannot be read.
    """
    is_text = isinstance(file, str) and file.lstrip().startswith("{")
    return open_codes_text(file if is_text else _text_in(file), checkpoints)


def _text_in(file: Any) -> str:
    if not isinstance(file, (str, os.PathLike)):
        raise InputError(f"A saved code map is a path, or the text of its file, not {type(file).__name__}.")
    try:
        path = Path(os.fsdecode(file))
        path = path / CODES_FILE if path.is_dir() else path
        if not path.is_file():
            raise InputError(f'There is no file {path}, and the text of a saved code map begins with "{{".')
        with path.open("rb") as opened:
            return opened.read(MAX_FILE_CHARACTERS + 1).decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no file of codes: it is not text.") from error
    except (OSError, ValueError) as error:  # ValueError also for what cannot be a path
        if isinstance(error, InputError):
            raise
        raise InputError(f"The file of codes cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def open_codes_text(file: Any, checkpoints: Checkpoints | None = None) -> DecodedCodes:
    """The picture of a code map from the text of its file alone: whoever sends a text cannot have a file opened.

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
    chosen = checkpoints.get(saved.get("checkpoint"), "codes")
    if saved.get("weights_sha256") != chosen.weights_sha256:
        raise InputError(
            f"The codes were saved with other weights of {chosen.name}: to these they would mean another picture."
        )
    return decode_codes(saved.get("codes"), chosen.name, checkpoints)


def _describe(checkpoint: Checkpoint, codes: Tensor, recon: Tensor, checkpoints: Checkpoints) -> dict[str, object]:
    size = checkpoint.arguments["num_embeddings"]
    counts = torch.bincount(codes.flatten(), minlength=size)
    rows = codes[0].tolist()
    saved = {"format": FORMAT, "checkpoint": checkpoint.name, "weights_sha256": checkpoint.weights_sha256}
    return {
        "checkpoint": checkpoint.name,
        "weights_sha256": checkpoint.weights_sha256,
        "codes": rows,
        "picture": to_picture(recon),
        "distinct": int((counts > 0).sum()),
        "perplexity": metrics.perplexity(counts),
        "bits": codes.numel() * metrics.uniform_bits(size),
        "bits_unigram": unigram_bits(codes, checkpoint),
        "bits_prior": _prior_bits(codes, checkpoint, checkpoints),
        "file": json.dumps(saved | {"codes": rows}, separators=(",", ":")),
    }


def code_counts(checkpoint: Checkpoint, key: str) -> list[int] | None:
    """How often each code was used, as a metrics.json has it under `key`; None where it was not counted.

    Raises CheckpointError for anything else: the file may be a host's.
    """
    size, counts = checkpoint.arguments["num_embeddings"], checkpoint.metrics.get(key)
    if not counts:
        return None
    whole = isinstance(counts, list) and all(type(count) is int and 0 <= count < 2**40 for count in counts)
    if not whole or len(counts) != size:
        raise CheckpointError(f"{checkpoint.name}/metrics.json: {key} must be {size} whole numbers.")
    return counts


def unigram_bits(codes: Tensor, checkpoint: Checkpoint) -> float | None:
    """What codes of int64 cost, each by its share of the train split's; None where those were not counted."""
    train_counts = code_counts(checkpoint, "train_code_counts")
    return float(metrics.unigram_bits(torch.tensor(train_counts))[codes].sum()) if train_counts else None


def _prior_bits(codes: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> float | None:
    if checkpoints.code_prior(checkpoint) is None:
        return None
    model = checkpoints.learned_prior(checkpoint)
    return float(model.bits(codes)) if codes.shape[1:] == (model.height, model.width) else None
