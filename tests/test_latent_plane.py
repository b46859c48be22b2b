"""Where a Gaussian variant puts test pictures: noted beside its weights, checked, and served to the browser."""

import json
import shutil
from pathlib import Path

import httpx
import pytest
import safetensors.torch
import torch
from conftest import ROOT
from safetensors import safe_open

from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError
from vae_demo.evaluation.held_out import batches, load_pictures
from vae_demo.evaluation.means import MOST_PICTURES, principal_components, write_means
from vae_demo.inference import Checkpoints, sample
from vae_demo.inference.latent_plane import latent_plane
from vae_demo.training.__main__ import main
from vae_demo.ui.kept_files import DIGEST_LENGTH
from vae_demo.ui.sampling import shown
from vae_demo.weights.catalogue import read_checkpoint
from vae_demo.weights.hub import WeightsSource, bundled
from vae_demo.weights.loading import check_model, load_mixture, load_model
from vae_demo.weights.means import load_means

CPU = torch.device("cpu")
CHECKPOINTS = Checkpoints(bundled())
GAUSSIAN = [checkpoint.name for checkpoint in CHECKPOINTS.of(None, "latents")]
SPRITES = "beta-vae-sprites-4"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of one checkpoint."""
    return Path(shutil.copytree(ROOT / "checkpoints" / SPRITES, tmp_path / SPRITES))


@pytest.mark.parametrize("name", GAUSSIAN)
def test_every_gaussian_checkpoint_brings_its_means_in_a_small_file(name):
    checkpoint = CHECKPOINTS.get(name)
    means = load_means(checkpoint)
    size = checkpoint.arguments["latent_dim"]
    assert means.points.shape == (len(means.points), 8)
    assert min(200, MOST_PICTURES) <= len(means.points) <= MOST_PICTURES
    assert means.axes.shape == (8, size)
    assert torch.allclose(means.axes.double().norm(dim=1), torch.ones(8).double(), atol=1e-3)
    label = DATASETS[checkpoint.dataset].coloured_by
    assert (means.labels is None) == (label is None)
    if label:
        assert means.labels.unique().tolist() == list(range(len(label.values)))
        assert means.about["label"] == {"name": label.name, "values": list(label.values)}
    assert checkpoint.means.stat().st_size < 40_000


def test_points_are_posterior_means_along_principal_components_and_the_strongest_latents(folder):
    first = write_means(folder, Path(), CPU).read_bytes()
    assert write_means(folder, Path(), CPU).read_bytes() == first
    checkpoint = read_checkpoint(folder)
    means = load_means(checkpoint)
    pictures = load_pictures(checkpoint, Path(), "test")
    chosen = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))[:MOST_PICTURES]
    with torch.inference_mode():
        posteriors = [
            checkpoint.variant.encode(load_model(checkpoint), x) for x in batches(checkpoint, pictures, chosen, CPU)
        ]
    expected = torch.cat([posterior.mean for posterior in posteriors])
    assert torch.equal(means.labels.long(), pictures.labels(chosen)[:, 0])
    torch.testing.assert_close(means.points.float(), expected @ means.axes.float().T, atol=4e-3, rtol=1e-3)
    torch.testing.assert_close(means.mean.float(), expected.mean(dim=0), atol=1e-3, rtol=1e-3)
    kl = torch.cat([posterior.kl for posterior in posteriors]).mean(dim=0)
    latents = [axis["latent"] - 1 for axis in means.about["axes"][2:]]
    assert latents == kl.argsort(descending=True)[:6].tolist()
    assert [axis["component"] for axis in means.about["axes"][:2]] == [1, 2]
    torch.testing.assert_close(means.points[:, 2].float(), expected[:, latents[0]], atol=4e-3, rtol=1e-3)


def test_principal_components_have_the_largest_variances_and_one_sign():
    generator = torch.Generator().manual_seed(0)
    turn = torch.linalg.qr(torch.randn(5, 5, generator=generator, dtype=torch.double))[0]
    spread = torch.tensor([1.0, 5.0, 0.1, 3.0, 0.2], dtype=torch.double)
    points = torch.randn(4000, 5, generator=generator, dtype=torch.double) * spread @ turn + 7
    found, shares = principal_components(points)
    expected = turn[[1, 3]]
    expected *= expected.gather(1, expected.abs().argmax(dim=1, keepdim=True)).sign()
    torch.testing.assert_close(found, expected, atol=0.05, rtol=0)
    torch.testing.assert_close(shares, spread[[1, 3]] ** 2 / (spread**2).sum(), atol=0.02, rtol=0)
    alone, shares = principal_components(torch.ones(3, 4, dtype=torch.double))
    assert shares.tolist() == [0, 0]
    assert alone.isfinite().all()


def test_codes_have_no_plane():
    with pytest.raises(CheckpointError, match="no plane of Gaussian latents"):
        write_means(ROOT / "checkpoints" / "vq-vae-digits", Path(), CPU)
    assert latent_plane(CHECKPOINTS.get("vq-vae-digits"), CHECKPOINTS) is None
    assert shown(sample("vq-vae-digits", "uniform-codes", 1), CHECKPOINTS)["plane"] is None


def test_the_command_writes_the_file(folder, tmp_path, capsys):
    (folder / "means.safetensors").unlink()
    assert main(["means", SPRITES, "--data-dir", str(tmp_path), "--checkpoints", str(tmp_path), "--device", "cpu"]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "means.safetensors")
    assert load_means(read_checkpoint(folder)).labels is not None


def test_without_the_file_samples_have_no_plane(folder):
    (folder / "means.safetensors").unlink()
    checkpoints = Checkpoints(WeightsSource(folder.parent))
    check_model(checkpoints.get(SPRITES))
    assert latent_plane(checkpoints.get(SPRITES), checkpoints) is None
    answer = shown(sample(SPRITES, count=1, checkpoints=checkpoints), checkpoints)
    assert answer["plane"] is None
    assert len(answer["pictures"]) == 1


def rewritten(folder: Path, about: object = None, **tensors: torch.Tensor | None) -> None:
    path = folder / "means.safetensors"
    with safe_open(path, framework="pt") as stored:
        kept = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (not a dict)
        about = about or stored.metadata()["about"]
    kept = {name: tensor for name, tensor in (kept | tensors).items() if tensor is not None}
    safetensors.torch.save_file(kept, path, {"about": about} if about != "none" else None)


LABEL = {"name": "shape", "values": ["square", "ellipse", "heart"]}
AXES = [{"latent": number} for number in range(1, 9)]


@pytest.mark.parametrize(
    "changes",
    [
        {"points": torch.zeros(5, 7).half()},
        {"points": torch.full((2000, 8), float("nan")).half()},
        {"points": torch.zeros(2000, 8)},
        {"points": torch.zeros(0, 8).half(), "labels": torch.zeros(0, dtype=torch.uint8)},
        {"axes": torch.zeros(8, 3).half()},
        {"mean": None},
        {"labels": torch.full((2000,), 3, dtype=torch.uint8)},
        {"labels": torch.zeros(3, dtype=torch.uint8)},
        {"more": torch.zeros(1)},
        {"about": "none"},
        {"about": "[" * 10**5},
        {"about": "[]"},
        {"about": json.dumps({"axes": AXES})},
        {"about": json.dumps({"axes": AXES[:7], "label": LABEL})},
        {"about": json.dumps({"axes": [{"latent": "1"}] * 8, "label": LABEL})},
        {"about": json.dumps({"axes": [{"component": 1}, *AXES[1:]], "label": LABEL})},
        {"about": json.dumps({"axes": AXES, "label": LABEL | {"values": ["a", "", "c"]}})},
        {"about": json.dumps({"axes": AXES, "label": {"name": 1, "values": ["a", "b", "c"]}})},
    ],
)
def test_another_content_is_refused_by_name_and_samples_go_without_it(folder, changes):
    rewritten(folder, **changes)
    checkpoints = Checkpoints(WeightsSource(folder.parent))
    with pytest.raises(CheckpointError, match=f"{SPRITES}/means.safetensors"):
        check_model(checkpoints.get(SPRITES))
    answer = shown(sample(SPRITES, count=1, checkpoints=checkpoints), checkpoints)
    assert answer["plane"] is None


def test_the_mixture_is_seen_along_the_axes():
    checkpoint = CHECKPOINTS.get("conv-vae-faces")
    plane = safetensors.torch.load(latent_plane(checkpoint, CHECKPOINTS).content)
    mixture, axes = load_mixture(checkpoint), load_means(checkpoint).axes.float()
    covariances = mixture["cholesky"] @ mixture["cholesky"].mT
    torch.testing.assert_close(plane["mixture_means"], mixture["means"] @ axes.T, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(plane["mixture_covariances"], axes @ covariances @ axes.T, atol=1e-4, rtol=1e-4)


def test_a_checkpoint_without_a_mixture_has_a_plane_without_one(folder):
    (folder / "mixture.safetensors").unlink()
    checkpoints = Checkpoints(WeightsSource(folder.parent))
    plane = safetensors.torch.load(latent_plane(checkpoints.get(SPRITES), checkpoints).content)
    assert plane.keys() == {"points", "axes", "mean", "labels"}


def test_the_plane_is_served_under_its_content_and_kept_for_good(server):
    plane = latent_plane(CHECKPOINTS.get("vae-digits"), CHECKPOINTS)
    answer = httpx.get(f"{server}/planes/vae-digits/{plane.sha256[:DIGEST_LENGTH]}")
    assert answer.content == plane.content
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown(sample("vae-digits", count=1), CHECKPOINTS)["plane"] == plane.sha256[:DIGEST_LENGTH]
    for wrong in ("vae-digits/0000000000000000", "vae-digits/", "no-such/0000000000000000", "vq-vae-digits/x"):
        assert httpx.get(f"{server}/planes/{wrong}").status_code == 404
