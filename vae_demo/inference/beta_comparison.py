"""Compare betas: one picture through a whole family of beta-VAEs."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from vae_demo import metrics
from vae_demo.images import PictureLike, to_picture
from vae_demo.inference import checks
from vae_demo.inference.forward import decode, encode, fitted, model_input, open_input
from vae_demo.inference.one_or_many import one_or_many
from vae_demo.inference.results import Result
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.store import default_store

TRAVERSED = 4
"""How many latent dimensions a traversal shows: those that carry the most on the test split."""
TRAVERSAL_VALUES = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class BetaMember(Result):
    """One beta's answer for the picture. Rates are in nats, distortions summed squared errors.

    `mean` and `deviation` describe the picture's posterior, a normal distribution for each latent dimension.
    `kl` and `test_kl` are nats per latent dimension, of this picture and averaged over the test split. Everything named
    `test_` and the mutual information gap `mig` (its mean, and `mig_per_factor` by factor) were measured on the test
    split; they are None where the checkpoint brings no such number.
    `traversal` shows one row for each of `traversed`, its columns the values of TRAVERSAL_VALUES, the other dimensions
    at the picture's posterior mean. `weights_sha256` is the SHA-256 of the weights that answered, in hex.
    """

    checkpoint: str
    weights_sha256: str | None
    beta: float
    reconstruction: Image.Image
    mse: float
    psnr: float
    rate: float
    distortion: float
    mean: list[float]
    deviation: list[float]
    kl: list[float]
    active: int
    test_rate: float | None
    test_distortion: float | None
    test_kl: list[float] | None
    test_active: int | None
    mig: float | None
    mig_per_factor: dict[str, float] | None
    traversed: list[int]
    traversal: list[list[Image.Image]]


@dataclass(frozen=True)
class BetaComparison(Result):
    """The picture as the family sees it, and each member's answer, from the smallest beta to the largest.

    `downsampled` is true where the models take fewer pixels than the dataset's pictures have.
    """

    dataset: str
    model_input: Image.Image
    downsampled: bool
    members: list[BetaMember]


@one_or_many
def compare_betas(
    picture: PictureLike, dataset: str = "digits", checkpoints: Checkpoints | None = None
) -> BetaComparison:
    """Reconstruct a picture, or each of a list of them, by every beta-VAE of `dataset`, from the posterior mean.

    Raises InputError for a picture or name that cannot be used.
    """
    checkpoints = checkpoints or default_store().current
    checks.one_of("The dataset", dataset, beta_datasets(checkpoints))
    family = checkpoints.family(dataset)
    x = fitted(open_input(picture), family[0])
    given = family[0].variant.pictures(model_input(x, family[0]), family[0].image_shape)
    with torch.inference_mode():
        members = [_answer(x, given, checkpoint, checkpoints) for checkpoint in family]
    return BetaComparison(dataset, to_picture(given), given.numel() < x.numel(), members)


def beta_datasets(checkpoints: Checkpoints) -> list[str]:
    """The datasets that have a beta-VAE."""
    return sorted({c.dataset for c in checkpoints.family()})


def _answer(x: Tensor, given: Tensor, checkpoint: Checkpoint, checkpoints: Checkpoints) -> BetaMember:
    posterior = encode(model_input(x, checkpoint), checkpoint, checkpoints)
    mu, kl = posterior.mean, posterior.kl[0]
    recon = decode(mu, checkpoint, checkpoints)
    measured = checkpoint.metrics
    carries = torch.tensor(measured.get("kl_per_dimension", kl.tolist()))
    traversed = carries.argsort(descending=True)[:TRAVERSED].tolist()
    mse = metrics.mean_squared_error(recon, given)
    return BetaMember(
        checkpoint=checkpoint.name,
        weights_sha256=checkpoint.weights_sha256,
        beta=checkpoint.beta,
        reconstruction=to_picture(recon),
        mse=float(mse),
        psnr=float(metrics.psnr(mse)),
        rate=float(kl.sum()),
        distortion=float(metrics.squared_distortion(recon, given)),
        mean=mu[0].tolist(),
        deviation=posterior.deviation[0].tolist(),
        kl=kl.tolist(),
        active=metrics.active_dimensions(kl),
        test_rate=measured.get("rate"),
        test_distortion=measured.get("distortion_mean"),
        test_kl=measured.get("kl_per_dimension"),
        test_active=measured.get("active_dimensions"),
        mig=measured.get("mig"),
        mig_per_factor=measured.get("mig_per_factor"),
        traversed=traversed,
        traversal=[_traverse(mu, dimension, checkpoint, checkpoints) for dimension in traversed],
    )


def _traverse(mu: Tensor, dimension: int, checkpoint: Checkpoint, checkpoints: Checkpoints) -> list[Image.Image]:
    z = mu.repeat(len(TRAVERSAL_VALUES), 1)
    z[:, dimension] = torch.tensor(TRAVERSAL_VALUES)
    return [to_picture(picture) for picture in decode(z, checkpoint, checkpoints)]
