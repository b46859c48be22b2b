"""One picture under every codebook of a dataset: what more codes buy, and what they cost."""

from dataclasses import dataclass

import torch
from PIL import Image

from vae_demo import metrics
from vae_demo.images import PictureLike, to_picture
from vae_demo.inference import checks
from vae_demo.inference.codes import unigram_bits
from vae_demo.inference.forward import decode, encode, fitted, fitted_whole, model_input, open_input
from vae_demo.inference.one_or_many import one_or_many
from vae_demo.inference.results import Result
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

MAX_COMPARED_SIDE = 256
"""The longest side in pixels at which a picture of any size is compared: that of the whole test photographs."""


@dataclass(frozen=True)
class CodebookMember(Result):
    """One codebook's answer: a code map of `codes` codes, `distinct` of them different, of `num_embeddings` there are.

    `psnr` is in decibels. `bits` counts all codes alike, `bits_unigram` each by its share of the train split's codes;
    None where those were not counted. `test_perplexity` is that of the test split's codes, None where not measured.
    """

    checkpoint: str
    weights_sha256: str | None
    num_embeddings: int
    reconstruction: Image.Image
    psnr: float
    ssim: float
    codes: int
    distinct: int
    bits: float
    bits_unigram: float | None
    test_perplexity: float | None


@dataclass(frozen=True)
class CodebookComparison(Result):
    """The picture, and the answer of each codebook of a dataset, from the smallest to the largest."""

    dataset: str
    model_input: Image.Image
    members: list[CodebookMember]


@one_or_many
def compare_codebooks(
    picture: PictureLike, dataset: str = "photos", checkpoints: Checkpoints | None = None
) -> CodebookComparison:
    """The picture, or each of a list of them, reconstructed with every codebook that was trained on `dataset`.

    Models of any size get it whole, shrunk to `MAX_COMPARED_SIDE` on its long side. Raises InputError for a picture or
    name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, codebook_datasets(checkpoints))
    family = sorted(checkpoints.of(dataset, "codes"), key=lambda c: (c.arguments["num_embeddings"], c.name))
    opened = open_input(picture)
    whole = all(checkpoint.any_size for checkpoint in family)
    x = fitted_whole(opened, family[0], MAX_COMPARED_SIDE) if whole else fitted(opened, family[0])
    with torch.inference_mode():
        members = [_member(x, checkpoint, checkpoints) for checkpoint in family]
    return CodebookComparison(dataset, to_picture(x), members)


def codebook_datasets(checkpoints: Checkpoints) -> list[str]:
    """The datasets with a VQ-VAE, in alphabetical order."""
    return sorted({checkpoint.dataset for checkpoint in checkpoints.of(None, "codes")})


def _member(x: torch.Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> CodebookMember:
    """The answer of one codebook to a picture (1, C, H, W) as the dataset has it."""
    expected = model_input(x, checkpoint)
    codes = encode(expected, checkpoint, checkpoints).codes
    recon = decode(codes, checkpoint, checkpoints)
    size = checkpoint.arguments["num_embeddings"]
    return CodebookMember(
        checkpoint=checkpoint.name,
        weights_sha256=checkpoint.weights_sha256,
        num_embeddings=size,
        reconstruction=to_picture(recon),
        psnr=float(metrics.psnr(metrics.mean_squared_error(recon, expected))),
        ssim=float(metrics.ssim(recon, expected)),
        codes=codes.numel(),
        distinct=len(codes.unique()),
        bits=codes.numel() * metrics.uniform_bits(size),
        bits_unigram=unigram_bits(codes, checkpoint),
        test_perplexity=checkpoint.metrics.get("perplexity"),
    )
