"""The shared inference module: the door to the models for the page, the API and notebooks.

from vae_demo.inference import reconstruct
answer = reconstruct("seven.png", dataset="digits")
answer.variants[0].reconstruction.show()
"""

from vae_demo.entropy_coding.text import from_text, to_text
from vae_demo.inference.beta_comparison import BetaComparison, BetaMember, compare_betas
from vae_demo.inference.codebook import Codebook, codebook
from vae_demo.inference.codebooks import CodebookComparison, CodebookMember, compare_codebooks
from vae_demo.inference.codec_comparison import CodecComparison, CodecPicture, compare_codecs
from vae_demo.inference.codes import (
    DecodedCodes,
    EncodedPicture,
    decode_codes,
    encode_codes,
    open_codes,
    open_codes_text,
)
from vae_demo.inference.compression import (
    CompressedPicture,
    DecompressedPicture,
    compress,
    compress_codes,
    decompress,
    describe_compressed,
    open_compressed,
)
from vae_demo.inference.dataset_choice import DatasetChoice, choose_dataset
from vae_demo.inference.direction import Direction, VariantDirection, direction, side_of_direction
from vae_demo.inference.latents import decode_latent
from vae_demo.inference.qr_code import QrCode, qr_code
from vae_demo.inference.reconstruction import (
    Reconstruction,
    VariantReconstruction,
    codec_curves,
    reconstruct,
    reconstruct_whole,
)
from vae_demo.inference.results import Result, Results
from vae_demo.inference.sampling import Samples, sample, sample_in_steps
from vae_demo.inference.trade_off import TradeOff, trade_offs
from vae_demo.inference.variant_latents import VariantLatent, VariantLatents, encode_by_variants
from vae_demo.inference.walk import Walk, decode_between, walk
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import Store, default_store, load_checkpoints

__all__ = [
    "BetaComparison",
    "BetaMember",
    "Checkpoints",
    "Codebook",
    "CodebookComparison",
    "CodebookMember",
    "CodecComparison",
    "CodecPicture",
    "CompressedPicture",
    "DatasetChoice",
    "DecodedCodes",
    "DecompressedPicture",
    "Direction",
    "EncodedPicture",
    "QrCode",
    "Reconstruction",
    "Result",
    "Results",
    "Samples",
    "Store",
    "TradeOff",
    "VariantDirection",
    "VariantLatent",
    "VariantLatents",
    "VariantReconstruction",
    "Walk",
    "choose_dataset",
    "codebook",
    "codec_curves",
    "compare_betas",
    "compare_codebooks",
    "compare_codecs",
    "compress",
    "compress_codes",
    "decode_between",
    "decode_codes",
    "decode_latent",
    "decompress",
    "default_store",
    "describe_compressed",
    "direction",
    "encode_by_variants",
    "encode_codes",
    "from_text",
    "load_checkpoints",
    "open_codes",
    "open_codes_text",
    "open_compressed",
    "qr_code",
    "reconstruct",
    "reconstruct_whole",
    "sample",
    "sample_in_steps",
    "side_of_direction",
    "to_text",
    "trade_offs",
    "walk",
]
