"""A picture to a file of its codes, of as many bytes as the codes' probability says, and back."""

import hashlib
import json
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import torch
from PIL import Image
from torch import Tensor

from vae_demo.entropy_coding import file as code_file
from vae_demo.entropy_coding.file import CodeFile
from vae_demo.entropy_coding.probabilities import PriorProbabilities, Probabilities, Progress, UsageProbabilities
from vae_demo.errors import CheckpointError, InputError
from vae_demo.images import PictureLike, to_picture
from vae_demo.inference import checks
from vae_demo.inference.codes import DecodedCodes, code_counts, decode_codes
from vae_demo.inference.forward import decode, encode, fitted, fitted_whole, model_input, open_input
from vae_demo.inference.results import Result
from vae_demo.models.code_prior import CodePrior
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

log = logging.getLogger(__name__)

COMPRESSED_BY = "vq-vae-photos"
"""Encodes a picture of any size, whole."""
MAX_LINKED_CODES = 256
"""The most codes whose file, as text, goes into the page's address."""


@dataclass(frozen=True)
class CompressedPicture(Result):
    """What the header of a file of codes says: the checkpoint whose codes they are, their rows and columns."""

    checkpoint: str
    height: int
    width: int
    bytes: int


@dataclass(frozen=True)
class DecompressedPicture(CompressedPicture):
    """A file's picture and its codes, `height` rows of `width`."""

    picture: Image.Image
    codes: list[list[int]]


def compress(
    picture: PictureLike,
    checkpoint: str = COMPRESSED_BY,
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda share: None,
) -> bytes:
    """A picture as the file of its codes: `vae_demo.entropy_coding.file` has the format.

    At most 16 bytes more than -log2 of the map's probability: under the checkpoint's code prior, tile by tile, or else
    by the share of each code in the train split, or else with all codes alike. Any machine with the same weights reads
    it. A checkpoint of any size gets the whole picture, shrunk to 1,024 pixels on its long side. `progress` is told the
    share, 0 to 1, that is done. Raises InputError for a picture or name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "codes")
    opened = open_input(picture)
    x = fitted_whole(opened, chosen) if chosen.any_size else fitted(opened, chosen)
    with torch.inference_mode():
        return _written(encode(model_input(x, chosen), chosen, checkpoints).values[0], chosen, checkpoints, progress)


def compress_codes(
    codes: checks.Numbers,
    checkpoint: str = COMPRESSED_BY,
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda share: None,
) -> bytes:
    """As `compress`, of a code map, rows of code indices: a list of lists, or an array or tensor (H, W) of integers.

    Raises InputError for one that the checkpoint cannot have.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "codes")
    checked = checks.code_map(codes, chosen.arguments["num_embeddings"], code_file.MAX_SIDE)
    with torch.inference_mode():
        return _written(torch.tensor(checked), chosen, checkpoints, progress)


def decompress(
    file: bytes | str | Path, checkpoints: Checkpoints | None = None, progress: Progress = lambda share: None
) -> DecompressedPicture:
    """The picture and the codes in what `compress` gave, here or elsewhere, or in a file of that; `progress` as there.

    Raises InputError for what is no such file, is damaged, or was written with weights that are not here.
    """
    checkpoints = checkpoints or default_store().current
    data = _content(file)
    parsed, chosen = _parsed(data, checkpoints)
    codes = _codes(parsed, chosen, checkpoints, progress)
    with torch.inference_mode():
        picture = to_picture(decode(codes.unsqueeze(0), chosen, checkpoints))
    return DecompressedPicture(chosen.name, parsed.height, parsed.width, len(data), picture, codes.tolist())


def open_compressed(
    file: bytes | str | Path, checkpoints: Checkpoints | None = None, progress: Progress = lambda share: None
) -> DecodedCodes:
    """As `decompress`, with what `decode_codes` says of a code map."""
    checkpoints = checkpoints or default_store().current
    parsed, chosen = _parsed(_content(file), checkpoints)
    return decode_codes(_codes(parsed, chosen, checkpoints, progress), chosen.name, checkpoints)


def describe_compressed(file: bytes | str | Path, checkpoints: Checkpoints | None = None) -> CompressedPicture:
    """What the header of a file of codes says; the codes are not decoded. Raises InputError as `decompress` does."""
    data = _content(file)
    parsed, chosen = _parsed(data, checkpoints or default_store().current)
    return CompressedPicture(chosen.name, parsed.height, parsed.width, len(data))


def _written(codes: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints, progress: Progress) -> bytes:
    return code_file.write(codes, _identity(checkpoint, checkpoints), _probabilities(checkpoint, checkpoints), progress)


@torch.inference_mode()
def _codes(parsed: CodeFile, checkpoint: Checkpoint, checkpoints: Checkpoints, progress: Progress) -> Tensor:
    return code_file.read(parsed, _probabilities(checkpoint, checkpoints), progress)


def _content(file: bytes | str | Path) -> bytes:
    if isinstance(file, bytes):
        return file
    if not isinstance(file, (str, Path)) or not str(file):
        raise InputError("Give a file of codes first.")
    try:
        with Path(file).open("rb") as opened:
            return opened.read(code_file.MAX_BYTES + 1)  # of a larger file the beginning is enough to refuse it
    except (OSError, ValueError) as error:
        raise InputError("The file of codes cannot be read: send it again.") from error


def _parsed(data: bytes, checkpoints: Checkpoints) -> tuple[CodeFile, Checkpoint]:
    parsed = code_file.parse(data)
    for checkpoint in checkpoints.of(None, "codes"):
        try:
            found = _identity(checkpoint, checkpoints) == parsed.identity
        except CheckpointError as error:  # of one whose files are wrong, the others' are read as well
            log.error("%s", error)
            continue
        if found:
            return parsed, checkpoint
    raise InputError("The file was made with other weights, or is damaged: it cannot be decoded here.")


def _identity(checkpoint: Checkpoint, checkpoints: Checkpoints) -> bytes:
    """What the codes mean and how probable they are, in a few bytes: other weights have others."""
    prior = checkpoints.code_prior(checkpoint)
    if prior is None:
        probabilities = _counts(checkpoint)
    else:
        probabilities = {"weights_sha256": prior.weights_sha256, "arguments": prior.arguments}
    described = json.dumps([checkpoint.weights_sha256, probabilities], sort_keys=True)
    return hashlib.sha256(described.encode()).digest()[: code_file.IDENTITY_BYTES]


def _probabilities(checkpoint: Checkpoint, checkpoints: Checkpoints) -> Probabilities:
    if checkpoints.code_prior(checkpoint) is None:
        return UsageProbabilities(_counts(checkpoint))
    prior = checkpoints.learned_prior(checkpoint)
    with _known_lock:
        if prior not in _known:
            _known[prior] = PriorProbabilities(prior)
        return _known[prior]


_known: WeakKeyDictionary[CodePrior, PriorProbabilities] = WeakKeyDictionary()
_known_lock = threading.Lock()


def _counts(checkpoint: Checkpoint) -> list[int]:
    """How often each code was used in the train split, else in the test split; 0 for all where neither was counted."""
    counts = code_counts(checkpoint, "train_code_counts") or code_counts(checkpoint, "code_counts")
    return counts or [0] * checkpoint.arguments["num_embeddings"]
