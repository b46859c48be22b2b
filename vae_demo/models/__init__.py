"""The four variants and the code prior: tensors in, tensors out."""

from vae_demo.models.beta_vae import BetaVAE
from vae_demo.models.code_prior import CodePrior
from vae_demo.models.conv_vae import ConvVAE
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.models.vae import VAE, vae_loss
from vae_demo.models.vq_vae import VQVAE

CLASSES = {"vae": VAE, "conv-vae": ConvVAE, "beta-vae": BetaVAE, "vq-vae": VQVAE, "code-prior": CodePrior}
"""Each variant's class, by the name that configs give it."""

__all__ = ["CLASSES", "VAE", "VQVAE", "BetaVAE", "CodePrior", "ConvVAE", "VectorQuantizer", "vae_loss"]
