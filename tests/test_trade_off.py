"""What the page says of each checkpoint at a glance: the numbers of its metrics.json, in the units that it names."""

import json
import math
import shutil

import pytest
from conftest import ROOT

from vae_demo.inference import Checkpoints, sample, trade_offs
from vae_demo.weights.hub import WeightsSource

CHECKPOINTS = ROOT / "checkpoints"


def measured(name: str) -> dict:
    return json.loads((CHECKPOINTS / name / "metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    return {t.checkpoint: t for t in trade_offs(Checkpoints(WeightsSource(CHECKPOINTS)))}


def test_every_variants_checkpoint_is_there_and_no_code_prior(found):
    names = {path.parent.name for path in CHECKPOINTS.glob("*/config.json")}
    assert set(found) == {name for name in names if not name.startswith("code-prior")}
    assert all(t.rate is not None and t.psnr is not None for t in found.values())


def test_a_kl_in_nats_becomes_bits(found):
    vae = found["vae-digits"]
    assert vae.rate == pytest.approx(measured("vae-digits")["rate"] / math.log(2))
    assert (vae.rate_of, vae.psnr) == ("KL from the prior", measured("vae-digits")["psnr"])


def test_codes_cost_what_their_learned_prior_says_or_their_equal_length(found):
    digits = found["vq-vae-digits"]
    assert digits.rate == pytest.approx(7 * 7 * measured("code-prior-digits")["bits_per_code"], rel=1e-4)
    assert digits.rate_of == "codes under their learned prior"
    assert found["vq-vae-photos-64"].rate == 16 * 16 * 6
    assert found["vq-vae-photos-64"].rate_of == "codes at equal length"
    assert found["vq-vae-photos"].rate_of == "codes under their learned prior, measured on larger pictures"


def test_a_model_of_any_size_stands_with_pictures_of_the_datasets_own(found):
    assert found["vq-vae-photos"].psnr == measured("vq-vae-photos")["cropped"]["psnr"]


def test_samples_are_those_of_the_prior_that_comes_nearest(found):
    distances = measured("vae-digits")["frechet"]
    assert distances["gaussian-mixture"] < distances["standard-normal"]
    vae = found["vae-digits"]
    assert (vae.frechet, vae.frechet_floor) == (distances["gaussian-mixture"], distances["real"])
    assert vae.prior == "Gaussian mixture fitted to the encoder"
    assert (found["vae-faces"].frechet, found["vae-faces"].prior) == (None, None)


@pytest.mark.parametrize(
    "content", ["{}", '{"psnr": "high", "rate": true, "mig": NaN, "frechet": [1], "cropped": 3}', None]
)
def test_what_a_host_did_not_measure_is_none(tmp_path, content):
    folder = tmp_path / "beta-vae-digits-4"
    shutil.copytree(CHECKPOINTS / folder.name, folder, ignore=shutil.ignore_patterns("metrics.json"))
    if content is not None:
        (folder / "metrics.json").write_text(content, encoding="utf-8")
    [only] = trade_offs(Checkpoints(WeightsSource(tmp_path)))
    assert [only.rate, only.psnr, only.frechet, only.frechet_floor, only.prior, only.mig] == [None] * 6
    assert only.title == "Beta-VAE, β = 4"


@pytest.mark.parametrize("kl", ["[NaN, 1]", "[1, 2]", '"high"', "7"])
def test_latents_whose_kl_a_host_did_not_measure_have_none(tmp_path, kl):
    folder = tmp_path / "beta-vae-digits-4"
    shutil.copytree(CHECKPOINTS / folder.name, folder, ignore=shutil.ignore_patterns("metrics.json"))
    (folder / "metrics.json").write_text(f'{{"kl_per_dimension": {kl}, "psnr": NaN}}', encoding="utf-8")
    given = Checkpoints(WeightsSource(tmp_path))
    assert sample(folder.name, count=1, checkpoints=given).test_kl is None
    assert given.get(folder.name).metrics["psnr"] is None  # which a browser could not read as NaN
