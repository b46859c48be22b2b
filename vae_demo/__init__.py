"""Four variational autoencoders to understand by using them: the VAE, ConvVAE, Beta-VAE and VQ-VAE behind the page.

from vae_demo import load_checkpoints, reconstruct
checkpoints = load_checkpoints("OWNER/REPO")
reconstruct("seven.png", dataset="digits", checkpoints=checkpoints).variants[0].reconstruction

A picture is a path, bytes, an open file, a Pillow picture, an array or a tensor; a list of pictures gives a list of
results (but `compress` makes one file a call). Every result shows itself in a notebook, and `save(folder)` writes its
pictures and numbers.

Without `checkpoints`, every function uses the bundled ones, or those that VAE_DEMO_HUB_REPO names. What cannot be
answered raises `InputError`, and weights that cannot be used raise `CheckpointError`, with a sentence that says why.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vae_demo.errors import CheckpointError, InputError

if TYPE_CHECKING:
    from vae_demo.inference import (
        BetaComparison,
        BetaMember,
        Checkpoints,
        Codebook,
        CodebookComparison,
        CodebookMember,
        CodecComparison,
        CodecPicture,
        CompressedPicture,
        DecodedCodes,
        DecompressedPicture,
        Direction,
        EncodedPicture,
        Reconstruction,
        Results,
        Samples,
        TradeOff,
        VariantDirection,
        VariantLatent,
        VariantLatents,
        VariantReconstruction,
        Walk,
        codebook,
        compare_betas,
        compare_codebooks,
        compare_codecs,
        compress,
        compress_codes,
        decode_between,
        decode_codes,
        decode_latent,
        decompress,
        describe_compressed,
        direction,
        encode_by_variants,
        encode_codes,
        load_checkpoints,
        open_codes,
        reconstruct,
        sample,
        trade_offs,
        walk,
    )

__all__ = [
    "BetaComparison",
    "BetaMember",
    "CheckpointError",
    "Checkpoints",
    "Codebook",
    "CodebookComparison",
    "CodebookMember",
    "CodecComparison",
    "CodecPicture",
    "CompressedPicture",
    "DecodedCodes",
    "DecompressedPicture",
    "Direction",
    "EncodedPicture",
    "InputError",
    "Reconstruction",
    "Results",
    "Samples",
    "TradeOff",
    "VariantDirection",
    "VariantLatent",
    "VariantLatents",
    "VariantReconstruction",
    "Walk",
    "codebook",
    "compare_betas",
    "compare_codebooks",
    "compare_codecs",
    "compress",
    "compress_codes",
    "decode_between",
    "decode_codes",
    "decode_latent",
    "decompress",
    "describe_compressed",
    "direction",
    "encode_by_variants",
    "encode_codes",
    "load_checkpoints",
    "open_codes",
    "reconstruct",
    "sample",
    "trade_offs",
    "walk",
]


def __getattr__(name: str) -> Any:
    # On first use (PEP 562): torch takes seconds to import, and what needs the errors alone need not wait for it.
    if name in __all__:
        return getattr(import_module("vae_demo.inference"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
