"""A checkpoint appears by being there, and a damaged one is named."""

import hashlib
import json
import math
import shutil

import pytest
import safetensors.torch
from conftest import ROOT

from vae_demo.errors import CheckpointError
from vae_demo.models import VAE
from vae_demo.weights.catalogue import read_catalogue, read_checkpoint
from vae_demo.weights.loading import load_model

CONFIG = {"variant": "vae", "dataset": "faces", "image_shape": [1, 4, 4], "fit": "cropped"}
ARGUMENTS = {"input_dim": 16, "hidden_dim": 8, "latent_dim": 2}


@pytest.fixture
def folder(tmp_path):
    """A host's own checkpoint, on a dataset of their own."""
    folder = tmp_path / "vae-faces"
    VAE(**ARGUMENTS).save_pretrained(folder, config=CONFIG | ARGUMENTS)
    return folder


def change(folder, **changes):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | changes), encoding="utf-8")


def test_a_hosts_checkpoint_is_read_from_its_own_config(folder):
    checkpoint = read_catalogue(folder.parent)["vae-faces"]
    assert (checkpoint.dataset, checkpoint.title, checkpoint.arguments["latent_dim"]) == ("faces", "VAE", 2)
    assert checkpoint.dataset_shape == checkpoint.image_shape == (1, 4, 4)
    assert checkpoint.metrics == {}
    assert isinstance(load_model(checkpoint), VAE)


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"variant": "gan"}, "variant 'gan'"),
        ({"dataset": ""}, "dataset"),
        ({"dataset": 3}, "dataset"),
        ({"fit": "stretched"}, "fit 'stretched'"),
        ({"image_shape": [1, 4]}, "image_shape"),
        ({"image_shape": [2, 4, 4]}, "image_shape"),
        ({"image_shape": [1, 4, 0]}, "image_shape"),
        ({"image_shape": "1x4x4"}, "image_shape"),
        ({"dataset_shape": [1, 10**6, 4]}, "dataset_shape"),
    ],
)
def test_a_config_that_says_nonsense_is_refused_by_name(folder, changes, about):
    change(folder, **changes)
    with pytest.raises(CheckpointError, match=rf"vae-faces/config\.json.*{about}"):
        read_checkpoint(folder)


def test_a_shape_that_codes_cannot_fill_is_refused(tmp_path):
    shutil.copytree(ROOT / "checkpoints" / "vq-vae-digits", tmp_path / "odd")
    change(tmp_path / "odd", image_shape=[1, 30, 32])
    with pytest.raises(CheckpointError, match=r"odd/config\.json: image_shape must have sides that are multiples of 4"):
        read_checkpoint(tmp_path / "odd")


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_config_that_is_no_json_object_is_refused_by_name(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"vae-faces/config\.json"):
        read_checkpoint(folder)


def test_weights_that_do_not_fit_their_config_are_refused_by_name(folder):
    change(folder, hidden_dim=9)
    with pytest.raises(CheckpointError, match=r"vae-faces/model\.safetensors does not fit"):
        load_model(read_checkpoint(folder))


def test_a_shape_that_does_not_fit_the_model_is_refused_before_it_costs_a_request(folder):
    change(folder, image_shape=[3, 4, 4])
    with pytest.raises(CheckpointError, match="input_dim"):
        load_model(read_checkpoint(folder))


def test_weights_that_are_no_numbers_are_refused_by_name(folder):
    path = folder / "model.safetensors"
    tensors = safetensors.torch.load_file(path)
    name = next(iter(tensors))
    tensors[name].view(-1)[0] = math.nan
    safetensors.torch.save_file(tensors, path)
    with pytest.raises(CheckpointError, match=f"{name} has values that are not finite"):
        load_model(read_checkpoint(folder))


def test_missing_truncated_and_pickled_weights_are_refused_by_name(folder):
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match=r"vae-faces/model\.safetensors"):
        load_model(read_checkpoint(folder))
    weights.unlink()
    (folder / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"vae-faces/model\.safetensors is missing"):
        load_model(read_checkpoint(folder))


def test_every_bundled_number_belongs_to_the_weights_beside_it():
    """The hash in metrics.json is that of the served file, so no number outlives the weights it was measured on."""
    catalogue = read_catalogue(ROOT / "checkpoints")
    assert catalogue
    for checkpoint in catalogue.values():
        assert checkpoint.metrics["weights_sha256"] == hashlib.sha256(checkpoint.weights.read_bytes()).hexdigest()


def test_a_copied_folder_is_the_same_checkpoint_under_another_name(folder):
    shutil.copytree(folder, folder.parent / "vae-faces-again")
    assert list(read_catalogue(folder.parent)) == ["vae-faces", "vae-faces-again"]
