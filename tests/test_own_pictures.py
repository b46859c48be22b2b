"""A folder as people have it: stray and damaged files, all sizes and kinds of pictures, few of them; trained on."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import torch
from gradio_client import Client, handle_file
from PIL import Image

from tests.served import serve
from vae_demo.datasets import files
from vae_demo.datasets.folder import folder_of_pictures
from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import CheckpointError, InputError
from vae_demo.inference import reconstruct
from vae_demo.training.__main__ import main
from vae_demo.training.loop import train
from vae_demo.training.own_pictures import own_recipe
from vae_demo.training.recipes import Recipe
from vae_demo.weights.catalogue import read_catalogue, read_checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import bundled
from vae_demo.weights.means import load_means

CPU = torch.device("cpu")


def save(path: Path, colour: tuple[int, ...] | int, size: tuple[int, int] = (40, 30), **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "L" if isinstance(colour, int) else "RGBA" if len(colour) == 4 else "RGB"
    Image.new(mode, size, colour).save(path, **options)
    return path


def some(folder: Path, count: int = 12) -> Path:
    for number in range(count):
        save(folder / f"{number:02}.png", (20 * number, 100, 50))
    return folder


def everything(dataset) -> tuple[torch.Tensor, list[int]]:
    """The pictures of all splits, plain, and how many each split has."""
    splits = [dataset.pictures(Path(), split) for split in ("train", "validation", "test")]
    return torch.cat([s.batch(torch.arange(len(s)), None) for s in splits]), [len(s) for s in splits]


def colours(pictures: torch.Tensor) -> list[list[int]]:
    return sorted((255 * picture.mean(dim=(1, 2))).round().int().tolist() for picture in pictures)


def test_pictures_of_all_kinds_are_brought_to_one_size(tmp_path, capsys):
    folder = tmp_path / "Holiday 2026"
    save(folder / "a grey one.png", 90, (64, 200))
    save(folder / "deeper" / "still deeper" / "wide.PNG", (200, 10, 10), (300, 40))
    save(folder / "tiny.gif", (10, 200, 10), (9, 12))
    save(folder / "no ending", (40, 10, 200), format="JPEG", quality=95)
    save(folder / "glass.png", (250, 240, 0, 255))
    upright = Image.new("RGB", (40, 60), (0, 0, 0))
    upright.paste((255, 255, 255), (0, 0, 40, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.png", exif=exif)
    with (folder / "phone.heic").open("wb") as file:
        pillow_heif.encode("RGB", (48, 48), np.full((48, 48, 3), 128, np.uint8).tobytes(), file, quality=-1, chroma=444)
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / ".thumbnails").mkdir()
    save(folder / ".thumbnails" / "small.png", (1, 1, 1))
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf")
    (folder / "deeper" / "notes.txt").write_text("Where we went.", encoding="utf-8")
    whole = (folder / "no ending").read_bytes()
    (folder / "cut short.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "nothing.png").touch()
    (folder / "gone.png").symlink_to(tmp_path / "nowhere.png")

    dataset = folder_of_pictures(folder, 32)
    pictures, counts = everything(dataset)
    assert (dataset.name, dataset.shape, dataset.classes) == ("holiday-2026", (3, 32, 32), ())
    assert pictures.shape == (7, 3, 32, 32)
    assert min(counts) >= 1
    expected = [[90] * 3, [200, 10, 10], [10, 200, 10], [40, 10, 200], [250, 240, 0], [128] * 3, [128] * 3]
    assert np.abs(np.array(colours(pictures)) - np.array(sorted(expected))).max() <= 3
    (turned,) = (picture for picture in pictures if picture[0].std() > 0.3)
    assert turned[:, :10].min() > 0.9, "white is above"
    assert turned[:, -10:].max() < 0.1

    told = capsys.readouterr().err
    left_out = ["cut short.jpg is damaged or incomplete", "gone.png does not exist", "nothing.png is empty"]
    assert f"Left out: {'; '.join(left_out)}; deeper/notes.txt is text.\n" in told
    assert "Enlarged, because they are smaller than 32 pixels: glass.png; no ending; tiny.gif.\n" in told
    assert ".DS_Store" not in told
    assert "Thumbs.db" not in told


def test_the_splits_follow_the_files_content(tmp_path):
    folder = some(tmp_path / "one", 60)
    dataset = folder_of_pictures(folder, 16)

    def of(dataset, split: str) -> list[list[int]]:
        pictures = dataset.pictures(Path(), split)
        return colours(pictures.batch(torch.arange(len(pictures)), None))

    renamed = tmp_path / "two"
    for path in folder.iterdir():
        (renamed / "inside").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, renamed / "inside" / f"copy of {path.name}")
    for split in ("train", "validation", "test"):
        assert of(folder_of_pictures(renamed, 16), split) == of(dataset, split)
        assert (
            len(of(dataset, split)) in {"train": range(40, 58), "validation": range(1, 8), "test": range(2, 14)}[split]
        )
    sorted(folder.iterdir())[0].unlink()
    for split in ("train", "validation", "test"):  # the others stay where they were
        assert len([c for c in of(dataset, split) if c not in of(folder_of_pictures(folder, 16), split)]) <= 1
    copies = tmp_path / "copies"
    for number in range(12):
        for copy in range(3):
            save(copies / f"{number} {copy}.png", (20 * number, 0, 0))
    splits = [of(folder_of_pictures(copies, 16), split) for split in ("train", "validation", "test")]
    assert all(len(split) % 3 == 0 for split in splits)


def test_a_folder_for_each_class_labels_its_pictures(tmp_path):
    for number in range(20):
        save(tmp_path / ("cats" if number % 2 else "dogs") / "more" / f"{number}.png", (number, 200 * (number % 2), 0))
    dataset = folder_of_pictures(tmp_path, 16)
    assert dataset.classes == (2,)
    train_split = dataset.pictures(Path(), "train")
    chosen = torch.arange(len(train_split))
    is_cat = train_split.batch(chosen, None)[:, 1].mean(dim=(1, 2)) > 0.5
    assert torch.equal(train_split.labels(chosen), 1 - is_cat.long()[:, None])
    save(tmp_path / "beside.png", (0, 0, 0))
    assert folder_of_pictures(tmp_path, 16).classes == ()


def test_training_sees_other_crops_each_time_and_the_seed_settles_which(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (12, 36, 36, 3), np.uint8)
    for number, pixels in enumerate(noise):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    pictures = folder_of_pictures(tmp_path, 32).pictures(Path(), "train")
    chosen = torch.arange(len(pictures))
    drawn = [pictures.batch(chosen, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.equal(pictures.batch(chosen, None), pictures.batch(chosen, None))


@pytest.mark.parametrize("made", ["nowhere", "empty", "a file", "no pictures", "two pictures", "copies of one"])
def test_what_cannot_be_trained_on_is_said_in_one_sentence(tmp_path, made):
    folder = tmp_path / "pictures"
    if made == "a file":
        folder.write_bytes(b"")
    elif made != "nowhere":
        folder.mkdir()
    if made == "no pictures":
        (folder / "list.csv").write_text("file,label\n", encoding="utf-8")
    for number in range({"two pictures": 2, "copies of one": 9}.get(made, 0)):
        save(folder / f"{number}.png", (0, 0, number if made == "two pictures" else 0))
    with pytest.raises(InputError, match=re.escape(str(folder))) as caught:
        folder_of_pictures(folder, 16)
    assert re.fullmatch(r"[^\n]+\.", str(caught.value))


def tiny(dataset: str) -> list[Recipe]:
    vq = {"in_channels": 3, "hidden_dim": 8, "num_embeddings": 32, "embedding_dim": 4}
    beta = {"input_dim": 768, "latent_dim": 4, "beta": 1.0}
    common = {"steps": 3, "batch_size": 64, "learning_rate": 1e-3}
    return [
        Recipe("own-beta-vae", "beta-vae", dataset, (3, 16, 16), beta, **common),
        Recipe("own-vq-vae", "vq-vae", dataset, (3, 16, 16), vq, autoencoder_steps=1, **common),
    ]


def test_fewer_pictures_than_a_batch_or_than_codes_are_trained_on(tmp_path, monkeypatch):
    dataset = folder_of_pictures(some(tmp_path / "few", 3), 16)
    assert everything(dataset)[1] == [1, 1, 1]
    monkeypatch.setitem(DATASETS, dataset.name, dataset)
    for recipe in tiny(dataset.name):
        train(recipe, tmp_path, tmp_path / "runs", tmp_path / "checkpoints", CPU)
        assert (tmp_path / "checkpoints" / recipe.name / "model.safetensors").stat().st_size > 1_000


def prepared(folder: Path) -> Path:
    for number in range(3):
        save(folder / "train" / f"{number}.png", (number, 0, 0), (72, 72))
    (folder / "train" / ".DS_Store").write_bytes(b"\0")
    return folder


def read(folder: Path) -> int:
    return len(files.read_pictures(folder, "train", lambda row: row["file"])[0])


def test_a_prepared_datasets_stray_files_are_passed_over_and_its_damaged_ones_named(tmp_path):
    folder = prepared(tmp_path)
    assert read(folder) == 3
    save(folder / "train" / "other.png", (0, 0, 0), (64, 64))
    with pytest.raises(InputError, match=r"train/other\.png has 64 × 64 pixels, and .* 72 × 72 pixels"):
        read(folder)
    (folder / "train" / "other.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"train/other\.png is not a picture, or is damaged"):
        read(folder)
    (folder / "train" / "other.png").unlink()
    (folder / "all.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match=r"all\.zip is damaged"):
        read(folder)


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    """Two variants trained for some steps on a folder of pictures, by the command line."""
    place = tmp_path_factory.mktemp("own")
    some(place / "My Cats")
    for variant in ("vae", "vq-vae"):
        assert own_command(place, "--variant", variant, "--name", f"cats-{variant}", "--steps", "2") == 0
    return place / "checkpoints"


def own_command(place: Path, *options: str) -> int:
    folders = ["--checkpoints", str(place / "checkpoints"), "--runs", str(place / "runs"), "--device", "cpu"]
    return main(["train", "--pictures", str(place / "My Cats"), "--size", "32", *folders, *options])


def test_a_variant_trained_on_a_folder_is_measured_and_described(own):
    checkpoint = read_checkpoint(own / "cats-vae")
    assert (checkpoint.dataset, checkpoint.dataset_shape, checkpoint.image_shape) == (
        "my-cats",
        (3, 32, 32),
        (3, 32, 32),
    )
    assert checkpoint.mixture.is_file()
    assert load_means(checkpoint).labels is None
    assert 0 < checkpoint.metrics["psnr"] < 60
    assert "`my-cats`:" in checkpoint.card
    options = "--variant vae --name cats-vae --dataset my-cats --size 32 --continue-from none --steps 2"
    assert f"train --pictures FOLDER {options}\n" in checkpoint.card
    assert "license: other" in (own / "cats-vae" / "README.md").read_text(encoding="utf-8")
    started = read_checkpoint(own / "cats-vq-vae")
    assert started.training["continue_from"] == "vq-vae-photos"
    assert "| Start | the weights of vq-vae-photos" in started.card


def test_other_pictures_do_not_pass_for_those_that_a_run_was_trained_on(own, tmp_path, capsys):
    some(tmp_path / "My Cats", count=9)
    folders = ["--checkpoints", str(own), "--runs", str(own.parent / "runs")]
    options = ["--variant", "vae", "--name", "cats-vae", "--size", "32", "--steps", "2", "--device", "cpu"]
    assert main(["train", "--pictures", str(tmp_path / "My Cats"), *folders, *options]) == 2
    assert "was begun with another recipe" in capsys.readouterr().err


def test_a_name_with_none_in_it_can_be_continued_from(own, tmp_path):
    shutil.copytree(own / "cats-vae", tmp_path / "cats-nonesuch")
    dataset = replace(DATASETS["faces"], name="my-cats", shape=(3, 32, 32))
    recipe = own_recipe("vae", "mine", dataset, tmp_path, continue_from="cats-nonesuch")
    assert recipe.continue_from == "cats-nonesuch"
    assert own_recipe("vae", "mine", dataset, tmp_path, continue_from="none").continue_from == ""


def test_the_library_answers_with_ones_own_models_beside_the_others(own):
    checkpoints = Checkpoints(bundled(), own)
    assert {"digits", "faces", "my-cats"} < set(checkpoints.datasets())
    assert checkpoints.own() == ["cats-vae", "cats-vq-vae"]
    answer = reconstruct(np.zeros((40, 40, 3), np.uint8), "my-cats", checkpoints=checkpoints)
    assert [variant.checkpoint for variant in answer.variants] == ["cats-vae", "cats-vq-vae"]
    with pytest.raises(CheckpointError, match=r"cats-(vq-)?vae is the name of two checkpoints"):
        read_catalogue(own, shutil.copytree(own, own.parent / "copies"))


def test_the_page_shows_ones_own_models_beside_the_others(own):
    with serve(VAE_DEMO_CHECKPOINTS=str(own)) as server:
        client = Client(server.address, verbose=False)
        listed = client.predict(api_name="/checkpoints")
        assert {"vae-digits", "cats-vae"} < {checkpoint["name"] for checkpoint in listed["checkpoints"]}
        assert listed["notice"].endswith("cats-vae, cats-vq-vae are of this host's own folder.")
        answer = client.predict(handle_file(str(own.parent / "My Cats" / "03.png")), "my-cats", api_name="/reconstruct")
        assert [variant["checkpoint"] for variant in answer["variants"]] == ["cats-vae", "cats-vq-vae"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--name a", "With --pictures give --variant and --name"),
        ("--variant gan --name a", "There is no variant 'gan'"),
        ("--variant vae --name vae-faces", "is the name of a recipe"),
        ("--variant vae --name Cats/1", "lower-case letters"),
        ("--variant vae --name a --size 33", "--size must be a multiple of 4 from 32 to 128, not 33"),
        ("--variant vae --name a --size 64", "was trained on 'my-cats' at --size 32"),
        ("--variant vae --name a --dataset faces", "'faces' is a dataset of the project's own"),
        ("--variant vae --name a --beta 2", "--beta is a number above 0, and for beta-vae alone"),
        ("--variant beta-vae --name a --beta 0", "--beta is a number above 0"),
        ("--variant vae --name a --continue-from conv-vae-photos", "'conv-vae-photos' is no vae that fits"),
        ("--variant code-prior --name a", "there are: cats-vq-vae."),
        ("--variant vae --name a --steps 0", "--steps must be 1 or more"),
    ],
)
def test_what_cannot_be_trained_on_ones_own_pictures_is_said_before_anything_is_written(own, capsys, options, why):
    before = sorted(own.parent.rglob("*"))
    assert own_command(own.parent, *options.split()) == 2
    assert why in capsys.readouterr().err
    assert sorted(own.parent.rglob("*")) == before
