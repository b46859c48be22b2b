"""A variant that the project does not have: one class, one line in the registry and a recipe bring it everywhere."""

import pytest
import torch
from conftest import EXAMPLES
from gradio_client import Client, handle_file
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

from vae_demo.evaluation.held_out import evaluate
from vae_demo.hosting import environment
from vae_demo.inference import Store, reconstruct
from vae_demo.models import variant
from vae_demo.models.gaussian import GaussianVariant, reparameterize
from vae_demo.models.vae import bernoulli_objective
from vae_demo.training.loop import train
from vae_demo.training.recipes import Recipe
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import WeightsSource

RECIPE = Recipe(
    "linear-vae-sprites", "linear-vae", "sprites", (1, 16, 16), {"input_dim": 256, "latent_dim": 3},
    steps=20, batch_size=16, learning_rate=1e-2,
)  # fmt: skip


class LinearVAE(nn.Module, PyTorchModelHubMixin):
    """One layer each way: near to principal components."""

    def __init__(self, input_dim: int, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Linear(input_dim, 2 * latent_dim)
        self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Sigmoid())

    def encode(self, x):
        return self.encoder(x).chunk(2, dim=1)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x, generator=None):
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar, generator)), mu, logvar


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with the new variant's one checkpoint, trained and measured."""
    before = variant.architectures()
    variant.register(
        GaussianVariant(
            "linear-vae", "Linear VAE", LinearVAE, "A linear VAE.", "Blurred.", flat=True, objective=bernoulli_objective
        )
    )
    folder = tmp_path_factory.mktemp("fifth")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("vae_demo.evaluation.held_out.MOST_IMAGES", 300)
        patched.setattr("vae_demo.evaluation.frechet.MOST_PICTURES", 300)
        train(RECIPE, folder, folder / "runs", folder / "checkpoints", torch.device("cpu"))
        evaluate(folder / "checkpoints" / RECIPE.name, folder, torch.device("cpu"))
    yield folder / "checkpoints"
    variant._registry.clear()
    variant._registry.update(before)


def test_it_is_measured_and_described(trained):
    card = (trained / RECIPE.name / "README.md").read_text(encoding="utf-8")
    assert "A linear VAE." in card
    assert "Negative ELBO" in card


def test_it_reconstructs_beside_its_kind(trained):
    checkpoints = Checkpoints(WeightsSource(trained))
    (answer,) = reconstruct(EXAMPLES / "sprites" / "sprite-1.png", "sprites", checkpoints=checkpoints).variants
    assert (answer.title, answer.latent_kind, answer.latent_size) == ("Linear VAE", "latents", 3)
    assert answer.latent_bits > 0


def test_the_page_and_its_api_have_it(trained):
    class Bundled:
        source = WeightsSource(trained)

    environment.set_up()
    from vae_demo.ui import build_page

    page = build_page(Store(Bundled()))
    try:
        _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        client = Client(address, verbose=False)
        listed = client.predict(api_name="/checkpoints")["checkpoints"]
        assert [checkpoint["title"] for checkpoint in listed] == ["Linear VAE"]
        picture = handle_file(str(EXAMPLES / "sprites" / "sprite-1.png"))
        answer = client.predict(picture, "sprites", "mean", 0, api_name="/reconstruct")
        assert [v["checkpoint"] for v in answer["variants"]] == [RECIPE.name]
        sampled = client.predict(RECIPE.name, "standard-normal", 2, 0, 1, api_name="/sample")
        assert len(sampled["latents"]) == 2
    finally:
        page.close(verbose=False)
