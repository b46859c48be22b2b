"""The four variants and the code prior: tensors in, tensors out."""

from vae_demo.models.beta_vae import BetaVAE
from vae_demo.models.code_prior import CodePrior
from vae_demo.models.conv_vae import ConvVAE
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.models.vae import VAE, vae_loss
from vae_demo.models.vq_vae import VQVAE

__all__ = ["BetaVAE", "CodePrior", "ConvVAE", "VAE", "VQVAE", "VectorQuantizer", "vae_loss"]
