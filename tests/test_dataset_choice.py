"""A picture finds its dataset by itself, and stands on one plane with the codecs that people use."""

from itertools import pairwise

import numpy as np
import pytest
from conftest import EXAMPLES
from PIL import Image

from vae_demo.examples import PACKAGED, example_pictures
from vae_demo.images import is_drawing, open_picture
from vae_demo.inference import Checkpoints, reconstruct
from vae_demo.inference.dataset_choice import USUAL, choose_dataset
from vae_demo.weights.hub import bundled

CHECKPOINTS = Checkpoints(bundled())


@pytest.mark.parametrize("dataset", ["digits", "faces"])
def test_the_examples_of_a_dataset_are_recognised(dataset):
    for path in example_pictures(dataset):
        choice = choose_dataset(open_picture(path), CHECKPOINTS)
        assert (choice.dataset, choice.usual) == (dataset, True), path


@pytest.mark.parametrize("name", ["lion.jpg", "tower.jpg", "cheetah1.jpg"])
def test_a_photograph_is_answered_as_a_photograph(name):
    choice = choose_dataset(open_picture(PACKAGED / name), CHECKPOINTS)
    assert choice.dataset == "photos"
    assert choice.usual
    assert choice.error_ratios["cartoons"] > USUAL


def test_nothing_is_taken_for_a_sprite_and_noise_is_unusual_everywhere():
    for path in example_pictures("sprites"):
        assert choose_dataset(open_picture(path), CHECKPOINTS).dataset != "sprites"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert not choose_dataset(Image.fromarray(noise), CHECKPOINTS).usual


def test_a_drawing_is_one_ink_on_even_paper():
    assert is_drawing(Image.open(EXAMPLES / "digits" / "3.png"))
    assert not is_drawing(Image.open(PACKAGED / "lion.jpg"))
    assert not is_drawing(Image.new("L", (40, 40), 255))
    assert not is_drawing(Image.linear_gradient("L"))


def test_the_codecs_take_more_bits_for_fewer_errors():
    answer = reconstruct(EXAMPLES / "cartoons" / "face-1.png", "cartoons")
    assert [curve.codec for curve in answer.codecs] == ["JPEG", "WebP", "AVIF"]
    for curve in answer.codecs:
        assert curve.bits[-1] > 1.5 * curve.bits[0]
        assert all(later > earlier - 1 for earlier, later in pairwise(curve.psnr))
    sizes = {v.title: (v.psnr, v.psnr_compared) for v in answer.variants}
    assert sizes["VQ-VAE"][0] == sizes["VQ-VAE"][1]
    assert sizes["VAE"][0] > sizes["VAE"][1]  # 32 x 32 pixels cannot hold what 64 x 64 do
