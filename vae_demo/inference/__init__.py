"""The shared inference module: the only door to the models, for the page, the API, notebooks and tests.

from vae_demo.inference import reconstruct
answer = reconstruct("seven.png", dataset="digits")
answer.variants[0].reconstruction.show()
"""

from vae_demo.inference.beta_comparison import BetaComparison, BetaMember, compare_betas
from vae_demo.inference.codes import Codebook, DecodedCodes, EncodedPicture, codebook, decode_codes, encode_codes
from vae_demo.inference.reconstruction import Reconstruction, VariantReconstruction, reconstruct
from vae_demo.inference.sampling import Samples, sample
from vae_demo.inference.store import Checkpoints, Store, default_store, load_checkpoints

__all__ = [
    "BetaComparison",
    "BetaMember",
    "Checkpoints",
    "Codebook",
    "DecodedCodes",
    "EncodedPicture",
    "Reconstruction",
    "Samples",
    "Store",
    "VariantReconstruction",
    "codebook",
    "compare_betas",
    "decode_codes",
    "default_store",
    "encode_codes",
    "load_checkpoints",
    "reconstruct",
    "sample",
]
