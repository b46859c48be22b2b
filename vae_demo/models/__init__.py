"""The four variants and the code prior: tensors in, tensors out."""

from vae_demo.models import beta_vae, conv_vae, vae, vq_vae
from vae_demo.models.beta_vae import BetaVAE
from vae_demo.models.code_prior import CodePrior
from vae_demo.models.conv_vae import ConvVAE
from vae_demo.models.discrete import CODE_PRIOR
from vae_demo.models.quantizer import VectorQuantizer
from vae_demo.models.vae import VAE, vae_loss
from vae_demo.models.variant import register
from vae_demo.models.vq_vae import VQVAE

for known in (vae.VARIANT, conv_vae.VARIANT, beta_vae.VARIANT, vq_vae.VARIANT, CODE_PRIOR):
    register(known)

__all__ = ["VAE", "VQVAE", "BetaVAE", "CodePrior", "ConvVAE", "VectorQuantizer", "vae_loss"]
