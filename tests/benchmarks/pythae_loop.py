"""pythae's trainer on our networks; `pip install pythae` is needed for this benchmark alone."""

import io
import logging
import tempfile
from contextlib import redirect_stderr

import torch
from torch import Tensor, nn

from tests.benchmarks.clock import ClockedLoader, StepClock
from vae_demo.models import VQVAE
from vae_demo.training import loop
from vae_demo.training.recipes import Recipe


def installed() -> bool:
    """Whether pythae can be imported."""
    try:
        import pythae.trainers  # noqa: F401
    except ImportError:
        return False
    return True


def train(recipe: Recipe, pictures: Tensor, clock: StepClock) -> None:
    """An epoch. The pictures are resized beforehand: pythae's data sets are tensors that are ready."""
    from pythae.data.datasets import BaseDataset
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
        config = BaseTrainerConfig(
            output_dir=folder, per_device_train_batch_size=recipe.batch_size, learning_rate=recipe.learning_rate,
            optimizer_cls="AdamW", optimizer_params={"weight_decay": 0.0}, num_epochs=1, no_cuda=True,
        )  # fmt: skip
        dataset = BaseDataset(pictures, torch.zeros(len(pictures)))
        trainer = BaseTrainer(around_our_halves(recipe), dataset, training_config=config)
        trainer.train_loader = ClockedLoader(trainer.train_loader, clock)
        trainer.prepare_training()
        trainer.train_step(epoch=1)
    logging.disable(logging.NOTSET)


def around_our_halves(recipe: Recipe) -> nn.Module:
    """pythae's variant with its own bottleneck and loss, around our encoder and decoder."""
    from pythae import models
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder

    ours = loop.build(recipe)
    discrete = isinstance(ours, VQVAE)

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.net = ours.encoder if discrete else ours

        def forward(self, x: Tensor) -> ModelOutput:
            if discrete:
                return ModelOutput(embedding=self.net(x))
            mu, logvar = self.net.encode(x)
            return ModelOutput(embedding=mu, log_covariance=logvar)

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            super().__init__()
            self.net = ours.decoder if discrete else ours

        def forward(self, z: Tensor) -> ModelOutput:
            return ModelOutput(reconstruction=self.net(z) if discrete else self.net.decode(z))

    shape = {"input_dim": recipe.image_shape}
    if discrete:
        return models.VQVAE(models.VQVAEConfig(**shape), Encoder(), Decoder())
    shape |= {"latent_dim": ours.latent_dim}
    if recipe.variant == "beta-vae":
        config = models.BetaVAEConfig(**shape, beta=ours.beta, reconstruction_loss="mse")
        return models.BetaVAE(config, Encoder(), Decoder())
    return models.VAE(models.VAEConfig(**shape, reconstruction_loss="bce"), Encoder(), Decoder())
