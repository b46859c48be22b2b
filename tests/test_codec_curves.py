"""JPEG, WebP and AVIF as curves over bytes, with our codebooks as points: what is measured, and what is said of it."""

from dataclasses import replace

import pytest
import torch
from conftest import ROOT
from PIL import Image
from torchvision.transforms.v2.functional import pil_to_tensor

from vae_demo.datasets.files import in_memory
from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import InputError
from vae_demo.evaluation import codec_curves
from vae_demo.evaluation.codec_curves import CodecMean, Curves, Point, measure_curves
from vae_demo.evaluation.codec_tables import END, START, curves_markdown, who_wins, write_into
from vae_demo.images import available_codecs, coded_within
from vae_demo.images.codecs import LOWEST
from vae_demo.inference import compress
from vae_demo.training.__main__ import main

FACES = sorted((ROOT / "vae_demo" / "examples" / "cartoons").glob("*.png"))


def test_files_known_from_one_search_serve_the_next():
    with Image.open(FACES[0]) as opened:
        picture = opened.convert("RGB").resize((64, 64))
    known: dict[int, bytes] = {}
    for budget in (200, 400, 800, 1600):
        assert coded_within(picture, "WebP", budget, known)[1:] == coded_within(picture, "WebP", budget)[1:]
    assert LOWEST["WebP"] in known
    assert all(isinstance(file, bytes) for file in known.values())


@pytest.fixture
def cartoons(monkeypatch):
    """The examples as a test split of cartoons: 64x64 pixels, as the checkpoint takes them."""
    pictures = torch.stack([pil_to_tensor(Image.open(path).convert("RGB").resize((64, 64))) for path in FACES])
    dataset = replace(DATASETS["cartoons"], load=lambda data_dir, split: in_memory(pictures))
    monkeypatch.setattr(codec_curves, "DATASETS", {"cartoons": dataset})
    return [Image.fromarray(picture.permute(1, 2, 0).numpy()) for picture in pictures]


def test_curves_are_means_of_each_codecs_best_files_and_points_of_real_files(cartoons, tmp_path):
    [curves] = measure_curves(ROOT / "checkpoints", tmp_path, ["cartoons", "none"], most=2)
    assert (curves.dataset, curves.width, curves.height, curves.images) == ("cartoons", 64, 64, 2)
    assert curves.budgets == [64, 128, 256, 512, 1024]
    chosen = [cartoons[0], cartoons[-1]]
    for codec in available_codecs():
        means = curves.codecs[codec]
        for budget, mean in zip(curves.budgets, means, strict=True):
            sizes = [coded_within(picture, codec, budget)[1] for picture in chosen]
            assert mean.bytes == sum(sizes) / 2
            assert mean.fitting == sum(size <= budget for size in sizes) / 2
        assert [mean.psnr for mean in means] == sorted(mean.psnr for mean in means)
    [point] = curves.points
    files = []
    for number, picture in enumerate(chosen):
        picture.save(tmp_path / f"{number}.png")
        files.append(compress(tmp_path / f"{number}.png", "vq-vae-cartoons"))
    assert (point.checkpoint, point.bytes) == ("vq-vae-cartoons", sum(map(len, files)) / 2)
    assert 20 < point.psnr < 35
    assert list(point.codecs) == available_codecs()
    assert f"| vq-vae-cartoons | {point.bytes:,.0f} | {point.psnr:.1f} |" in curves_markdown(curves)


def curves(*codecs: CodecMean) -> Curves:
    """WebP in 64, 128 and 256 bytes, and a codebook of 30 dB in 100 bytes beside it."""
    means = [CodecMean(90, 20, 0), CodecMean(120, 28, 1), CodecMean(250, 33, 1)]
    point = Point("vq", 100, 30, dict(zip(("WebP", "AVIF"), codecs, strict=True)))
    return Curves("x", 8, 8, 3, [64, 128, 256], {"WebP": means, "AVIF": [*means[:2], CodecMean(300, 35, 0.6)]}, [point])


@pytest.mark.parametrize(
    ("webp", "avif", "said"),
    [
        (CodecMean(99, 27, 1), CodecMean(300, 35, 0), "In 100 bytes `vq` wins, 3.0 dB above WebP."),
        (CodecMean(99, 27, 1), CodecMean(98, 31, 1), "In 100 bytes AVIF wins, 1.0 dB above `vq`."),
        (CodecMean(99, 27, 1), CodecMean(98, 30.04, 1), "In 100 bytes `vq` keeps as much as AVIF."),
        (CodecMean(101, 27, 0.9), CodecMean(300, 35, 0), "In 100 bytes `vq` is alone: no codec has files so small."),
    ],
)
def test_a_sentence_says_who_wins_and_where_each_codec_keeps_as_much(webp, avif, said):
    found = curves(webp, avif)
    assert who_wins(found.points[0], found) == f"{said} Of the sizes above, the first that keep as much: WebP at 256."


def test_what_has_no_file_so_small_is_a_dash_or_says_its_own_bytes():
    markdown = curves_markdown(curves(CodecMean(99, 27, 1), CodecMean(300, 35, 0)))
    assert "| WebP | – | 28.0 | 33.0 |" in markdown
    assert "| AVIF | – | 28.0 | 35.0 (300 bytes) |" in markdown
    assert "| vq | 100 | 30.0 | 27.0 | – |" in markdown


def test_a_readme_gets_them_between_its_marks_and_keeps_all_else(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        write_into(readme, "new")
        assert readme.read_text(encoding="utf-8") == f"before\n{START}\n\nnew\n\n{END}\nafter\n"
    readme.write_text("none", encoding="utf-8")
    with pytest.raises(InputError, match="no place for the tables"):
        write_into(readme, "new")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["sprites"], "No dataset with a VQ-VAE is called 'sprites'"),
        (["all", "--pictures", "0"], "1 or more"),
        (["faces", "--write"], "replaces the tables of all datasets"),
    ],
)
def test_what_cannot_be_measured_gets_a_sentence(capsys, tmp_path, arguments, why):
    assert main(["codecs", *arguments, "--data-dir", str(tmp_path), "--checkpoints", str(ROOT / "checkpoints")]) == 2
    assert why in capsys.readouterr().err


def test_the_readme_of_training_has_a_place_for_them():
    written = (ROOT / "vae_demo" / "training" / "README.md").read_text(encoding="utf-8")
    assert START in written.partition(END)[0]
