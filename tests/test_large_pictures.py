"""Large pictures: made smaller as they are opened, and opened once for all tabs."""

import os

import numpy as np
import pytest
from PIL import Image

from vae_demo.errors import InputError
from vae_demo.images import fit_picture, open_picture, opening, read_image
from vae_demo.images.opened_files import BYTES_PER_PIXEL, OPENED


@pytest.fixture
def levels() -> np.ndarray:
    """6200 x 3100 pixels in squares of 4 of one colour."""
    squares = np.random.default_rng(0).integers(0, 256, (775, 1550, 3), dtype=np.uint8)
    return squares.repeat(4, axis=0).repeat(4, axis=1)


def test_a_large_picture_is_averaged_alike_whatever_it_comes_in(levels, tmp_path):
    Image.fromarray(levels).save(tmp_path / "large.png", compress_level=1)
    expected = levels[::4, ::4]
    for given in (tmp_path / "large.png", (tmp_path / "large.png").read_bytes(), Image.fromarray(levels), levels):
        assert np.array_equal(np.asarray(read_image(given)), expected)


def test_what_was_made_smaller_stays_as_it_is_when_it_is_given_again(levels):
    once = read_image(levels)
    assert read_image(once).tobytes() == once.tobytes()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((3071, 2000), (3071, 2000)),
        ((3072, 2000), (1536, 1000)),
        ((4032, 3024), (2016, 1512)),
        ((8000, 1023), (8000, 1023)),  # a square of it would be smaller than a model's pictures may be
        ((1100, 9000), (550, 4500)),
    ],
)
def test_sides_stay_as_long_as_any_model_needs(given, expected):
    assert read_image(Image.new("RGB", given)).size == expected


def test_a_transparent_pictures_edges_are_on_paper_before_they_are_averaged():
    given = Image.new("RGBA", (3072, 3072), (255, 0, 0, 0))
    given.paste((0, 0, 0, 255), (0, 0, 1535, 3072))  # its last column shares its mean with transparent red
    found = np.asarray(read_image(given))
    assert [*found[0, 767]] == [128, 128, 128]


def test_a_large_pictures_crop_is_near_the_one_of_all_its_pixels():
    y, x = np.mgrid[0:1200, 0:1600]
    waves = np.stack([np.sin(x / 90), np.cos(y / 70), np.sin((x + y) / 110)], axis=-1) * 127 + 128
    picture = Image.fromarray(waves.astype(np.uint8))
    found = fit_picture(picture, (3, 64, 64), "cropped")[0].permute(1, 2, 0).numpy() * 255
    square = picture.crop((200, 0, 1400, 1200)).resize((64, 64), Image.Resampling.LANCZOS)
    assert np.abs(found - np.asarray(square)).max() <= 1.5


@pytest.mark.parametrize(("target", "given"), [(28, (800, 450)), (28, (1200, 900)), (100, (14, 30)), (112, (499, 37))])
def test_a_square_of_any_size_can_be_cropped(target, given):
    assert fit_picture(Image.new("RGB", given), (3, target, target), "cropped").shape == (1, 3, target, target)


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """The names of the files that are decoded, while those of `tmp_path` are kept, two of 100 x 100 pixels."""
    decoded, decode = [], opening.picture_in_file
    monkeypatch.setattr(opening, "picture_in_file", lambda file, name: decoded.append(name) or decode(file, name))
    OPENED.keep(tmp_path, 2 * 100 * 100 * BYTES_PER_PIXEL)
    yield decoded
    OPENED.keep(tmp_path, 0)


def save(path, colour) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (100, 100), colour).save(path)


def test_an_upload_is_decoded_once_and_never_given_away(opened, tmp_path):
    save(tmp_path / "1.png", "red")
    first = open_picture(tmp_path / "1.png")
    first.paste("blue", (0, 0, 100, 100))
    os.utime(tmp_path / "1.png")  # as whoever wants it again does
    assert open_picture(tmp_path / "1.png").getpixel((0, 0)) == (255, 0, 0)
    assert opened == ["1.png"]


def test_those_that_were_asked_for_last_are_kept(opened, tmp_path):
    for name in "121312":
        save(tmp_path / f"{name}.png", "red")
        open_picture(tmp_path / f"{name}.png")
    assert opened == ["1.png", "2.png", "3.png", "2.png"]


def test_what_is_deleted_is_gone_and_what_is_old_is_forgotten(opened, tmp_path):
    save(tmp_path / "1.png", "red")
    open_picture(tmp_path / "1.png")
    OPENED.forget(older_than=3600)
    open_picture(tmp_path / "1.png")
    assert opened == ["1.png"]
    OPENED.forget(older_than=0)
    open_picture(tmp_path / "1.png")
    assert opened == ["1.png", "1.png"]
    (tmp_path / "1.png").unlink()
    with pytest.raises(InputError, match="does not exist"):
        open_picture(tmp_path / "1.png")


def test_files_elsewhere_are_decoded_each_time(opened, tmp_path, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "1.png"
    for colour, pixel in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        save(path, colour)
        assert open_picture(path).getpixel((0, 0)) == pixel
    assert opened == ["1.png", "1.png"]
