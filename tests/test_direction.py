"""A direction from pictures with something and pictures without it, as the inference module finds it."""

import numpy as np
import pytest
from conftest import EXAMPLES
from PIL import Image

from vae_demo import InputError, decode_latent, direction, load_checkpoints, reconstruct
from vae_demo.inference import encode_by_variants, side_of_direction
from vae_demo.inference.direction import MAX_PICTURES
from vae_demo.weights.hub import BUNDLED

CARTOONS = sorted((EXAMPLES / "cartoons").glob("*.png"))
DIGIT = EXAMPLES / "digits" / "3.png"


def means(picture, dataset):
    """The posterior mean of a picture by each Gaussian variant."""
    return {v.checkpoint: np.array(v.mean) for v in reconstruct(picture, dataset).variants if v.mean}


@pytest.mark.parametrize("dataset", ["digits", "cartoons", "sprites"])
def test_a_pair_gives_exactly_the_difference_of_their_means(dataset):
    first, last, *_ = sorted((EXAMPLES / dataset).glob("*.png"))
    found = direction([first], [last], dataset)
    plus, minus = means(first, dataset), means(last, dataset)
    assert [v.checkpoint for v in found.variants] == list(plus)
    for variant in found.variants:
        name = variant.checkpoint
        assert variant.direction == (plus[name] - minus[name]).tolist()
    sides = [found.with_pictures, found.without_pictures]
    for pictures, path in zip(sides, (first, last), strict=True):
        assert [p.tobytes() for p in pictures] == [reconstruct(path, dataset).model_input.tobytes()]


def test_several_give_the_difference_of_the_sides_means_in_whatever_order():
    found, turned = (
        direction(CARTOONS[:3], CARTOONS[3:5], "cartoons"),
        direction(CARTOONS[2::-1], CARTOONS[3:5], "cartoons"),
    )
    plus, minus = ([means(path, "cartoons") for path in side] for side in (CARTOONS[:3], CARTOONS[3:5]))
    for variant, other in zip(found.variants, turned.variants, strict=True):
        ends = [np.mean([one[variant.checkpoint] for one in side], axis=0) for side in (plus, minus)]
        np.testing.assert_allclose(variant.direction, ends[0] - ends[1], atol=1e-12)
        assert variant.direction == other.direction


def test_the_direction_of_equal_sets_is_zero():
    for variant in direction(CARTOONS[:4], CARTOONS[3::-1], "cartoons").variants:
        assert variant.direction == [0.0] * len(variant.direction)


def test_a_latent_that_was_moved_by_the_whole_direction_of_a_pair_is_the_other_pictures():
    found, start = direction([CARTOONS[1]], [CARTOONS[0]], "cartoons"), means(CARTOONS[0], "cartoons")
    wanted = {v.checkpoint: v.reconstruction for v in reconstruct(CARTOONS[1], "cartoons").variants}
    for variant in found.variants:
        moved = decode_latent(variant.checkpoint, (start[variant.checkpoint] + variant.direction).tolist())
        assert np.abs(np.asarray(moved).astype(int) - np.asarray(wanted[variant.checkpoint])).max() <= 1


def test_a_side_takes_one_to_eight_pictures():
    eight = [DIGIT] * MAX_PICTURES
    assert len(direction(eight, tuple(eight)).with_pictures) == 8
    for side, given, found in [
        ("with", ([], [DIGIT]), "0"),
        ("without", ([DIGIT], []), "0"),
        ("with", ([*eight, DIGIT], eight), "9"),
        ("without", (eight, [*eight, DIGIT]), "9"),
        ("with", (DIGIT, [DIGIT]), "a PosixPath"),
        ("without", ([DIGIT], None), "a NoneType"),
    ]:
        with pytest.raises(InputError, match=f"^The pictures {side} must be a list of 1 to 8, not {found}.$"):
            direction(*given)


def test_what_is_no_picture_is_refused_by_its_place_and_what_is_no_dataset_by_its_name():
    with pytest.raises(InputError, match=r"^Picture 2 of 2 with: absent\.png does not exist"):
        direction([DIGIT, "absent.png"], [DIGIT])
    with pytest.raises(InputError, match=r"^Picture 1 of 1 without: "):
        direction([DIGIT], [7])
    with pytest.raises(InputError, match="The dataset must be one of"):
        direction([DIGIT], [DIGIT], "magic")


def test_a_side_alone_is_shown_as_the_dataset_has_it():
    photograph = Image.linear_gradient("L")
    shown = side_of_direction("with", [photograph, DIGIT], "digits")
    assert [p.tobytes() for p in shown] == [
        encode_by_variants(picture, "digits").model_input.tobytes() for picture in (photograph, DIGIT)
    ]
    with pytest.raises(InputError, match="The pictures without must be a list of 1 to 8, not 9"):
        side_of_direction("without", [DIGIT] * 9, "digits")


def test_codes_alone_have_no_direction(tmp_path):
    (tmp_path / "vq-vae-digits").symlink_to(BUNDLED / "vq-vae-digits")
    with pytest.raises(InputError, match="No model of digits has a Gaussian latent"):
        direction([DIGIT], [DIGIT], "digits", checkpoints=load_checkpoints(tmp_path))
