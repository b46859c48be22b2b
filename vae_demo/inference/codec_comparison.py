"""A VQ-VAE as a codec beside those that people use: JPEG, WebP and AVIF in as many bytes as its file of codes."""

from dataclasses import dataclass

import torch
from PIL import Image

from vae_demo import metrics
from vae_demo.entropy_coding.text import to_text
from vae_demo.images import PictureLike, as_tensor, available_codecs, coded_within, to_picture
from vae_demo.inference.codes import MAX_EDITED_SIDE
from vae_demo.inference.compression import COMPRESSED_BY, Progress, compress_codes
from vae_demo.inference.forward import decode, encode, fitted, fitted_whole, model_input, open_input
from vae_demo.inference.one_or_many import one_or_many
from vae_demo.inference.results import Result
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store


@dataclass(frozen=True)
class CodecPicture(Result):
    """A picture as a file of `bytes`, headers included: what is decoded from it, and its errors.

    `psnr` is in decibels, `ssim` from -1 to 1, both of pixels of 8 bits. `quality` is what the codec was told, 0 to 95;
    None for a file of codes.
    """

    codec: str
    bytes: int
    quality: int | None
    picture: Image.Image
    psnr: float
    ssim: float


@dataclass(frozen=True)
class CodecComparison(Result):
    """A picture as the VQ-VAE gets it, as its file of codes, and as the best file of each codec of at most as many
    bytes, or the codec's smallest file where even that has more.

    `text` is the file of codes as base64url, which `from_text` reads. The map has `height` rows of `width` codes.
    """

    checkpoint: str
    height: int
    width: int
    model_input: Image.Image
    codes: CodecPicture
    text: str
    codecs: list[CodecPicture]


@one_or_many
def compare_codecs(
    picture: PictureLike,
    checkpoint: str = COMPRESSED_BY,
    whole: bool = True,
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda share: None,
) -> CodecComparison:
    """Compress a picture, or each of a list of them, by a VQ-VAE, as `compress` does, and by the codecs that this
    Pillow writes.

    A checkpoint of any size gets the `whole` picture, or else as small a one as `encode_codes` takes. `progress` is
    told the share, 0 to 1, that is done. Raises InputError for a picture or name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    chosen = checkpoints.get(checkpoint, "codes")
    opened = open_input(picture)
    if not chosen.any_size:
        x = fitted(opened, chosen)
    else:
        x = fitted_whole(opened, chosen) if whole else fitted_whole(opened, chosen, MAX_EDITED_SIDE)
    with torch.inference_mode():
        inputs = model_input(x, chosen)
        codes = encode(inputs, chosen, checkpoints).values
        decoded = to_picture(decode(codes, chosen, checkpoints))
    names = available_codecs()
    steps = 1 + len(names)
    file = compress_codes(codes[0], chosen.name, checkpoints, lambda share: progress(share / steps))
    given, found = to_picture(chosen.variant.pictures(inputs, chosen.image_shape)), []
    for step, name in enumerate(names, start=1):
        progress(step / steps)
        decoded_by_codec, size, quality = coded_within(given, name, len(file))
        found.append(CodecPicture(name, size, quality, decoded_by_codec, **_errors(decoded_by_codec, given)))
    ours = CodecPicture(chosen.title, len(file), None, decoded, **_errors(decoded, given))
    return CodecComparison(chosen.name, *codes.shape[1:], given, ours, to_text(file), found)


def _errors(decoded: Image.Image, given: Image.Image) -> dict[str, float]:
    recon, x = (as_tensor(picture) for picture in (decoded, given))
    return {
        "psnr": float(metrics.psnr(metrics.mean_squared_error(recon, x))),
        "ssim": float(metrics.ssim(recon, x)),
    }
