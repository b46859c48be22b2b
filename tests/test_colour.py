"""Colour profiles to sRGB: against the colour spaces' own mathematics, and against what Chromium shows."""

import base64
import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from tests import icc
from vae_demo.images import colour, read_image
from vae_demo.images.colour import conversion_to_srgb

SPACES = {
    "display p3": icc.DISPLAY_P3,
    "adobe rgb": icc.ADOBE_RGB,
    "prophoto": icc.PROPHOTO,
    "linear": icc.LINEAR,
}


def colours(side=32, bands=3):
    """Random colours, and above them every shade of grey."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, bands), dtype=np.uint8)
    pixels[: 256 // side] = np.arange(256, dtype=np.uint8).reshape(-1, side, 1)
    return pixels


def inks(side=32):
    """CMYK values that change smoothly, for a JPEG keeps those."""
    y, x = np.mgrid[0:side, 0:side] * (255 // side)
    return np.stack([x, y, (x + y) // 2, 248 - x], axis=2).astype(np.uint8)


def saved(picture, fmt, **options):
    buffer = io.BytesIO()
    picture.save(buffer, fmt, **options)
    return buffer.getvalue()


def png(pixels, profile):
    return saved(Image.fromarray(pixels), "PNG", icc_profile=profile)


def cmyk_jpeg(pixels, profile):
    picture = Image.frombytes("CMYK", pixels.shape[1::-1], pixels.tobytes())
    return saved(picture, "JPEG", quality=100, icc_profile=profile)


def levels(content):
    return np.asarray(read_image(content), int)


class TestMathematics:
    @pytest.mark.parametrize("name", SPACES)
    def test_rgb(self, name):
        space = SPACES[name]
        got, expected = levels(png(colours(), icc.rgb(space))), icc.in_srgb(colours(), space)
        assert np.abs(got - expected).max() <= 1.5
        assert np.abs(expected - colours()).max() > 14, "so much an ignored profile would be off"

    def test_known_colours(self):
        """Display P3's (234, 51, 35) is sRGB's red (Chromium shows the same); Adobe RGB's (0, 200, 0) is out of its
        gamut."""
        pixels = np.zeros((8, 8, 3), np.uint8)
        pixels[:] = (234, 51, 35)
        assert np.abs(levels(png(pixels, icc.rgb(icc.DISPLAY_P3)))[0, 0] - (255, 0, 0)).max() <= 4
        pixels[:] = (0, 200, 0)
        assert np.abs(levels(png(pixels, icc.rgb(icc.ADOBE_RGB)))[0, 0] - (0, 200, 0)).max() <= 1

    @pytest.mark.parametrize("fmt", ["JPEG", "WEBP", "TIFF", "AVIF"])
    def test_each_format_that_carries_profiles(self, fmt):
        y, x = np.mgrid[0:64, 0:64]
        pixels = np.stack([x * 3, y * 3, 200 - x * 2], axis=2).astype(np.uint8)
        content = saved(Image.fromarray(pixels), fmt, quality=95, icc_profile=icc.rgb(icc.DISPLAY_P3))
        assert np.abs(levels(content) - icc.in_srgb(pixels, icc.DISPLAY_P3)).mean() < 3

    def test_palette(self):
        picture = Image.fromarray(colours()).quantize(64)
        got = levels(saved(picture, "PNG", icc_profile=icc.rgb(icc.DISPLAY_P3)))
        assert np.abs(got - icc.in_srgb(np.asarray(picture.convert("RGB")), icc.DISPLAY_P3)).max() <= 1.5

    @pytest.mark.parametrize("curve", [1.0, 1.8, 2.6])
    @pytest.mark.parametrize("mode", ["L", "LA", "1"])
    def test_grey(self, mode, curve):
        shades = np.arange(256, dtype=np.uint8).reshape(16, 16)
        stored = Image.fromarray(shades).convert(mode)
        got = levels(saved(stored, "PNG", icc_profile=icc.grey(curve)))
        light = icc.linear(np.asarray(stored.convert("L")) / 255, curve)
        expected = icc.xyz_to_srgb(light[..., None] * icc.D50)
        assert np.abs(got - expected).max() <= 1.5

    def test_grey_of_16_bits(self):
        shades = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
        got = levels(saved(Image.fromarray(shades), "PNG", icc_profile=icc.grey(1.8)))
        expected = icc.xyz_to_srgb(icc.linear(np.arange(256) / 255, 1.8).reshape(16, 16, 1) * icc.D50)
        assert np.abs(got - expected).max() <= 1.5

    def test_grey_with_an_rgb_profile(self):
        shades = np.arange(256, dtype=np.uint8).reshape(16, 16)
        got = levels(png(shades, icc.rgb(icc.LINEAR)))
        assert np.abs(got - icc.in_srgb(np.stack([shades] * 3, axis=2), icc.LINEAR)).max() <= 1.5

    def test_alpha_stays(self):
        pixels = np.dstack([colours(), np.full((32, 32), 128, np.uint8)])
        pixels[0, 0, 3] = 0
        got = levels(png(pixels, icc.rgb(icc.DISPLAY_P3)))
        expected = icc.in_srgb(colours(), icc.DISPLAY_P3) * 128 / 255 + 127
        expected[0, 0] = 255
        assert np.abs(got - expected).max() <= 2

    def test_cmyk(self):
        profile = icc.printer(b"CMYK", icc.table(b"CMYK", icc.press, 9))
        content = cmyk_jpeg(inks(), profile)
        stored = np.asarray(Image.open(io.BytesIO(content))).reshape(-1, 4) / 255
        error = np.abs(levels(content).reshape(-1, 3) - icc.lab_to_srgb(icc.press(stored)))
        assert error.mean() < 1.5
        assert np.quantile(error, 0.99) < 7, "a table of 8 bits and 9 steps in each ink"

    def test_the_picture_given_is_not_changed(self):
        picture = Image.fromarray(colours())
        picture.info["icc_profile"] = icc.rgb(icc.LINEAR)
        first = read_image(picture)
        assert picture.tobytes() == colours().tobytes()
        assert picture.info == {"icc_profile": icc.rgb(icc.LINEAR)}
        assert read_image(picture).tobytes() == first.tobytes()
        assert first.info == {}
        assert read_image(first).tobytes() == first.tobytes(), "in sRGB already"


def png_with(pixels, *chunks):
    """A PNG with chunks of (name, 32-bit numbers or bytes) after its header."""
    content = png(pixels, None)
    made = b""
    for name, data in chunks:
        data = data if isinstance(data, bytes) else struct.pack(f">{len(data)}I", *(round(v * 100_000) for v in data))
        made += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return content[:33] + made + content[33:]


def chromaticities(space):
    return (b"cHRM", (*space.white, *space.red, *space.green, *space.blue))


PNG_CHUNKS = {
    "linear": ([(b"gAMA", [1.0])], icc.LINEAR),
    "gamma alone": ([(b"gAMA", [1 / 1.8])], icc.Space(icc.SRGB.red, icc.SRGB.green, icc.SRGB.blue, curve=1.8)),
    "srgb's gamma alone": ([(b"gAMA", [0.45455])], icc.SRGB),
    "primaries alone": ([chromaticities(icc.DISPLAY_P3)], icc.SRGB),
    "both": (
        [(b"gAMA", [0.45455]), chromaticities(icc.ADOBE_RGB)],
        icc.Space(icc.ADOBE_RGB.red, icc.ADOBE_RGB.green, icc.ADOBE_RGB.blue, curve=2.2),
    ),
    "srgb's both": (
        [(b"gAMA", [0.45455]), chromaticities(icc.SRGB)],
        icc.Space(icc.SRGB.red, icc.SRGB.green, icc.SRGB.blue, curve=2.2),
    ),
    "another white": (
        [(b"gAMA", [1 / 1.8]), chromaticities(icc.PROPHOTO)],
        icc.Space(icc.PROPHOTO.red, icc.PROPHOTO.green, icc.PROPHOTO.blue, icc.D50_XY, 1.8),
    ),
    "stated as srgb": ([(b"sRGB", b"\0"), (b"gAMA", [1.0]), chromaticities(icc.DISPLAY_P3)], icc.SRGB),
}


class TestStatedInTheHeader:
    @pytest.mark.parametrize("name", PNG_CHUNKS)
    def test_png(self, name):
        chunks, space = PNG_CHUNKS[name]
        assert np.abs(levels(png_with(colours(), *chunks)) - icc.in_srgb(colours(), space)).max() <= 1.5

    @pytest.mark.parametrize(
        "chunks",
        [
            [(b"gAMA", [0])],
            [(b"gAMA", [1e-5])],
            [(b"gAMA", [42_949])],
            [(b"gAMA", [1.0]), (b"cHRM", [0] * 8)],
            [(b"gAMA", [1.0]), (b"cHRM", [0.3] * 8)],
            [(b"gAMA", [1.0]), (b"cHRM", [42_949] * 8)],
            [(b"gAMA", [1.0]), (b"cHRM", [0.3, 0.3, 0.6, 0, 0.3, 0.6, 0.1, 0])],
        ],
        ids=range(7),
    )
    def test_nonsense(self, chunks):
        assert levels(png_with(colours(), *chunks)).shape == (32, 32, 3)

    @pytest.mark.parametrize(("primaries", "space"), [(12, icc.DISPLAY_P3), (1, icc.SRGB), (2, icc.SRGB)])
    def test_heic(self, primaries, space):
        pixels = np.asarray(Image.fromarray(colours()[8:16, :8]).resize((64, 64), Image.Resampling.BICUBIC))
        options = {"quality": -1, "chroma": 444, "color_primaries": primaries, "transfer_characteristics": 13}
        buffer = io.BytesIO()
        pillow_heif.encode("RGB", (64, 64), pixels.tobytes(), buffer, **options)
        assert np.abs(levels(buffer.getvalue()) - icc.in_srgb(pixels, space)).mean() < 1.5
        assert primaries == 1 or pillow_heif.HeifImageFile(buffer).info["nclx_profile"]["color_primaries"] == primaries


def test_many_threads_at_once():
    press = icc.printer(b"CMYK", icc.table(b"CMYK", icc.press, 5))
    contents = [png(colours(), icc.rgb(space)) for space in SPACES.values()] + [cmyk_jpeg(inks(), press)]
    expected = [levels(content) for content in contents]
    with ThreadPoolExecutor(8) as pool:
        for i, got in enumerate(pool.map(levels, contents * 12)):
            assert np.array_equal(got, expected[i % len(contents)])


class TestWhatIsPassedOver:
    def test_srgb_costs_nothing(self):
        """sRGB however it is written: from its primaries, or as LittleCMS or its own curve has it."""
        for profile in (icc.rgb(icc.SRGB), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()):
            assert conversion_to_srgb(profile, "RGB") is None
            assert levels(png(colours(), profile)).tolist() == colours().tolist()
        assert conversion_to_srgb(icc.grey(icc.SRGB_PARAMETERS), "L") is None

    @pytest.mark.parametrize("size", [0, 4, 127, 128, 131, 132, 140, 300, 400])
    def test_cut_short(self, size):
        assert levels(png(colours(), icc.rgb(icc.LINEAR)[:size])).tolist() == colours().tolist()

    def test_another_kind_of_picture_s(self):
        press = icc.printer(b"CMYK", icc.table(b"CMYK", icc.press, 3))
        for profile in (press, icc.grey(1.0), ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()):
            assert levels(png(colours(), profile)).tolist() == colours().tolist()
        plain, with_rgb = cmyk_jpeg(inks(), None), cmyk_jpeg(inks(), icc.rgb(icc.LINEAR))
        assert levels(plain).tolist() == levels(with_rgb).tolist()

    def test_too_large(self):
        profile = icc.rgb(icc.LINEAR)
        assert conversion_to_srgb(profile + bytes(colour.MAX_PROFILE_BYTES), "RGB") is None
        assert conversion_to_srgb(profile + bytes(10**6), "RGB") is not None

    @pytest.mark.parametrize("size", [900_000, 1_200_000, 5_000_000, 50_000_000])
    def test_large_one_in_a_png(self, size):
        """Of over 1 MB, which Pillow would refuse the whole picture for; and a bomb."""
        assert levels(png(colours(), icc.rgb(icc.SRGB).ljust(size, b"\0"))).tolist() == colours().tolist()

    def test_what_a_pillow_picture_may_hold_instead(self):
        for nonsense in ("sRGB", 7, [1], bytearray(500), b"\xff" * 5000):
            picture = Image.fromarray(colours())
            picture.info["icc_profile"] = nonsense
            assert read_image(picture).tobytes() == colours().tobytes()

    def test_damaged_anywhere(self):
        """A profile of which any byte is changed gives a picture all the same."""
        chance = np.random.default_rng(0)
        whole = {
            "RGB": icc.rgb(icc.DISPLAY_P3),
            "CMYK": icc.printer(b"CMYK", icc.table(b"CMYK", icc.press, 2)),
            "L": icc.grey(1.8),
        }
        for mode, profile in whole.items():
            picture = Image.new(mode, (8, 8))
            for _ in range(40):
                damaged = bytearray(profile)
                for at in chance.integers(0, min(len(damaged), 900), chance.integers(1, 5)):
                    damaged[at] = chance.choice((0, 1, 255, 128, chance.integers(256)))
                picture.info["icc_profile"] = bytes(damaged)
                assert read_image(picture).size == (8, 8)


@pytest.fixture(scope="module")
def shown(browser):
    """What Chromium shows of a picture file: it draws it on a canvas, and the pixels are read."""
    page = browser.new_page()
    script = """async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        const context = canvas.getContext('2d', {willReadFrequently: true});
        context.fillStyle = 'white';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.drawImage(image, 0, 0);
        const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
        return [canvas.height, canvas.width, Array.from(data)];
    }"""

    def show(content, kind):
        address = f"data:image/{kind};base64," + base64.b64encode(content).decode()
        height, width, data = page.evaluate(script, address)
        return np.array(data).reshape(height, width, 4)[..., :3]

    yield show
    page.close()


class TestAsChromiumShows:
    @pytest.mark.parametrize("name", [*SPACES, "srgb"])
    def test_png(self, shown, name):
        content = png(colours(), icc.rgb(SPACES.get(name, icc.SRGB)))
        assert np.abs(levels(content) - shown(content, "png")).max() <= 1

    @pytest.mark.parametrize("name", PNG_CHUNKS)
    def test_png_chunks(self, shown, name):
        content = png_with(colours(), *PNG_CHUNKS[name][0])
        assert np.abs(levels(content) - shown(content, "png")).max() <= 1

    @pytest.mark.parametrize("curve", [1.0, 1.8])
    def test_grey(self, shown, curve):
        content = png(np.arange(256, dtype=np.uint8).reshape(16, 16), icc.grey(curve))
        assert np.abs(levels(content) - shown(content, "png")).max() <= 1

    def test_table_of_rgb(self, shown):
        table = icc.table(b"RGB ", lambda rgb: icc.press(np.pad(1 - rgb, ((0, 0), (0, 1)))), 17)
        content = png(colours(), icc.printer(b"RGB ", table))
        error = np.abs(levels(content) - shown(content, "png"))
        assert error.mean() < 0.5
        assert error.max() <= 6

    def test_profile_of_another_kind(self, shown):
        content = png(colours(), icc.grey(1.0))
        assert np.abs(levels(content) - shown(content, "png")).max() <= 1

    def test_rotated_jpeg_in_display_p3(self, shown):
        y, x = np.mgrid[0:24, 0:40]
        picture = Image.fromarray(np.stack([x * 6, y * 9, 200 - x * 3], axis=2).astype(np.uint8))
        exif = Image.Exif()
        for orientation in range(1, 9):
            exif[0x0112] = orientation
            content = saved(picture, "JPEG", quality=95, subsampling=0, exif=exif, icc_profile=icc.rgb(icc.DISPLAY_P3))
            got, there = levels(content), shown(content, "jpeg")
            assert got.shape == there.shape
            assert np.abs(got - there).max() <= 4, "two JPEG decoders round differently, which P3 makes greater"

    def test_transparent_png(self, shown):
        pixels = np.dstack([colours(), colours(bands=1)])
        content = png(pixels, icc.rgb(icc.DISPLAY_P3))
        assert np.abs(levels(content) - shown(content, "png")).max() <= 3

    def test_cmyk_jpeg_without_a_profile(self, shown):
        content = cmyk_jpeg(inks(), None)
        assert np.abs(levels(content) - shown(content, "jpeg")).max() <= 2

    @pytest.mark.parametrize("other", [False, True], ids=["one table", "two tables"])
    def test_cmyk_jpeg(self, shown, other):
        """Of several tables Chromium takes A2B0. Without black ink: it folds black into the other three before it asks
        the profile, so that its darks are not the profile's; they are here (`TestMathematics.test_cmyk`)."""
        tables = [icc.table(b"CMYK", icc.press, 9)]
        if other:
            tables.append(icc.table(b"CMYK", lambda ink: icc.press(ink) * (0.5, 0, 0), 3, b"A2B1"))
        colours_only = inks()
        colours_only[..., 3] = 0
        content = cmyk_jpeg(colours_only, icc.printer(b"CMYK", *tables))
        error = np.abs(levels(content) - shown(content, "jpeg"))
        assert error.mean() < 1
        assert error.max() <= 4

    def test_jpeg_without_its_end(self, shown):
        """Chromium leaves the last row of blocks out."""
        whole = saved(Image.fromarray(colours(64)), "JPEG", quality=90, subsampling=0)
        assert np.abs(levels(whole[:-2]) - shown(whole[:-2], "jpeg"))[:-8].max() <= 3


def test_a_profile_that_claims_more_tags_than_it_has():
    profile = bytearray(icc.rgb(icc.LINEAR))
    profile[128:132] = struct.pack(">I", 2**32 - 1)
    assert levels(png(colours(), bytes(profile))).tolist() == colours().tolist()
