"""Uploads of every kind, good, odd and bad; the tensors that they become; and the way back to a picture."""

import io
import os
import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pillow_heif
import pytest
import torch
from PIL import Image, ImageDraw, ImageFile

from tests import icc
from vae_demo import images
from vae_demo.errors import InputError
from vae_demo.images import DIFFERENCE_COLOURS, difference_picture, fit_picture, open_picture, resize, to_picture

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def colourful(width=32, height=24, bands=3):
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, bands), dtype=np.uint8)
    return Image.fromarray(pixels)


def smooth(width=32, height=24):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 7, y * 9, 200 - x * 3], axis=2).astype(np.uint8))


def saved(picture, fmt, **options):
    buffer = io.BytesIO()
    if fmt == "HEIF":
        pillow_heif.encode(picture.mode, picture.size, picture.tobytes(), buffer, **options)
        return buffer.getvalue()
    picture.save(buffer, fmt, **options)
    return buffer.getvalue()


@pytest.fixture
def upload(tmp_path):
    """Bytes, or a picture and its format, to a file."""

    def write(content, fmt="", name="upload.png", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else saved(content, fmt, **options))
        return path

    return write


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth=8, colour=0, data=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def pixel(picture, x=0, y=0):
    return picture.getpixel((x, y))


class TestRefusals:
    @pytest.mark.parametrize(
        "content",
        [
            b"P6 16 16 255\n" + bytes(768),
            b"\x00",
            b"\xff\xfe",
            b"\x89PNG\r\n\x1a",
            bytes(5000),
            b"\xff\xd8\xff",
            b" " * 99,
        ],
        ids=["ppm", "one byte", "mark", "png's beginning", "zeros", "jpeg's beginning", "blank"],
    )
    def test_not_a_picture(self, upload, content):
        with pytest.raises(InputError, match=r"upload\.png is not a picture .* PNG, JPEG, HEIC"):
            open_picture(upload(content))

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>", "an SVG drawing: export it as PNG"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- " + b"x" * 2000 + b" -->\n<SVG/>", "an SVG drawing"),
            ("<?xml version='1.0' encoding='utf-16'?><svg>ä</svg>".encode("utf-16"), "an SVG drawing"),
            (b"<!DOCTYPE html><html><body>404</body></html>", "a web page: save the picture itself"),
            (b"\n <html lang=en><svg></svg>", "a web page"),
            (b"<?xml version='1.0'?><svg><foreignObject><html></html></foreignObject></svg>", "an SVG drawing"),
            (b"<?xml version='1.0'?><feed/>", "text"),
            (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(99), "a camera's raw picture: export it as JPEG"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "a PDF document: send a screenshot"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", "a PostScript drawing: export it as PNG"),
            (b"hello, I am a text\n" * 999, "text: send a picture: PNG, JPEG"),
            ("größer ".encode() * 1000, "text: send a picture"),
            (b"\xff\x0a" + bytes(99), "a JPEG XL picture, .*: export it as PNG or JPEG"),
            (bytes.fromhex("0000000c4a584c200d0a870a") + bytes(99), "a JPEG XL picture"),
            (b"\0\0\0\x20ftypqt  \0\0\0\0qt  " + bytes(99), "a video: send a photograph"),
            (b"\0\0\0\x1cftypisom\0\0\2\0isommp42" + bytes(99), "a video"),
            (b"\0\0\0\x08wide\0\0\0\0mdat" + bytes(99), "a video"),
            (b"\x1a\x45\xdf\xa3" + bytes(99), "a video"),
            (b"RIFF\0\0\0\0AVI LIST" + bytes(99), "a video"),
            (b"8BPS\0\1" + bytes(99), "a Photoshop document: export it as PNG"),
            (b"PK\x03\x04" + bytes(99), "a ZIP archive or an office document"),
        ],
    )
    def test_refused_by_name(self, upload, content, sentence):
        with pytest.raises(InputError, match=rf"^upload\.png is ({sentence}).*\.$"):
            open_picture(upload(content))

    @pytest.mark.parametrize("options", [{}, {"no_jp2": True}], ids=["jp2", "codestream"])
    def test_jpeg_2000(self, upload, options):
        with pytest.raises(InputError, match="a JPEG 2000 picture: export it as PNG or JPEG"):
            open_picture(upload(colourful(), "JPEG2000", **options))

    def test_not_there(self, tmp_path):
        with pytest.raises(InputError, match=r"^gone\.png does not exist") as caught:
            open_picture(tmp_path / "gone.png")
        assert str(tmp_path) not in str(caught.value)

    def test_not_a_file(self, tmp_path):
        with pytest.raises(InputError, match="folder"):
            open_picture(tmp_path)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InputError, match="device"):
            open_picture(str(tmp_path / "pipe"))

    @pytest.mark.parametrize("name", ["a\0b.png", "x" * 9999 + ".png"], ids=["null byte", "long"])
    def test_impossible_name(self, tmp_path, name):
        with pytest.raises(InputError, match="cannot be read"):
            open_picture(str(tmp_path) + "/" + name)

    def test_empty(self, upload):
        with pytest.raises(InputError, match="is empty"):
            open_picture(upload(b""))

    @pytest.mark.parametrize("fmt", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
    def test_cut_short(self, upload, fmt):
        whole = saved(colourful(64, 64), fmt)
        open_picture(upload(whole))
        with pytest.raises(InputError, match="damaged"):
            open_picture(upload(whole[: len(whole) * 2 // 3]))

    @pytest.mark.parametrize(
        "options", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"restart_marker_blocks": 1}], ids=str
    )
    @pytest.mark.parametrize("mode", ["RGB", "L"])
    def test_jpeg_cut_anywhere(self, upload, mode, options):
        """It opens where its end marker alone is missing, as a browser does. Where more is, it is refused, at the end
        of a scan or of a restart interval too; but for the last bits of the last block, which may not show."""
        whole = saved(colourful(32, 24).convert(mode), "JPEG", quality=20, **options)
        expected = np.asarray(open_picture(upload(whole)), int)
        for missing in (1, 2):
            assert np.array_equal(open_picture(upload(whole[:-missing])), expected)
        for missing in range(3, len(whole) - whole.index(b"\xff\xda")):
            try:
                opened = open_picture(upload(whole[:-missing]))
            except InputError:
                continue
            error = np.abs(np.asarray(opened, int) - expected)
            assert error[:-16].max(initial=0) == error[:, :-16].max(initial=0) == 0, missing
            assert missing < 8

    def test_jpeg_without_its_end_in_cmyk(self, upload):
        whole = saved(colourful(64, 48).convert("CMYK"), "JPEG")
        assert open_picture(upload(whole[:-2])).tobytes() == open_picture(upload(whole)).tobytes()
        with pytest.raises(InputError, match="damaged"):
            open_picture(upload(whole[:-90]))

    def test_jpeg_without_its_end_and_with_something_after(self, upload):
        whole = saved(colourful(64, 48), "JPEG")
        assert open_picture(upload(whole[:-2] + bytes(99))).tobytes() == open_picture(upload(whole)).tobytes()

    def test_jpeg_without_its_end_that_is_turned(self, upload):
        exif = Image.Exif()
        exif[0x0112] = 6
        assert open_picture(upload(saved(smooth(), "JPEG", exif=exif)[:-2])).size == (24, 32)

    def test_heic_that_claims_another_size(self, upload):
        whole = saved(smooth(64, 64), "HEIF")
        at = whole.index(b"ispe") + 8
        for size in ((8, 8), (64, 65), (128, 128), (0, 0)):
            with pytest.raises(InputError, match=r"damaged|too small"):
                open_picture(upload(whole[:at] + struct.pack(">II", *size) + whole[at + 8 :]))

    def test_heic_over_the_limits_is_not_decoded(self, upload, monkeypatch):
        monkeypatch.setattr(pillow_heif.HeifImageFile, "load", lambda self: pytest.fail("decoded"))
        whole = saved(smooth(64, 64), "HEIF")
        at = whole.index(b"ispe") + 8
        for size, words in (((9_000, 9_000), "too many pixels, 9,000 × 9,000"), ((20_000, 64), "too wide")):
            with pytest.raises(InputError, match=words):
                open_picture(upload(whole[:at] + struct.pack(">II", *size) + whole[at + 8 :]))

    def test_palette_that_is_missing(self, upload):
        with pytest.raises(InputError, match="damaged"):
            open_picture(upload(png(8, 8, colour=3, data=bytes(72))))

    def test_too_many_bytes(self, upload):
        path = upload(colourful(), "PNG")
        with path.open("r+b") as file:
            file.truncate(images.MAX_BYTES + 2**20)
        with pytest.raises(InputError, match=r"too large, 21\.0 MB: at most 20 MB"):
            open_picture(path)

    @pytest.mark.parametrize(("width", "height"), [(1, 1), (7, 100), (100, 7)])
    def test_too_small(self, upload, width, height):
        with pytest.raises(InputError, match=rf"too small, {width} × {height} pixels: the smallest is 8 × 8"):
            open_picture(upload(Image.new("RGB", (width, height)), "PNG"))

    def test_smallest(self, upload):
        assert open_picture(upload(Image.new("RGB", (8, 8)), "PNG")).size == (8, 8)

    def test_too_wide(self, upload):
        with pytest.raises(InputError, match=r"too wide, 20,000 × 10 pixels: .* 16,384 a side"):
            open_picture(upload(Image.new("L", (20_000, 10)), "PNG"))
        with pytest.raises(InputError, match="too tall"):
            open_picture(upload(Image.new("L", (10, 20_000)), "PNG"))

    @pytest.mark.parametrize("side", [7_200, 10_000, 50_000])
    def test_header_claims_too_many_pixels(self, upload, monkeypatch, side):
        """Refused from the header: nothing is decoded, whether Pillow is silent, warns or raises at this size."""
        monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with pytest.raises(InputError, match=r"too many pixels.*at most 50 million"):
                open_picture(upload(png(side, side)))

    def test_real_bomb(self, upload):
        """144 million pixels that a PNG holds in some 20 kB."""
        content = png(12_000, 12_000, depth=1, data=bytes(1501) * 12_000)
        assert len(content) < 50_000
        with (
            pytest.warns(Image.DecompressionBombWarning),
            pytest.raises(InputError, match=r"too many pixels, 12,000 × 12,000"),
        ):
            open_picture(upload(content))

    def test_webp_that_claims_a_huge_canvas(self, upload):
        frame = saved(smooth(), "WEBP", save_all=True, append_images=[colourful()])
        at = frame.index(b"VP8X") + 12
        huge = frame[:at] + (65_000).to_bytes(3, "little") * 2 + frame[at + 6 :]
        with pytest.raises(InputError):
            open_picture(upload(huge))

    def test_largest_is_accepted(self, upload):
        content = png(8_000, 5_000, depth=1, data=(b"\0" + b"\xff" * 1000) * 5_000)
        picture = open_picture(upload(content))
        assert (picture.size, pixel(picture, 1_599, 999)) == ((1_600, 1_000), WHITE)  # a fifth of 8,000 x 5,000

    def test_nothing_global_is_changed(self, upload):
        def state():
            return (
                Image.MAX_IMAGE_PIXELS,
                ImageFile.LOAD_TRUNCATED_IMAGES,
                [*warnings.filters],
                [*Image.ID],
                {**Image.OPEN},
            )

        Image.init()
        before = state()
        for content in (saved(colourful(), "PNG"), saved(colourful(), "HEIF"), saved(colourful(), "JPEG")[:-2]):
            open_picture(upload(content))
        assert state() == before
        assert "HEIF" not in Image.OPEN


class TestKinds:
    @pytest.mark.parametrize("fmt", ["PNG", "BMP", "TIFF"])
    def test_lossless(self, upload, fmt):
        picture = open_picture(upload(colourful(), fmt))
        assert picture.mode == "RGB"
        assert picture.tobytes() == colourful().tobytes()

    @pytest.mark.parametrize("fmt", ["JPEG", "WEBP", "AVIF", "MPO", "HEIF"])
    def test_lossy(self, upload, fmt):
        picture = open_picture(upload(smooth(), fmt, quality=95))
        assert picture.mode == "RGB"
        assert np.abs(np.asarray(picture, int) - np.asarray(smooth(), int)).mean() < 6

    def test_the_name_does_not_matter(self, upload):
        assert open_picture(upload(colourful(), "PNG", name="photo.jpg")).tobytes() == colourful().tobytes()

    def test_palette(self, upload):
        picture = colourful().quantize(16)
        assert open_picture(upload(picture, "PNG")).tobytes() == picture.convert("RGB").tobytes()

    def test_palette_with_transparency(self, upload):
        picture = Image.new("P", (8, 8), 0)
        picture.putpalette([*RED, *GREEN, *BLUE])
        picture.putpixel((1, 0), 1)
        picture.putpixel((2, 0), 2)
        one = open_picture(upload(picture, "PNG", transparency=1))
        assert [pixel(one, x) for x in range(3)] == [RED, WHITE, BLUE]
        each = open_picture(upload(picture, "PNG", transparency=bytes([255, 0, 51])))
        assert [pixel(each, x) for x in range(3)] == [RED, WHITE, (204, 204, 255)]

    def test_rgba_gradient_is_on_white(self, upload):
        pixels = np.zeros((8, 256, 4), np.uint8)
        pixels[..., 0], pixels[..., 3] = 200, np.arange(256)
        picture = np.asarray(open_picture(upload(Image.fromarray(pixels), "PNG")), int)
        alpha = np.arange(256) / 255
        assert np.abs(picture[0, :, 0] - (200 * alpha + 255 * (1 - alpha))).max() <= 1
        assert np.abs(picture[0, :, 1] - 255 * (1 - alpha)).max() <= 1

    def test_grey_with_alpha(self, upload):
        picture = Image.new("LA", (8, 8), (100, 255))
        picture.putpixel((1, 0), (100, 0))
        picture.putpixel((2, 0), (0, 51))
        opened = open_picture(upload(picture, "PNG"))
        assert [pixel(opened, x) for x in range(3)] == [(100,) * 3, WHITE, (204,) * 3]

    def test_one_colour_transparent(self, upload):
        picture = Image.new("RGB", (8, 8), RED)
        picture.putpixel((1, 0), GREEN)
        opened = open_picture(upload(picture, "PNG", transparency=RED))
        assert [pixel(opened, x) for x in range(2)] == [WHITE, GREEN]

    @pytest.mark.parametrize("fmt", ["JPEG", "TIFF"])
    def test_cmyk(self, upload, fmt):
        """Ink values: none is white, full magenta and yellow is red; Pillow writes JPEG's inverted, as Adobe does."""
        for ink, colour in [((0, 0, 0, 0), WHITE), ((0, 255, 255, 0), RED), ((0, 0, 0, 255), (0, 0, 0))]:
            picture = open_picture(upload(Image.new("CMYK", (16, 16), ink), fmt))
            assert np.abs(np.array(pixel(picture, 8, 8)) - colour).max() <= 3

    @pytest.mark.parametrize("mode", ["YCbCr", "LAB"])
    def test_other_colour_spaces(self, upload, mode):
        picture = open_picture(upload(smooth().convert(mode), "TIFF", compression="tiff_lzw", tiffinfo={530: (1, 1)}))
        assert np.abs(np.asarray(picture, int) - np.asarray(smooth(), int)).mean() < 4

    def test_one_bit(self, upload):
        picture = Image.new("1", (8, 8), 0)
        picture.putpixel((1, 0), 1)
        opened = open_picture(upload(picture, "PNG"))
        assert [pixel(opened, 0), pixel(opened, 1)] == [(0, 0, 0), WHITE]

    @pytest.mark.parametrize(("fmt", "order"), [("PNG", "<"), ("TIFF", "<"), ("TIFF", ">")])
    def test_16_bits_are_scaled(self, upload, fmt, order):
        values = np.zeros((8, 8), f"{order}u2")
        values[0, :6] = [0, 257, 32768, 65535, 255, 65278]
        picture = open_picture(upload(Image.fromarray(values), fmt))
        assert [pixel(picture, x)[0] for x in range(6)] == [0, 1, 128, 255, 1, 254]

    def test_16_bit_colour_and_alpha(self, upload):
        row = b"\0" + struct.pack(">4H", 65535, 32768, 0, 65535) * 8
        assert pixel(open_picture(upload(png(8, 8, depth=16, colour=6, data=row * 8)))) == (255, 128, 0)

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([0.0, 0.5, 1.0, np.nan, np.inf, -np.inf], [0, 128, 255, 0, 255, 0]),
            ([0.0, 10.0, 200.0, 3.0], [0, 10, 200, 3]),
            ([0.0, 257.0, 65535.0], [0, 1, 255]),
            ([-5.0, 0.0, 5.0, np.nan, np.inf], [0, 128, 255, 0, 255]),
            ([-3e38, 3e38, np.inf], [0, 255, 255]),
            ([np.nan, np.inf], [0, 255]),
        ],
        ids=["unit", "bytes", "16 bits", "signed", "huge", "not finite"],
    )
    def test_floats_are_scaled(self, upload, values, expected):
        pixels = np.full((8, 8), values[0], np.float32)
        pixels[0, : len(values)] = values
        picture = open_picture(upload(Image.fromarray(pixels), "TIFF"))
        assert [pixel(picture, x) for x in range(len(values))] == [(v,) * 3 for v in expected]

    def test_flat_float_and_32_bit_integers(self, upload):
        assert pixel(open_picture(upload(Image.new("F", (8, 8), -7.0), "TIFF"))) == (0, 0, 0)
        values = np.zeros((8, 8), np.int32)
        values[0, :3] = [0, 500_000, 2_000_000]
        picture = open_picture(upload(Image.fromarray(values), "TIFF"))
        assert [pixel(picture, x)[0] for x in range(3)] == [0, 64, 255]

    @pytest.mark.parametrize("fmt", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
    def test_first_frame(self, upload, fmt):
        frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
        content = saved(frames[0], fmt, save_all=True, append_images=frames[1:])
        with Image.open(io.BytesIO(content)) as check:
            assert check.n_frames == 3
        assert np.abs(np.array(pixel(open_picture(upload(content)), 8, 8)) - RED).max() <= 6

    @pytest.mark.parametrize("fmt", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF", "HEIF"])
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_orientation(self, upload, fmt, orientation):
        """The stored corners land where the EXIF standard says: with orientation 6, for one, the first stored row is
        the upright picture's right column, from the top down. AVIF and HEIF say it twice, as phones do: with the
        container's rotation and mirroring, and in EXIF."""
        stored = Image.new("RGB", (64, 32))
        for colour, at in zip((RED, GREEN, BLUE, WHITE), ((0, 0), (32, 0), (0, 16), (32, 16)), strict=True):
            stored.paste(colour, (*at, at[0] + 32, at[1] + 16))
        exif = Image.Exif()
        exif[0x0112] = orientation
        upright = open_picture(upload(stored, fmt, exif=exif.tobytes()))
        assert upright.size == ((64, 32) if orientation < 5 else (32, 64))
        names = np.array([RED, GREEN, BLUE, WHITE])
        width, height = upright.size
        corners = [pixel(upright, x, y) for y in (5, height - 6) for x in (5, width - 6)]
        found = "".join("RGBW"[np.abs(names - corner).sum(axis=1).argmin()] for corner in corners)
        assert found == ["RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"][orientation - 1]

    def test_heic_that_only_exif_says_is_turned_is_not(self, upload):
        """The container's rotation is the one that counts (ISO/IEC 23008-12)."""
        exif = Image.Exif()
        exif[0x0112] = 1
        content = saved(smooth(64, 32), "HEIF", exif=exif.tobytes())
        upright, turned = (bytes.fromhex("01120003000000010001"), bytes.fromhex("01120003000000010006"))
        assert content.count(upright) == 1
        opened = open_picture(upload(content.replace(upright, turned)))
        assert opened.tobytes() == open_picture(upload(content)).tobytes()

    @pytest.mark.parametrize("mode", ["RGB;16", "RGBA;16", "L;16"])
    def test_heic_of_10_bits(self, upload, mode):
        bands = len(mode) - 3
        ramp = np.linspace(0, 65535, 64).round().astype("<u2")
        values = np.repeat(np.tile(ramp, (64, 1))[..., None], bands, axis=2)
        if bands == 4:
            values[..., 3] = 65535
        buffer = io.BytesIO()
        pillow_heif.encode(mode, (64, 64), np.ascontiguousarray(values).tobytes(), buffer, quality=-1, chroma=444)
        assert pillow_heif.HeifImageFile(buffer).info["bit_depth"] == 10
        picture = np.asarray(open_picture(upload(buffer.getvalue())), float)
        assert np.abs(picture - ramp[:, None] / 257).max() <= 1.5

    def test_heic_with_alpha(self, upload):
        layer = smooth(64, 48).convert("RGBA")
        layer.putalpha(Image.linear_gradient("L").resize((64, 48)))
        expected = Image.new("RGB", layer.size, "white")
        expected.paste(layer, mask=layer)
        picture = open_picture(upload(layer, "HEIF", quality=-1, chroma=444))
        assert np.abs(np.asarray(picture, int) - np.asarray(expected, int)).max() <= 4

    def test_heic_in_grey_and_in_tiles(self, upload):
        whole = smooth().resize((200, 150), Image.Resampling.BICUBIC)
        for picture, options in ((whole, {"tile_size": 64}), (whole.convert("L"), {})):
            opened = open_picture(upload(picture, "HEIF", quality=95, chroma=444, **options))
            assert opened.size == (200, 150)
            assert np.abs(np.asarray(opened, int) - np.asarray(picture.convert("RGB"), int)).mean() < 2

    def test_heic_of_several_pictures_is_its_primary_one(self, upload):
        frames = [Image.new("RGB", (32, 24), colour) for colour in (RED, GREEN, BLUE)]
        file = pillow_heif.from_pillow(frames[0])
        for frame in frames[1:]:
            file.add_from_pillow(frame)
        buffer = io.BytesIO()
        file.save(buffer, primary_index=1)
        assert np.abs(np.array(pixel(open_picture(upload(buffer.getvalue())), 8, 8)) - GREEN).max() <= 6

    def test_heic_in_display_p3(self, upload):
        profile = icc.rgb(icc.DISPLAY_P3)
        content = saved(smooth(), "HEIF", quality=-1, chroma=444, icc_profile=profile, icc_profile_type="prof")
        got = np.asarray(open_picture(upload(content)), int)
        assert np.abs(got - icc.in_srgb(np.asarray(smooth()), icc.DISPLAY_P3)).mean() < 1.5

    @pytest.mark.parametrize("brand", [b"mif1", b"msf1"])
    def test_the_container_of_both(self, upload, brand):
        """A major brand that HEIF and AVIF share: the compatible brands tell which it is."""
        for fmt in ("HEIF", "AVIF"):
            content = bytearray(saved(smooth(), fmt))
            content[8:12] = brand
            assert open_picture(upload(bytes(content))).size == (32, 24)

    @pytest.mark.filterwarnings("ignore:Corrupt EXIF")
    def test_damaged_exif_is_no_reason_to_refuse(self, upload):
        picture = open_picture(upload(colourful(), "PNG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff\0\0"))
        assert picture.tobytes() == colourful().tobytes()


class TestPaper:
    """What a transparent picture stands on: white, unless nine tenths of its ink could not be seen on that."""

    @staticmethod
    def drawn(*strokes, mode="RGBA", soft=False):
        """Strokes of a colour, 4 pixels wide, on nothing."""
        layer = Image.new("RGBA", (64, 64), (255, 0, 255, 0))
        pen = ImageDraw.Draw(layer)
        for i, colour in enumerate(strokes):
            pen.line((4 + 6 * i, 8, 4 + 6 * i, 56), fill=colour, width=4)
        if soft:
            layer.putalpha(layer.getchannel("A").point(lambda alpha: alpha // 3))
        return layer.convert(mode)

    @pytest.mark.parametrize(
        ("strokes", "paper"),
        [
            (["white"], (0, 0, 0)),
            (["white"] * 3, (0, 0, 0)),
            (["#e8e8e8"], (0, 0, 0)),
            (["#ffff40"], (0, 0, 0)),
            (["white"] * 9 + ["red"], (0, 0, 0)),
            (["white"] * 3 + ["red"], WHITE),
            (["black"], WHITE),
            (["#808080"], WHITE),
            (["#c8c8c8"], WHITE),
            (["red", "green", "blue"], WHITE),
            (["white", "black"], WHITE),
            ([], WHITE),
        ],
    )
    def test_paper(self, upload, strokes, paper):
        for soft in (False, True):
            opened = open_picture(upload(self.drawn(*strokes, soft=soft), "PNG"))
            assert [pixel(opened, *at) for at in ((0, 0), (63, 63), (0, 63))] == [paper] * 3

    @pytest.mark.parametrize("fmt", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
    def test_white_ink_of_each_format(self, upload, fmt):
        options = {"WEBP": {"lossless": True}, "HEIF": {"quality": -1, "chroma": 444}}.get(fmt, {})
        opened = open_picture(upload(self.drawn("white"), fmt, **options))
        assert max(pixel(opened, 0, 0)) == 0
        assert min(pixel(opened, 4, 30)) > 235

    def test_white_ink_in_grey_and_in_a_palette(self, upload):
        for content in (
            saved(self.drawn("white", mode="LA"), "PNG"),
            saved(self.drawn("white").quantize(4), "PNG"),
            saved(Image.new("L", (16, 16), 255), "PNG", transparency=7),
        ):
            opened = open_picture(upload(content))
            assert opened.getextrema()[0] in ((0, 255), (255, 255))
        picture = Image.new("L", (16, 16), 255)
        picture.putpixel((3, 3), 7)
        assert pixel(open_picture(upload(picture, "PNG", transparency=7)), 3, 3) == (0, 0, 0)

    def test_white_ink_is_white_in_its_profile(self, upload):
        opened = open_picture(upload(self.drawn("white"), "PNG", icc_profile=icc.rgb(icc.PROPHOTO)))
        assert (pixel(opened, 0, 0), pixel(opened, 4, 30)) == ((0, 0, 0), WHITE)

    def test_the_whole_picture_decides(self, upload):
        """Also what is far below the strips that are worked on at a time."""
        layer = Image.new("RGBA", (16, 1_000))
        layer.paste("white", (4, 0, 8, 500))
        assert pixel(open_picture(upload(layer, "PNG"))) == (0, 0, 0)
        layer.paste("blue", (4, 500, 8, 1_000))
        assert pixel(open_picture(upload(layer, "PNG"))) == WHITE


def test_the_heif_library_is_loaded_when_it_is_first_needed():
    code = "import sys, vae_demo.images; sys.exit('pillow_heif' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_many_threads_at_once(upload):
    good, bad = upload(colourful(), "PNG"), upload(b"no", name="bad.png")

    def attempt(i):
        if i % 2:
            return open_picture(good).tobytes()
        with pytest.raises(InputError):
            open_picture(bad)
        return None

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, range(80)))
    assert results[1::2] == [colourful().tobytes()] * 40


class TestCropped:
    def test_same_size_is_unchanged(self):
        x = fit_picture(colourful(32, 24), (3, 24, 32), "cropped")
        assert (x.dtype, x.shape) == (torch.float32, (1, 3, 24, 32))
        assert torch.equal(x[0].permute(1, 2, 0).mul(255).round().byte(), torch.from_numpy(np.array(colourful())))

    def test_keeps_the_middle(self):
        strip = Image.new("RGB", (300, 100), RED)
        strip.paste(GREEN, (100, 0, 200, 100))
        x = fit_picture(strip, (3, 64, 64), "cropped")
        assert (x - torch.tensor([0.0, 1.0, 0.0]).view(1, 3, 1, 1)).abs().max() < 0.05

    def test_grey_is_luma_and_not_inverted(self):
        x = fit_picture(Image.new("RGB", (50, 80), GREEN), (1, 64, 64), "cropped")
        assert x.shape == (1, 1, 64, 64)
        assert x.unique().item() == pytest.approx(0.587, abs=0.003)
        shape = Image.new("RGB", (64, 64))
        shape.paste(WHITE, (20, 20, 40, 40))
        assert fit_picture(shape, (1, 64, 64), "cropped").sum() == 400

    def test_shrinking_averages(self):
        """A fine chequerboard becomes grey: without antialiasing it would become all black, all white or stripes."""
        board = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)
        x = fit_picture(Image.fromarray(board).convert("RGB"), (3, 64, 64), "cropped")
        assert (x - 0.5).abs().max() < 0.05

    def test_unknown_fit(self):
        with pytest.raises(ValueError, match="stretched"):
            fit_picture(colourful(), (3, 8, 8), "stretched")


class TestWhole:
    def test_small_is_only_cut_to_multiples(self):
        x = fit_picture(colourful(35, 26), (3, 64, 64), "whole", multiple=4)
        expected = torch.from_numpy(np.array(colourful(35, 26))[1:25, 1:33]).permute(2, 0, 1)
        assert torch.equal(x[0].mul(255).round().byte(), expected)

    def test_large_is_shrunk(self):
        assert fit_picture(smooth(900, 600), (3, 64, 64), "whole", max_side=300).shape == (1, 3, 200, 300)
        assert fit_picture(smooth(600, 901), (1, 64, 64), "whole", max_side=300, multiple=8).shape == (1, 1, 296, 200)

    @pytest.mark.parametrize("size", [(16_000, 8), (8, 16_000), (1024, 3)])
    def test_too_narrow(self, size):
        with pytest.raises(InputError, match="too narrow"):
            fit_picture(Image.new("RGB", size), (3, 64, 64), "whole")

    def test_just_wide_enough(self):
        assert fit_picture(Image.new("RGB", (16_000, 64)), (3, 64, 64), "whole").shape == (1, 3, 4, 1024)


def digit(size=(280, 280), at=(30, 20), scale=1.0, ink="black", paper="white", pen=16):
    """A 7 with strokes of `pen` pixels, about 100 x 140 times `scale`, off the centre."""
    picture = Image.new("RGB", size, paper)
    corners = [(at[0] + x * scale, at[1] + y * scale) for x, y in ((0, 0), (100, 0), (40, 140))]
    ImageDraw.Draw(picture).line(corners, fill=ink, width=pen, joint="curve")
    return picture


def assert_mnist_like(x, height=28, width=28):
    """White on black, 20 pixels in its longer direction, centred by mass."""
    assert x.shape == (1, 1, height, width)
    pixels = x[0, 0].double()
    assert pixels.max() == 1
    assert pixels.min() == 0
    assert pixels.mean() < 0.3
    rows, columns = (torch.nonzero((pixels > 0.1).any(dim=dim)).flatten() for dim in (1, 0))
    box = max(int(rows[-1] - rows[0]), int(columns[-1] - columns[0])) + 1
    assert abs(box - round(20 * min(height, width) / 28)) <= 1
    ys, xs = torch.arange(height).double(), torch.arange(width).double()
    assert abs((pixels.sum(1) * ys).sum() / pixels.sum() - height / 2) <= 1
    assert abs((pixels.sum(0) * xs).sum() / pixels.sum() - width / 2) <= 1


class TestCentred:
    def test_black_on_white_off_centre(self):
        x = fit_picture(digit(), (1, 28, 28), "centred")
        assert_mnist_like(x)
        rows = torch.nonzero((x[0, 0] > 0.1).any(dim=1)).flatten()
        assert rows[-1] - rows[0] + 1 == 20

    def test_the_same_from_any_place_size_and_polarity(self):
        plain = fit_picture(digit(), (1, 28, 28), "centred")
        for other in (
            digit(ink="white", paper="black"),
            digit(at=(150, 120)),
            digit().resize((560, 560)),
            digit(ink="#223355", paper="#ddccaa"),
        ):
            x = fit_picture(other, (1, 28, 28), "centred")
            nudged = [x.roll((i, j), (2, 3)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
            assert min((y - plain).abs().mean() for y in nudged) < 0.01

    def test_small_thin_digit_on_a_large_canvas(self):
        assert_mnist_like(fit_picture(digit((400, 400), (300, 50), 0.25, pen=3), (1, 28, 28), "centred"))

    def test_photographed(self):
        """Grey paper, lit from one side, with the camera's noise: black all around the digit."""
        drawn = np.asarray(digit((900, 700), (300, 200), 2.0, pen=30).convert("L"), float) / 255
        light = np.linspace(0.5, 0.8, 900)[None, :] * np.linspace(1.0, 0.9, 700)[:, None]
        noise = np.random.default_rng(0).normal(0, 0.02, drawn.shape)
        photo = (((0.25 + 0.75 * drawn) * light + noise).clip(0, 1) * 255).astype(np.uint8)
        x = fit_picture(Image.fromarray(photo).convert("RGB"), (1, 28, 28), "centred")
        assert_mnist_like(x)
        clean = fit_picture(digit((900, 700), (300, 200), 2.0, pen=30), (1, 28, 28), "centred")
        assert (x - clean).abs().mean() < 0.03

    def test_wide_and_tall_strokes_keep_their_proportions(self):
        dash = Image.new("RGB", (200, 200), "white")
        dash.paste((0, 0, 0), (20, 90, 180, 106))
        x = fit_picture(dash, (1, 28, 28), "centred")
        assert_mnist_like(x)
        assert (x[0, 0] > 0.1).any(dim=1).sum() == 2

    def test_heavy_on_one_side_stays_inside(self):
        """Most of the mass at the top: the box may move only as far as the frame's edge, and nothing is lost."""
        flag = Image.new("RGB", (200, 200), "white")
        flag.paste((0, 0, 0), (20, 20, 120, 40))
        flag.paste((0, 0, 0), (20, 40, 22, 180))
        pixels = fit_picture(flag, (1, 28, 28), "centred")[0, 0]
        rows = torch.nonzero((pixels > 0.1).any(dim=1)).flatten()
        assert (rows[-1] - rows[0] + 1, rows[-1]) == (20, 27)

    def test_mnist_like_comes_unchanged(self):
        small = fit_picture(digit(), (1, 28, 28), "centred")
        picture = to_picture(small)
        for shift in ((0, 0), (2, -1)):
            moved = Image.fromarray(np.roll(np.asarray(picture), shift, (0, 1)))
            x = fit_picture(moved.convert("RGB"), (1, 28, 28), "centred")
            assert to_picture(x).tobytes() == moved.tobytes()

    def test_target_size_but_dark_on_light_is_inverted(self):
        inverted = Image.eval(to_picture(fit_picture(digit(), (1, 28, 28), "centred")), lambda v: 255 - v)
        assert_mnist_like(fit_picture(inverted.convert("RGB"), (1, 28, 28), "centred"))

    def test_other_targets(self):
        assert_mnist_like(fit_picture(digit(), (1, 32, 32), "centred"), 32, 32)
        assert_mnist_like(fit_picture(digit(), (1, 56, 84), "centred"), 56, 84)
        colour = fit_picture(digit(), (3, 28, 28), "centred")
        assert torch.equal(colour, fit_picture(digit(), (1, 28, 28), "centred").expand(1, 3, 28, 28))

    @pytest.mark.parametrize("size", [(28, 28), (300, 200)])
    @pytest.mark.parametrize("paper", ["white", "black", "#999999"])
    def test_blank(self, size, paper):
        with pytest.raises(InputError, match="Nothing is drawn"):
            fit_picture(Image.new("RGB", size, paper), (1, 28, 28), "centred")

    def test_blank_photo(self):
        noise = np.random.default_rng(0).normal(0.7, 0.02, (400, 400)).clip(0, 1)
        with pytest.raises(InputError, match="Nothing is drawn"):
            fit_picture(Image.fromarray((noise * 255).astype(np.uint8)), (1, 28, 28), "centred")


class TestShowing:
    @pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
    def test_round_trip_of_every_8_bit_value(self, channels, mode):
        values = torch.arange(256, dtype=torch.uint8).view(1, 16, 16).repeat(channels, 1, 1)
        values[-1] = values[-1].flip(1)
        for x in (values.float() / 255, (values.float() / 255).unsqueeze(0)):
            picture = to_picture(x)
            assert (picture.mode, picture.size) == (mode, (16, 16))
            back = torch.from_numpy(np.array(picture)).view(16, 16, channels).permute(2, 0, 1)
            assert torch.equal(back, values)

    def test_clamped_and_rounded(self):
        x = torch.tensor([[[-0.5, 0.0, 0.4 / 255, 0.6 / 255, 254.6 / 255, 1.0, 7.0]]], requires_grad=True)
        assert list(to_picture(x).tobytes()) == [0, 0, 0, 1, 255, 255, 255]

    def test_not_square(self):
        assert to_picture(torch.zeros(3, 5, 9)).size == (9, 5)

    @pytest.mark.parametrize("shape", [(2, 3, 8, 8), (2, 8, 8), (8, 8)])
    def test_not_a_picture(self, shape):
        with pytest.raises(ValueError, match="A picture is"):
            to_picture(torch.zeros(shape))

    def test_difference_hits_the_legend(self):
        """At evenly spaced errors the legend's own colours, and its ends beyond the limit."""
        error = torch.linspace(0, 0.5, len(DIFFERENCE_COLOURS)).view(1, -1)
        picture = difference_picture(torch.cat([error, torch.tensor([[9.0]])], dim=1), limit=0.5)
        assert list(picture.tobytes()) == [0, 32, 64, 96, 128, 159, 191, 223, 255, 255]
        picture = picture.convert("RGB")
        found = np.array([pixel(picture, x) for x in range(picture.width)])
        legend = np.array([list(bytes.fromhex(c[1:])) for c in (*DIFFERENCE_COLOURS, DIFFERENCE_COLOURS[-1])])
        assert np.abs(found - legend).max() <= 1

    def test_one_scale_for_all(self):
        error = torch.tensor([[0.0, 0.1]])
        assert pixel(difference_picture(error, 0.5), 1) != pixel(difference_picture(error, 0.1), 1)
        assert pixel(difference_picture(torch.zeros(2, 2), 0.0).convert("RGB")) == (0, 0, 0)

    def test_equal_steps_look_equal(self):
        """CIELAB lightness along the scale rises evenly, so that it reads the same in grey."""
        picture = difference_picture(torch.linspace(0, 1, 256).view(1, -1), 1.0).convert("RGB")
        linear = np.asarray(picture, float)[0] / 255
        linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
        luminance = linear @ [0.2126, 0.7152, 0.0722]
        lightness = np.where(luminance > 216 / 24389, 116 * np.cbrt(luminance) - 16, luminance * 24389 / 27)
        assert np.abs(lightness - np.linspace(0, 97, 256)).max() < 3
        assert (np.diff(lightness[::8]) > 0).all()


def test_resize_to_the_same_size_is_the_identity():
    x = torch.rand(2, 3, 9, 7, generator=torch.Generator().manual_seed(0))
    assert torch.equal(resize(x, 9, 7), x)


def test_resize_averages_where_it_shrinks():
    board = (torch.arange(64).view(-1, 1) + torch.arange(64)).remainder(2).float().view(1, 1, 64, 64)
    assert (resize(board, 16, 16)[..., 1:-1, 1:-1] - 0.5).abs().max() < 0.01


def test_a_photograph_as_busy_at_its_border_as_within_is_still_a_drawing():
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    x = fit_picture(Image.fromarray(noise), (1, 28, 28), "centred")
    assert x.shape == (1, 1, 28, 28)
    assert x.max() == 1
    assert x.mean() > 0.1
