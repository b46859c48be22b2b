"""What a notebook has for one picture, of every kind, good and bad: `read_image`."""

import io
import os
import tempfile
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from PIL import Image

from vae_demo import images
from vae_demo.errors import InputError
from vae_demo.images import MAX_BYTES, open_picture, read_image

SHAPES = [(12, 20), (12, 20, 1), (1, 12, 20), (12, 20, 3), (3, 12, 20)]


def rgb(height=12, width=20):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def saved(pixels, fmt="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, fmt, **options)
    return buffer.getvalue()


def random_levels(shape):
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def channels_last(values):
    """(H, W, 3) of any of `SHAPES`."""
    if values.ndim == 2:
        values = values[..., None]
    elif values.shape[0] in (1, 3):
        values = values.transpose(1, 2, 0)
    return np.broadcast_to(values, (*values.shape[:2], 3))


def sides(shape):
    """(H, W) of the shape of one picture."""
    return shape[1:] if len(shape) == 3 and shape[2] not in (1, 3, 4) else shape[:2]


def outcome_of(value):
    """The picture, or the sentence."""
    try:
        return read_image(value)
    except InputError as error:
        return str(error)


class TestFiles:
    @pytest.mark.parametrize("make", [bytes, bytearray, memoryview, io.BytesIO], ids=lambda kind: kind.__name__)
    def test_content(self, make):
        assert np.array_equal(read_image(make(saved(rgb()))), rgb())

    def test_every_second_byte(self):
        spaced = bytes(byte for pair in zip(saved(rgb()), saved(rgb()), strict=True) for byte in pair)
        assert np.array_equal(read_image(memoryview(spaced)[::2]), rgb())

    def test_path(self, tmp_path):
        path = tmp_path / "ä.png"
        path.write_bytes(saved(rgb()))
        for name in (path, str(path), next(os.scandir(tmp_path))):
            assert np.array_equal(read_image(name), rgb())
        with pytest.raises(InputError, match="is text"):
            read_image(os.fsencode(path))  # bytes are what is in a file, not its name

    def test_open_files(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_bytes(saved(rgb()))
        with path.open("rb") as file:
            assert np.array_equal(read_image(file), rgb())
            assert not file.closed
        with path.open("rb", buffering=0) as file:
            assert np.array_equal(read_image(file), rgb())
        with tempfile.SpooledTemporaryFile() as file:
            file.write(saved(rgb()))
            file.seek(0)
            assert np.array_equal(read_image(file), rgb())

    def test_file_is_read_from_where_it_stands(self):
        file = io.BytesIO(b"header" + saved(rgb()))
        file.seek(6)
        assert np.array_equal(read_image(file), rgb())
        with pytest.raises(InputError, match=r"seek\(0\)"):
            read_image(file)

    def test_pipe(self):
        read, write = os.pipe()
        with os.fdopen(write, "wb") as end:
            end.write(saved(rgb()))
        with os.fdopen(read, "rb") as file:
            assert np.array_equal(read_image(file), rgb())

    def test_the_same_as_open_picture(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        path = tmp_path / "a.jpg"
        path.write_bytes(saved(rgb(), "JPEG", exif=exif))
        expected = open_picture(path)
        assert expected.size == (12, 20)
        with Image.open(path) as lazy:
            for value in (path, path.read_bytes(), io.BytesIO(path.read_bytes()), lazy):
                picture = read_image(value)
                assert (picture.mode, picture.size, picture.info) == ("RGB", (12, 20), {})
                assert picture.tobytes() == expected.tobytes()

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (b"", "is empty"),
            (b"words only", "is text"),
            (saved(rgb(4, 4)), "too small, 4 × 4"),
            (saved(rgb())[:300], "damaged"),
            (bytes(MAX_BYTES + 1), "too large, 20.0 MB: at most 20 MB"),
            (memoryview(np.zeros(MAX_BYTES, np.uint16)), "too large, 40.0 MB"),
            (io.BytesIO(bytes(MAX_BYTES + 1)), "too large"),
            (io.StringIO("words"), "mode 'rb'"),
            ("https://example.com/a.png", "does not exist"),
            ("", "folder"),
            ("a\0b", "cannot be read"),
        ],
        ids=range(11),
    )
    def test_refused(self, value, words):
        with pytest.raises(InputError, match=words) as caught:
            read_image(value)
        assert str(caught.value).endswith(".")

    def test_files_that_cannot_be_read(self, tmp_path):
        closed = io.BytesIO(saved(rgb()))
        closed.close()

        class Odd:
            def __init__(self, result):
                self.result = result

            def read(self, size=-1):
                if isinstance(self.result, Exception):
                    raise self.result
                return self.result

        with (tmp_path / "new").open("wb") as for_writing:
            for file in (closed, for_writing, Odd(OSError("gone")), Odd(None), Odd(7), Odd("words")):
                with pytest.raises(InputError, match=r"file.*\.$"):
                    read_image(file)
        with pytest.raises(InputError, match="too large"):
            read_image(Odd(b"endless" * 9999))


class TestPillow:
    def test_is_copied_and_not_changed(self):
        original = Image.fromarray(rgb())
        original.info["exif"] = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
        picture = read_image(original)
        assert np.array_equal(picture, np.rot90(rgb(), 3))
        assert np.array_equal(original, rgb())
        assert original.info.keys() == {"exif"}
        picture.paste((0, 0, 0), (0, 0, 12, 20))
        assert np.array_equal(original, rgb())

    def test_plain_one_is_a_copy_too(self):
        original = Image.fromarray(rgb())
        read_image(original).paste((0, 0, 0), (0, 0, 20, 12))
        assert np.array_equal(original, rgb())

    @pytest.mark.parametrize(
        "mode", ["1", "L", "P", "LA", "PA", "La", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"]
    )
    def test_modes(self, mode):
        white = Image.new("RGB", (16, 16), "white")
        via = {"PA": "LA", "La": "LA", "RGBa": "RGBA"}.get(mode)
        picture = (white.convert(via) if via else white).convert(mode)
        opened = read_image(picture)
        assert opened.mode == "RGB"
        # An opaque white square, which paper of either colour leaves so.
        assert min(low for low, _ in opened.getextrema()) >= 253

    @pytest.mark.parametrize(("mode", "white"), [("I", 255), ("F", 1.0), ("I;16", 65535), ("I;16B", 65535)])
    def test_deep_modes(self, mode, white):
        assert read_image(Image.new(mode, (16, 16), white)).getextrema() == ((255, 255),) * 3

    def test_the_frame_it_stands_at(self):
        frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
        buffer = io.BytesIO()
        frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
        animation = Image.open(buffer)
        animation.seek(1)
        assert read_image(animation).getpixel((8, 8)) == (0, 255, 0)
        assert animation.tell() == 1

    def test_limits(self, monkeypatch):
        with pytest.raises(InputError, match="too small"):
            read_image(Image.new("RGB", (7, 7)))
        with pytest.raises(InputError, match="too wide"):
            read_image(Image.new("1", (20_000, 10)))
        lazy = Image.open(io.BytesIO(saved(np.zeros((7_200, 7_200), np.uint8))))
        monkeypatch.setattr(type(lazy), "load", lambda self: pytest.fail("decoded"))
        with pytest.raises(InputError, match="too many pixels"):
            read_image(lazy)

    def test_closed_or_damaged(self):
        closed = Image.open(io.BytesIO(saved(rgb())))
        closed.close()
        damaged = Image.open(io.BytesIO(saved(rgb())[:-300]))
        for picture in (closed, damaged):
            with pytest.raises(InputError, match=r"The Pillow picture cannot be read: .*\.$"):
                read_image(picture)


ARRAYS = {
    "array": lambda values: values,
    "read-only": lambda values: (values.setflags(write=False), values)[1],
    "fortran order": np.asfortranarray,
    "negative strides": lambda values: values[::-1, ::-1].copy()[::-1, ::-1],
    "every second": lambda values: np.repeat(values, 2, axis=1)[:, ::2],
    "tensor": torch.from_numpy,
    "strided tensor": lambda values: torch.from_numpy(np.repeat(values, 2, axis=1))[:, ::2],
    "parameter": lambda values: torch.nn.Parameter(torch.from_numpy(values), requires_grad=values.dtype != np.uint8),
}


class TestArrays:
    @pytest.mark.parametrize("kind", ARRAYS)
    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_levels(self, shape, kind):
        values = random_levels(shape)
        assert np.array_equal(read_image(ARRAYS[kind](values.copy())), channels_last(values))

    @pytest.mark.parametrize("kind", ARRAYS)
    @pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
    def test_floats(self, dtype, kind):
        values = random_levels((12, 20, 3))
        assert np.array_equal(read_image(ARRAYS[kind]((values / 255).astype(dtype))), values)

    def test_other_byte_order_and_long_double(self):
        values = random_levels((12, 20))
        for dtype in (">f4", ">f8", np.longdouble):
            assert np.array_equal(read_image((values / 255).astype(dtype)), channels_last(values))

    @pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
    def test_tensors_of_other_precision(self, dtype):
        values = torch.rand(3, 12, 20, generator=torch.Generator().manual_seed(0)).to(dtype)
        expected = values.float().mul(255).round().byte().permute(1, 2, 0).numpy()
        assert np.array_equal(read_image(values), expected)

    def test_with_a_gradient_and_in_inference_mode(self):
        values = torch.rand(3, 12, 20)
        expected = values.mul(255).round().byte().permute(1, 2, 0).numpy()
        assert np.array_equal(read_image(values.requires_grad_() * 1), expected)
        with torch.inference_mode():
            assert np.array_equal(read_image(values * 1), expected)

    def test_negated_view(self):
        values = torch.complex(torch.zeros(12, 20), -torch.rand(12, 20)).conj().imag
        assert values.is_neg()
        assert np.array_equal(read_image(values), read_image(values.clone()))

    def test_subclass_of_tensor(self):
        class Loud(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return super().__torch_function__(function, types, args, kwargs or {})

        values = random_levels((3, 12, 20))
        assert np.array_equal(read_image(torch.from_numpy(values).as_subclass(Loud)), channels_last(values))

    def test_memory_map_and_matrix(self, tmp_path):
        values = random_levels((12, 20))
        np.save(tmp_path / "a.npy", values)
        assert np.array_equal(read_image(np.load(tmp_path / "a.npy", mmap_mode="r")), channels_last(values))
        assert np.array_equal(read_image(values.view(np.matrix)), channels_last(values))

    def test_alpha(self):
        values = np.full((12, 20, 4), 255, np.uint8)
        values[..., 1:3] = 0
        values[0, 0] = 0
        values[0, 1, 3] = 51
        for value in (values, values.transpose(2, 0, 1), torch.from_numpy(values / 255)):
            picture = read_image(value)
            assert [picture.getpixel((x, 0)) for x in range(3)] == [(255, 255, 255), (255, 204, 204), (255, 0, 0)]
        white = np.full((4, 12, 20), 255, np.uint8)
        white[3, :, 5:] = 0
        assert [read_image(white).getpixel((x, 0))[0] for x in (0, 10)] == [255, 0]

    def test_the_array_is_not_changed_nor_kept(self):
        values = rgb()
        picture = read_image(values)
        picture.paste((0, 0, 0), (0, 0, 20, 12))
        assert np.array_equal(values, rgb())
        picture = read_image(values)
        values[:] = 0
        assert np.array_equal(picture, rgb())

    def test_as_far_out_of_range_as_rounding_goes(self):
        values = np.linspace(-0.0019, 1.0019, 400, dtype=np.float32).reshape(20, 20)
        assert read_image(values).getextrema() == ((0, 255),) * 3

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (np.full((12, 20), np.nan), "NaN"),
            (np.full((12, 20), np.inf), r"\[0, 1\]: they reach from inf to inf"),
            (np.full((12, 20), 1e300), r"\[0, 1\]"),
            (np.full((12, 20), 255.0), r"they reach from 255 to 255. Scale them"),
            (np.full((12, 20), -0.01), "reach from -0.01"),
            (torch.full((3, 12, 20), torch.nan), "NaN"),
            (torch.full((3, 12, 20), -torch.inf), r"\[0, 1\]"),
            (np.zeros((12, 20), object), "uint8 or floats .* not object"),
            (np.zeros((12, 20), bool), "not bool"),
            (np.zeros((12, 20), np.uint16), "not uint16"),
            (np.zeros((12, 20), np.int64), "not int64"),
            (np.zeros((12, 20), complex), "not complex128"),
            (np.full((12, 20), "a"), "not <U1"),
            (np.zeros((12, 20), "M8[s]"), "not datetime64"),
            (np.zeros((12, 20), [("r", "u1")]), "not"),
            (torch.zeros(3, 12, 20, dtype=torch.int64), "not torch.int64"),
            (torch.zeros(3, 12, 20, dtype=torch.bool), "not torch.bool"),
            (torch.zeros(3, 12, 20, dtype=torch.complex64), "not torch.complex64"),
            (torch.zeros(3, 12, 20).to_sparse(), "sparse"),
            (torch.zeros(3, 12, 20, device="meta"), "meta"),
            (np.ma.masked_array(np.zeros((12, 20)), mask=True), "masked"),
            (np.zeros((2, 3, 12, 20), np.uint8), r"not \(2, 3, 12, 20\): give a batch as a list of pictures"),
            (torch.zeros(1, 3, 12, 20), r"list\(batch\)"),
            (np.zeros((12, 20, 2), np.uint8), r"shape is \(H, W\)"),
            (np.zeros((5, 12, 20), np.uint8), r"not \(5, 12, 20\)"),
            (np.zeros(240, np.uint8), r"not \(240,\)"),
            (np.uint8(7), r"not \(\)"),
            (torch.tensor(0.5), r"not \(\)"),
            (np.zeros((0, 0), np.uint8), "too small"),
            (np.zeros((3, 3, 3), np.uint8), "too small"),
            (np.zeros((0, 20, 3)), "too small, 20 × 0"),
            (np.broadcast_to(np.uint8(0), (8_000, 8_000, 3)), "too many pixels, 8,000 × 8,000"),
            (torch.zeros(1).expand(3, 9_000, 9_000), "too many pixels"),
            (np.broadcast_to(np.float32(0), (8, 20_000)), "too wide"),
            (np.broadcast_to(np.float32(0), (2**28, 2**28)), "too many pixels"),
        ],
        ids=range(35),
    )
    @pytest.mark.filterwarnings("ignore")
    def test_refused(self, value, words):
        with pytest.raises(InputError, match=words) as caught:
            read_image(value)
        assert str(caught.value).endswith(".")

    @pytest.mark.parametrize("value", [None, 7, 0.5, [1], (), {}, object(), np, [[0, 0], [0, 0]], Image], ids=range(10))
    def test_other_things(self, value):
        with pytest.raises(InputError, match=r"^A picture is a path, bytes, .*, not \w+\.$"):
            read_image(value)

    def test_a_large_one_takes_no_floats_of_its_size(self):
        values = np.broadcast_to(np.float64(0.5), (3_000, 4_000, 3))
        tracemalloc.start()
        read_image(values)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3 * values.size, "its levels, and strips of it; Pillow's own memory is not counted"

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(
        numpy_strategies.arrays(
            st.sampled_from(["u1", "f4", "f8", "i4", "?", "O", "c8", "f2"]).map(np.dtype),
            numpy_strategies.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=12),
        )
    )
    @pytest.mark.filterwarnings("ignore")
    def test_any_array_is_a_picture_or_a_sentence(self, values):
        outcome = outcome_of(values)
        if isinstance(outcome, str):
            assert outcome.endswith(".")
        else:
            assert outcome.mode == "RGB"
            assert outcome.size == sides(values.shape)[::-1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_tensor_on_a_gpu():
    values = torch.rand(3, 300, 20, device="cuda", requires_grad=True)
    expected = values.detach().mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    assert np.array_equal(read_image(values), expected)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "GIF", "BMP"]), st.integers(0, 200))
def test_any_bytes_are_a_picture_or_a_sentence(extra, fmt, at):
    whole = saved(rgb(), fmt)
    for content in (extra, whole[:at] + extra, whole[:at] + extra + whole[at:]):
        outcome = outcome_of(content)
        assert outcome.endswith(".") if isinstance(outcome, str) else outcome.mode == "RGB"


def test_what_it_takes_is_on_the_package():
    assert images.read_image is read_image
