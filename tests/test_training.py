"""Training, evaluation and what follows from them, on sprites small enough to take seconds. Nothing is downloaded."""

import json
import math
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard
from PIL import Image
from safetensors.torch import load_file

from vae_demo import metrics
from vae_demo.datasets import sprites
from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.evaluation import features, frechet, sheets
from vae_demo.evaluation import held_out as evaluation
from vae_demo.evaluation.cards import write_card
from vae_demo.evaluation.disentanglement import mutual_information_gap
from vae_demo.evaluation.features import load_features
from vae_demo.evaluation.frechet import frechet_distance, sample_quality
from vae_demo.evaluation.held_out import evaluate
from vae_demo.evaluation.precision import half_precision_cost
from vae_demo.images import fit_picture, open_picture
from vae_demo.models import VQVAE
from vae_demo.models.gaussian import GaussianLatent
from vae_demo.training import loop, saving
from vae_demo.training.__main__ import main, select
from vae_demo.training.loop import batch_indices, learning_rate_factor, train
from vae_demo.training.recipes import RECIPES, Recipe
from vae_demo.weights.loading import load_mixture

CPU = torch.device("cpu")
CHECKPOINTS = Path(__file__).parent.parent / "checkpoints"
BETA = Recipe(
    "tiny", "beta-vae", "sprites", (1, 16, 16), {"input_dim": 256, "latent_dim": 4, "beta": 1.0},
    steps=12, batch_size=32, learning_rate=1e-3, kl_warmup=0.2,
)  # fmt: skip
VQ = Recipe(
    "tiny-vq", "vq-vae", "sprites", (1, 16, 16),
    {"in_channels": 1, "hidden_dim": 8, "num_embeddings": 16, "embedding_dim": 4, "restart_every": 3},
    steps=12, batch_size=16, learning_rate=1e-3, autoencoder_steps=4,
)  # fmt: skip
PRIOR = Recipe(
    "tiny-prior", "code-prior", "sprites", (1, 16, 16),
    {"num_embeddings": 16, "height": 4, "width": 4, "layers": 1, "heads": 2, "channels": 8, "dropout": 0.3},
    steps=12, batch_size=16, learning_rate=1e-3, codes_of="tiny-vq",
)  # fmt: skip


def train_into(folder: Path, *recipes: Recipe) -> Path:
    """The checkpoints folder; the runs lie beside it."""
    for recipe in recipes:
        train(recipe, folder, folder / "runs", folder / "checkpoints", CPU)
    return folder / "checkpoints"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder with checkpoints/ and runs/ of the three tiny recipes; tests only add to it."""
    folder = tmp_path_factory.mktemp("trained")
    train_into(folder, BETA, VQ, PRIOR)
    return folder


@pytest.fixture
def few_pictures(monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_IMAGES", 300)
    monkeypatch.setattr(evaluation, "MOST_TRAIN_IMAGES", 300)
    monkeypatch.setattr(evaluation, "MOST_IMAGES_OF_GAP", 300)
    monkeypatch.setattr(frechet, "MOST_PICTURES", 300)


@pytest.mark.parametrize("recipe", [BETA, VQ, PRIOR], ids=lambda recipe: recipe.variant)
def test_an_interrupted_run_resumes_to_the_same_bytes(tmp_path, trained, monkeypatch, recipe):
    class Interruption(Exception):
        pass

    save = loop.save_run

    def save_and_stop(path: Path, *rest: object) -> None:
        save(path, *rest)
        raise Interruption

    if recipe.codes_of:
        train_into(tmp_path, VQ)
    with monkeypatch.context() as patched:
        patched.setattr(loop, "SAVE_EVERY_STEPS", 5)
        patched.setattr(loop, "save_run", save_and_stop)
        with pytest.raises(Interruption):
            train_into(tmp_path, recipe)
    run = torch.load(tmp_path / "runs" / f"{recipe.name}.pt", weights_only=True)
    assert run["step"] == 5
    assert not (tmp_path / "checkpoints" / recipe.name).exists()
    torch.rand(1)  # what else happens in the process must not matter
    checkpoints = train_into(tmp_path, recipe)
    for name in ("model.safetensors", "config.json"):
        expected = (trained / "checkpoints" / recipe.name / name).read_bytes()
        assert (checkpoints / recipe.name / name).read_bytes() == expected


def test_a_run_of_another_recipe_is_not_resumed(trained, tmp_path):
    with pytest.raises(CheckpointError, match="another recipe"):
        train(replace(BETA, steps=20), tmp_path, trained / "runs", tmp_path / "checkpoints", CPU)


def test_training_lowers_the_loss(tmp_path, few_pictures):
    short, longer = replace(BETA, name="short", steps=1), replace(BETA, name="longer", steps=80)
    checkpoints = train_into(tmp_path, short, longer)
    first, last = (evaluate(checkpoints / name, tmp_path, CPU)["mse"] for name in ("short", "longer"))
    assert last < 0.5 * first


@pytest.mark.parametrize("recipe", [BETA, VQ], ids=lambda recipe: recipe.variant)
def test_mixed_precision_ends_where_full_precision_does(tmp_path, few_pictures, recipe):
    full = replace(recipe, steps=80)
    mixed = replace(full, name="mixed", mixed_precision=True)
    checkpoints = train_into(tmp_path, full, mixed)
    errors = [evaluate(checkpoints / name, tmp_path, CPU)["mse"] for name in (full.name, "mixed")]
    weights = [load_file(checkpoints / name / "model.safetensors") for name in (full.name, "mixed")]
    assert errors[1] == pytest.approx(errors[0], rel=0.1)
    assert any(not torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_larger_beta_lowers_the_rate(tmp_path, few_pictures):
    betas = {
        beta: replace(BETA, name=f"beta-{beta}", model=BETA.model | {"beta": beta}, steps=80) for beta in (0.01, 4)
    }
    checkpoints = train_into(tmp_path, *betas.values())
    low, high = (evaluate(checkpoints / recipe.name, tmp_path, CPU) for recipe in betas.values())
    assert low["rate"] > 2 * high["rate"]
    assert low["distortion"] > low["distortion_mean"]
    assert (low["beta"], high["beta"]) == (0.01, 4)


def test_a_run_that_has_ended_is_left_alone_and_a_new_one_removes_what_described_the_old_weights(
    tmp_path, few_pictures, capsys
):
    checkpoints = train_into(tmp_path, BETA)
    evaluate(checkpoints / "tiny", tmp_path, CPU)
    before = {path.name: path.read_bytes() for path in (checkpoints / "tiny").iterdir()}
    train_into(tmp_path, BETA)
    assert "tiny is trained" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in (checkpoints / "tiny").iterdir()} == before
    (tmp_path / "runs" / "tiny.pt").unlink()
    train_into(tmp_path, BETA)
    assert sorted(path.name for path in (checkpoints / "tiny").iterdir()) == ["config.json", "model.safetensors"]


def test_restarts_keep_more_codes_in_use():
    noise = torch.rand(16, 1, 16, 16, generator=torch.Generator().manual_seed(0))

    def codes_used(restart_every: int | None) -> int:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = VQVAE(1, 8, 64, 4, restart_every=restart_every).train()
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
        for _ in range(40):
            optimizer.zero_grad()
            recon, vq_loss, _ = model(noise)
            model.loss(recon, noise, vq_loss).backward()
            optimizer.step()
        return len(model.encode(noise).unique())

    assert codes_used(10) > 2 * codes_used(None)


def test_learning_rate_rises_then_falls():
    factors = [learning_rate_factor(step, 1_000) for step in range(1_000)]
    assert factors[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert all(later < earlier for earlier, later in pairwise(factors[10:]))
    assert factors[505] == pytest.approx(0.5, abs=1e-3)
    assert factors[-1] == pytest.approx(0, abs=1e-5)
    assert learning_rate_factor(0, 1) == 1.0


def test_an_epoch_shows_every_picture_once():
    epochs = [torch.cat([batch_indices(96, BETA, 3 * epoch + step) for step in range(3)]) for epoch in range(2)]
    for epoch in epochs:
        assert epoch.sort().values.tolist() == list(range(96))
    assert not torch.equal(*epochs)
    assert torch.equal(batch_indices(96, BETA, 4), epochs[1][32:64])
    assert not torch.equal(batch_indices(96, replace(BETA, seed=1), 4), epochs[1][32:64])


def sprite(shape: int, scale: int = 5, orientation: int = 0, x: int = 16, y: int = 16) -> torch.Tensor:
    return sprites.render(torch.tensor([[shape, scale, orientation, x, y]]))


def test_sprites_have_the_areas_of_their_shapes():
    assert sprite(sprites.SQUARE).sum() == pytest.approx(19.2**2, rel=0.06)
    assert sprite(sprites.ELLIPSE).sum() == pytest.approx(math.pi * 12.8 * 7.2, rel=0.06)
    for shape in (sprites.SQUARE, sprites.ELLIPSE, sprites.HEART):
        assert sprite(shape, scale=0).sum() == pytest.approx(float(sprite(shape).sum()) / 4, rel=0.12)
        assert set(sprite(shape).unique().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("x", [0, 9, 31])
def test_sprites_are_symmetric(x):
    for shape in (sprites.SQUARE, sprites.ELLIPSE, sprites.HEART):
        assert torch.equal(sprite(shape, x=x).flip(3), sprite(shape, x=31 - x))
    assert torch.equal(sprite(sprites.SQUARE, y=x).flip(2), sprite(sprites.SQUARE, y=31 - x))
    assert not torch.equal(sprite(sprites.HEART, y=x).flip(2), sprite(sprites.HEART, y=31 - x))


def test_sprites_move_with_x_and_y():
    columns, rows = torch.arange(64.0), torch.arange(64.0)
    for place in (0, 20, 31):
        picture = sprite(sprites.ELLIPSE, x=place, y=31 - place)[0, 0]
        assert (picture.sum(dim=0) @ columns / picture.sum()).item() == pytest.approx(15.5 + 32 * place / 31, abs=0.3)
        assert (picture.sum(dim=1) @ rows / picture.sum()).item() == pytest.approx(47.5 - 32 * place / 31, abs=0.3)


def test_sprite_splits_share_nothing_and_leave_nothing_out():
    test, train_split = sprites.test_and_train()
    assert len(test) == sprites.COUNT // 10
    assert torch.cat([test, train_split]).sort().values.equal(torch.arange(sprites.COUNT))
    factors = sprites.factors_of(torch.tensor([0, 1, 32, sprites.COUNT - 1]))
    assert factors.tolist() == [[0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [2, 5, 39, 31, 31]]


def factor_values(count: int = 10_000) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.stack([torch.randint(0, values, (count,), generator=generator) for values in (3, 8)], dim=1)


def gaps_of(means: torch.Tensor, factors: torch.Tensor, deviation: float = 0.02) -> list[float]:
    """The gaps of posteriors that are all as wide, drawn with a fixed seed."""
    posterior = GaussianLatent(means, torch.full_like(means, 2 * math.log(deviation)))
    return mutual_information_gap(posterior, factors, torch.Generator().manual_seed(0)).tolist()


def test_mutual_information_gap_of_known_codes():
    factors = factor_values()
    noise = torch.randn(len(factors), 3, generator=torch.Generator().manual_seed(1))
    assert gaps_of(torch.cat([factors.float(), noise], dim=1), factors) == pytest.approx([1, 1], abs=0.03)
    doubled = torch.cat([factors.float(), -2 * factors.float()], dim=1)
    assert gaps_of(doubled, factors) == pytest.approx([0, 0], abs=0.01)
    assert gaps_of(noise, factors) == pytest.approx([0, 0], abs=0.02)


def test_a_latent_whose_posterior_is_nearly_the_prior_tells_nothing():
    factors = factor_values()
    # The means follow the factors exactly, by a thousandth of the posterior's width: binned means would score them 1.
    nearly_dead = torch.cat([0.001 * factors.float(), torch.zeros(len(factors), 2)], dim=1)
    assert gaps_of(nearly_dead, factors, deviation=1.0) == pytest.approx([0, 0], abs=0.001)


def test_mutual_information_gap_halves_where_a_latent_tells_half():
    factors = factor_values()
    half = (factors[:, 1:] // 4).float()  # one of three bits
    assert gaps_of(torch.cat([half, torch.zeros_like(half)], dim=1), factors)[1] == pytest.approx(1 / 3, abs=0.02)
    with pytest.raises(ValueError, match="vary"):
        gaps_of(half, factors)


def test_active_units_are_the_means_that_vary():
    means = torch.randn(1000, 3, generator=torch.Generator().manual_seed(0)) * torch.tensor([0.0, 0.09, 0.2])
    assert metrics.active_units(means) == 1


def test_evaluation_of_a_beta_vae(trained, few_pictures):
    folder = trained / "checkpoints" / "tiny"
    measured = evaluate(folder, trained, CPU)
    first = (folder / "metrics.json").read_bytes()
    assert json.loads(first) == measured
    evaluate(folder, trained, CPU)
    assert (folder / "metrics.json").read_bytes() == first

    assert measured["images"] == 300
    assert measured["psnr"] == pytest.approx(-10 * math.log10(measured["mse"]), rel=1e-4)
    assert measured["rate"] == pytest.approx(sum(measured["kl_per_dimension"]), rel=1e-4)
    assert measured["distortion_mean"] == pytest.approx(256 * measured["mse"], rel=1e-4)
    assert measured["distortion"] != measured["distortion_mean"]
    assert measured["mse_quantiles"] == sorted(measured["mse_quantiles"])
    assert len(measured["mse_quantiles"]) == 1_001
    assert measured["mse_quantiles"][0] < measured["mse"] < measured["mse_quantiles"][-1]
    assert list(measured["mig_per_factor"]) == list(sprites.FACTORS)
    assert measured["psnr_per_image"] > measured["psnr"]  # by Jensen's inequality
    assert measured["weights_bytes"] == (folder / "model.safetensors").stat().st_size


def test_evaluation_of_a_vae_adds_up_to_the_elbo(tmp_path, few_pictures):
    recipe = replace(BETA, variant="vae", model={"input_dim": 256, "hidden_dim": 32, "latent_dim": 4})
    measured = evaluate(train_into(tmp_path, recipe) / "tiny", tmp_path, CPU)
    assert measured["negative_elbo"] == pytest.approx(measured["rate"] + measured["distortion"], rel=1e-4)
    assert measured["likelihood"] == "bernoulli"


def test_evaluation_of_a_vq_vae_and_its_prior(trained, few_pictures):
    codes = evaluate(trained / "checkpoints" / "tiny-vq", trained, CPU)
    assert sum(codes["code_counts"]) == 300 * codes["codes_per_image"] == 300 * 16
    assert codes["codes_used"] == sum(count > 0 for count in codes["code_counts"])
    # The train split's shares cost the test codes at least their own entropy, and here little more.
    entropy = math.log2(codes["perplexity"])
    assert entropy < codes["bits_per_code_unigram"] < entropy + 0.1
    assert codes["bits_per_pixel_uniform"] == 4 / 16
    prior = evaluate(trained / "checkpoints" / "tiny-prior", trained, CPU)
    assert prior["bits_per_code_uniform"] == 4
    assert 0 < prior["bits_per_code"] < 6
    assert prior["bits_per_code_unigram"] == codes["bits_per_code_unigram"]


def test_the_card_holds_the_measured_numbers_and_code_that_runs(trained, few_pictures, monkeypatch, capsys):
    folder = trained / "checkpoints" / "tiny"
    measured = evaluate(folder, trained, CPU)
    card = ModelCard.load(folder / "README.md")
    results = {result.metric_type: result.metric_value for result in card.data.eval_results}
    assert results["psnr"] == measured["psnr"]
    assert results["mig"] == measured["mig"]
    assert (card.data.license, card.data.model_name) == ("apache-2.0", "tiny")
    assert measured["weights_sha256"] in card.text
    assert f"| MSE | {measured['mse']:g} |" in card.text
    code = card.text.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(trained)
    names: dict[str, object] = {}
    exec(code, names)
    assert sum(p.numel() for p in names["model"].parameters()) == measured["parameters"]


@pytest.mark.parametrize("name", ["vae-digits", "vq-vae-photos", "code-prior-cartoons", "beta-vae-sprites-4"])
def test_the_card_of_a_recipe_tells_its_data_and_steps(tmp_path, name):
    recipe = RECIPES[name]
    for needed in filter(None, (name, recipe.codes_of)):
        saving.save_checkpoint(loop.build(RECIPES[needed]), RECIPES[needed], tmp_path / needed)
    numbers = {"split": "test", "images": 5, "parameters": 7, "weights_sha256": "ab", "normalisation": "none"}
    (tmp_path / name / "metrics.json").write_text(json.dumps(numbers | {"bits_per_code": 3.25}))
    card = write_card(tmp_path / name).read_text()
    assert f"| Steps | {recipe.steps:,} of {recipe.batch_size} pictures |" in card
    assert "Licence of the data" in card
    assert "| Bits per code, this model | 3.25 |" in card
    assert ("ylecun/mnist" in card) == (recipe.dataset == "digits")
    assert write_card(tmp_path / name).read_text() == card


def test_a_recipes_precision_can_be_chosen_both_ways(tmp_path, monkeypatch):
    chosen = []
    monkeypatch.setattr(loop, "train", lambda recipe, *_: chosen.append(recipe.mixed_precision))
    for option in ([], ["--no-mixed-precision"], ["--mixed-precision"]):
        assert main(["train", "vae-digits", "vae-cartoons", "--data-dir", str(tmp_path), *option]) == 0
    # Each time in the order of the recipes, of which the first, for digits, is the mixed one.
    assert chosen == [True, False, False, False, True, True]


def test_mixture_keeps_the_mean_of_the_latents(trained, monkeypatch):
    from vae_demo.training import mixture

    monkeypatch.setattr(mixture, "MOST_IMAGES", 400)
    folder = trained / "checkpoints" / "tiny"
    path = mixture.fit(folder, trained, CPU)
    first = path.read_bytes()
    stored = load_file(path)["cholesky"]
    assert (stored.dtype, stored.shape) == (torch.float16, (10, 10))  # a triangle each

    checkpoint = evaluation.read_checkpoint(folder)
    fitted = load_mixture(checkpoint)
    weights, means, cholesky = (fitted[name].double() for name in ("weights", "means", "cholesky"))
    assert (weights.shape, means.shape, cholesky.shape) == ((10,), (10, 4), (10, 4, 4))
    assert fitted["cholesky"].dtype == torch.float32
    assert torch.equal(cholesky, cholesky.tril())
    assert (cholesky.diagonal(dim1=1, dim2=2) > 0).all()
    pictures = evaluation.load_pictures(checkpoint, trained, "train")
    chosen = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))[:400]
    model = evaluation.load_model(checkpoint)
    latents = torch.cat([model.encode(x)[0] for x in evaluation.batches(checkpoint, pictures, chosen, CPU)]).double()
    # Expectation maximisation leaves the mixture with the data's mean and, but for the regularisation, covariance.
    torch.testing.assert_close(weights @ means, latents.mean(dim=0), atol=1e-5, rtol=0)
    within = (weights[:, None, None] * (cholesky @ cholesky.mT)).sum(dim=0)
    between = torch.einsum("k,ki,kj->ij", weights, means, means) - torch.outer(weights @ means, weights @ means)
    torch.testing.assert_close(within + between, latents.T.cov(correction=0), atol=1e-3, rtol=0)  # of half precision
    mixture.fit(folder, trained, CPU)
    assert path.read_bytes() == first
    with pytest.raises(CheckpointError, match="no Gaussian latents"):
        mixture.fit(trained / "checkpoints" / "tiny-vq", trained, CPU)


def test_half_precision_moves_pixels_by_less_than_a_level(trained, tmp_path):
    cost = half_precision_cost(trained / "checkpoints" / "tiny", trained / "runs", trained, CPU)
    assert cost.images == 1_000
    assert 0 < cost.mean < cost.largest < 1
    with pytest.raises(CheckpointError, match="missing"):
        half_precision_cost(trained / "checkpoints" / "tiny", tmp_path, trained, CPU)
    other = train_into(tmp_path, replace(BETA, seed=1))
    with pytest.raises(CheckpointError, match="does not hold the last step"):
        half_precision_cost(other / "tiny", trained / "runs", trained, CPU)


def test_mnist_that_cannot_be_fetched_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    def fail(*given: object, **named: object) -> None:
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz:\nTried ...")

    monkeypatch.setattr("torchvision.datasets.MNIST", fail)
    monkeypatch.chdir(tmp_path)
    assert main(["train", "vae-digits", "--data-dir", "."]) == 2
    assert capsys.readouterr().err.strip() == "MNIST is not in MNIST/raw and could not be fetched."


def test_names_and_patterns_are_matched_in_the_recipes_order():
    known = ["vq", "beta-1", "beta-4", "prior"]
    assert select(["prior", "beta-*"], known, "recipe") == ["beta-1", "beta-4", "prior"]
    assert select(["all"], known, "recipe") == known


def test_command_line_trains_evaluates_and_fits(tmp_path, few_pictures, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    common = ["--data-dir", str(tmp_path), "--checkpoints", "out", "--device", "cpu"]
    assert main(["train", "beta-vae-sprites-4", *common, "--steps", "2"]) == 0
    assert main(["evaluate", "beta-vae-*", *common]) == 0
    assert "| Steps | 2 of 64 pictures |" in (tmp_path / "out" / "beta-vae-sprites-4" / "README.md").read_text()
    assert main(["train", "beta-vae-sprites-8", *common, "--steps", "2", "--mixed-precision"]) == 0
    assert main(["evaluate", "beta-vae-sprites-8", *common]) == 0
    card = (tmp_path / "out" / "beta-vae-sprites-8" / "README.md").read_text()
    assert "| Precision | forward passes in bfloat16" in card
    assert "train beta-vae-sprites-8 --data-dir DATA --mixed-precision" in card
    assert main(["precision", "all", *common, "--runs", "runs/quick"]) == 0
    assert "| beta-vae-sprites-4 | 1,000 |" in capsys.readouterr().out
    assert main(["table", "--checkpoints", "out"]) == 0
    assert "| beta-vae-sprites-4 |" in capsys.readouterr().out
    assert main(["train", "beta-vae-sprites-1", "--data-dir", ".", "--device", "cpu", "--steps", "1"]) == 0
    assert not Path("checkpoints").exists()  # a quick try takes no checkpoint's place
    assert main(["list"]) == 0
    assert "code-prior-digits" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "vae-digit", "--data-dir", "."], "vae-digits"),
        (["train", "vae-digits", "--data-dir", "nowhere"], "nowhere"),
        (["train", "vae-digits", "--data-dir", ".", "--steps", "0"], "--steps"),
        (["train", "vae-cartoons", "--data-dir", "."], "cartoonset64"),
        (["train", "code-prior-digits", "--data-dir", "."], "vq-vae-digits"),
        (["evaluate", "all", "--data-dir", "."], "checkpoints"),
    ],
)
def test_command_line_says_what_is_wrong(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    message = capsys.readouterr().err.strip()
    assert said in message
    assert "\n" not in message


def test_frechet_distance_of_known_gaussians():
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(200_000, 3, generator=generator)
    b = torch.randn(200_000, 3, generator=generator) * torch.tensor([1.0, 2.0, 3.0]) + torch.tensor([1.0, 0.0, 0.0])
    # |difference of means|^2 + sum of (difference of standard deviations)^2 where the covariances commute.
    assert frechet_distance(a, b) == pytest.approx(1 + 1 + 4, rel=0.02)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    rotation, _ = torch.linalg.qr(torch.randn(3, 3, generator=generator))
    assert frechet_distance(a @ rotation, b @ rotation) == pytest.approx(frechet_distance(a, b), rel=1e-4)


@pytest.mark.parametrize("dataset", ["digits", "cartoons"])
def test_features_tell_damage_by_its_degree(dataset):
    paths = sorted((Path(evaluation.__file__).parent.parent / "examples" / dataset).glob("*.png"))
    shape, fit = DATASETS[dataset].shape, "centred" if dataset == "digits" else "cropped"
    x = torch.cat([fit_picture(open_picture(path), shape, fit, max_side=64) for path in paths])
    encoder = load_features(dataset)
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    distances = [
        (encoder.features((x + spread * noise).clamp(0, 1)) - encoder.features(x)).pow(2).sum(dim=1).mean().item()
        for spread in (0, 0.05, 0.2, 0.5)
    ]
    assert distances == sorted(distances)
    assert distances[0] == 0 < distances[1]


def test_samples_of_a_hardly_trained_model_lie_farther_from_the_test_split_than_real_pictures(trained, monkeypatch):
    monkeypatch.setattr(features, "FOLDER", trained / "features")
    monkeypatch.setattr(frechet, "FOLDER", trained / "features")
    monkeypatch.setattr(frechet, "MOST_PICTURES", 300)
    checkpoint = evaluation.read_checkpoint(trained / "checkpoints" / "tiny")
    assert sample_quality(checkpoint, trained) is None  # no encoder yet
    accuracy = features.train_features("sprites", trained, CPU, steps=20)
    assert 0 < accuracy < 1
    found = sample_quality(checkpoint, trained)
    assert 0 < found["real"] < found["standard-normal"]
    assert sample_quality(checkpoint, trained) == found
    codes = sample_quality(evaluation.read_checkpoint(trained / "checkpoints" / "tiny-vq"), trained)
    assert list(codes) == ["real", "code-prior", "uniform-codes"]
    assert codes["real"] == found["real"]
    with pytest.raises(CheckpointError, match="no labels"):
        features.train_features("photos", trained, CPU)


def test_bundled_samples_are_nearer_to_the_data_under_the_fitted_prior():
    for name, plain, fitted in (
        ("vae-digits", "standard-normal", "gaussian-mixture"),
        ("vq-vae-cartoons", "uniform-codes", "code-prior"),
    ):
        measured = evaluation.read_checkpoint(CHECKPOINTS / name).metrics["frechet"]
        assert 0 < measured["real"] < measured[fitted] < measured[plain]


def test_the_card_shows_what_the_checkpoint_fails_at(trained, few_pictures):
    for name in ("tiny", "tiny-vq", "tiny-prior"):
        evaluate(trained / "checkpoints" / name, trained, CPU)
        picture = Image.open(trained / "checkpoints" / name / "limits.png")
        assert picture.height == 128
        assert len(set(picture.convert("L").tobytes())) > 2
        assert "![What it fails at](limits.png)" in (trained / "checkpoints" / name / "README.md").read_text()


def test_contact_sheets_have_a_row_for_every_variant_and_prior(trained, monkeypatch, tmp_path):
    monkeypatch.setattr(sheets, "FOLDER", tmp_path)
    (path,) = sheets.contact_sheets(trained / "checkpoints")
    assert path.name == "sprites.webp"
    # Examples, two reconstructions, and samples under the plain prior, the code prior and uniform codes.
    assert Image.open(path).height >= 6 * 128
    assert sheets.contact_sheets(trained / "checkpoints") == [path]


@pytest.mark.parametrize("name", list(RECIPES))
def test_the_recipe_is_the_one_that_made_the_bundled_weights(name):
    recipe, config = RECIPES[name], json.loads((CHECKPOINTS / name / "config.json").read_text())
    made = {"image_shape": list(recipe.image_shape), "fit": recipe.fit, "training": recipe.training()} | recipe.model
    config["training"].pop("commit")
    assert {key: config[key] for key in made} == made


def test_bundled_cards_are_as_they_would_be_written_now(tmp_path):
    copies = shutil.copytree(CHECKPOINTS, tmp_path / "checkpoints")
    written = {folder.name: write_card(folder).read_text() for folder in copies.iterdir()}
    assert written == {folder.name: (folder / "README.md").read_text() for folder in CHECKPOINTS.iterdir()}


def test_the_recorded_commit_says_where_the_code_differs(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True)

    code, weights = tmp_path / "package" / "training" / "loop.py", tmp_path / "weights"
    code.parent.mkdir(parents=True)
    monkeypatch.setattr(saving, "__file__", str(code))
    for path in (code, weights):
        path.write_text("once")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "All")
    weights.write_text("other")  # as training the checkpoint before this one leaves them
    clean = saving._commit()
    assert re.fullmatch(r"[0-9a-f]{40}", clean)
    code.write_text("other")
    assert saving._commit() == f"{clean}-dirty"


@pytest.mark.parametrize("arguments", [["beta-vae-sprites-*"], ["beta-vae-sprites-8", "--count", "0"]])
def test_seeds_are_searched_for_one_recipe_and_at_least_one_is(capsys, arguments):
    assert main(["seeds", *arguments, "--data-dir", "."]) == 2
    assert "one recipe" in capsys.readouterr().err
