"""A second prior for the Gaussian variants: a mixture fitted to where the encoder puts the training pictures."""

import warnings
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from vae_demo.errors import CheckpointError
from vae_demo.evaluation.held_out import batches, load_pictures
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.loading import load_model

COMPONENTS = 10
PICTURES_PER_DIMENSION = 4
"""A component's covariance needs that many pictures for each latent: of few pictures there are fewer components."""
MOST_IMAGES = 20_000
# A latent that carries nothing has the same mean for every picture: this keeps its covariance positive definite, and
# is small beside the prior's variance of 1.
LEAST_VARIANCE = 1e-4


def fit(folder: Path, data_dir: Path, device: torch.device) -> Path:
    """Fit up to 10 full-covariance Gaussians to the posterior means of the train split; write mixture.safetensors.

    Ex-post density estimation (Ghosh et al., arXiv:1903.12436, section 4), on at most 20,000 pictures. The file, whose
    path is returned, holds weights (K,), means (K, latent_dim) and cholesky (K, latent_dim (latent_dim + 1) / 2), the
    lower triangle of each covariance's factor by rows, in half precision: rounded, it is still one of a covariance.
    Raises CheckpointError for a variant without Gaussian latents.
    """
    checkpoint = read_checkpoint(folder)
    if checkpoint.latent_kind != "latents":
        raise CheckpointError(f"{checkpoint.name} has no Gaussian latents to fit.")
    model = load_model(checkpoint).to(device)
    pictures = load_pictures(checkpoint, data_dir, "train")
    chosen = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))[:MOST_IMAGES]
    with torch.inference_mode():
        means = torch.cat(
            [checkpoint.variant.encode(model, x).mean.cpu() for x in batches(checkpoint, pictures, chosen, device)]
        )
    components = max(1, min(COMPONENTS, len(means) // (PICTURES_PER_DIMENSION * means.shape[1])))
    mixture = GaussianMixture(components, covariance_type="full", reg_covar=LEAST_VARIANCE, random_state=0)
    with warnings.catch_warnings():
        # Where all latents have collapsed there are not ten clusters to find, and one Gaussian ten times is right.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(means.double().numpy())
    factors = numpy.linalg.cholesky(mixture.covariances_)
    rows, columns = numpy.tril_indices(means.shape[1])
    tensors = {
        "weights": torch.from_numpy(mixture.weights_).float(),
        "means": torch.from_numpy(mixture.means_).float(),
        "cholesky": torch.from_numpy(factors[:, rows, columns]).half().contiguous(),
    }
    path = folder / "mixture.safetensors"
    save_file(tensors, path)
    return path
