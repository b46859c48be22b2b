"""Files of codes: as small as they say, read alike everywhere, and a sentence for whatever is none."""

import json
import math
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pytest
import torch
from conftest import EXAMPLES, ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.code_files import AVX2, OLD_PROCESSOR, elsewhere
from vae_demo import InputError, compress, compress_codes, decode_codes, decompress, describe_compressed
from vae_demo.codec.__main__ import main
from vae_demo.entropy_coding import frequencies as grid
from vae_demo.entropy_coding.probabilities import PriorProbabilities
from vae_demo.entropy_coding.range_coder import Decoder, Encoder
from vae_demo.errors import CheckpointError
from vae_demo.examples import example_pictures
from vae_demo.images import codecs
from vae_demo.inference import Checkpoints, compare_codecs, from_text, open_compressed, to_text
from vae_demo.models.code_prior import Steps
from vae_demo.weights.hub import WeightsSource

MOST_OVERHEAD = 16
BUNDLED = Checkpoints(WeightsSource(ROOT / "checkpoints"))
CODES = [checkpoint for checkpoint in BUNDLED.of(None, "codes") if BUNDLED.code_prior(checkpoint)]
NAMES = [checkpoint.name for checkpoint in CODES]
QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])


@pytest.fixture(scope="module")
def checkpoints():
    return Checkpoints(WeightsSource(ROOT / "checkpoints"))


@pytest.fixture(scope="module")
def files(checkpoints, tmp_path_factory):
    """A file of every checkpoint, by its name: of an example, a photograph at a size that its tiles do not divide."""
    folder = tmp_path_factory.mktemp("pictures")
    found = {}
    for checkpoint in CODES:
        picture = example_pictures(checkpoint.dataset)[0]
        if checkpoint.any_size:
            with Image.open(picture) as opened:
                opened.convert("RGB").resize((72, 68)).save(picture := folder / "photograph.png")
        found[checkpoint.name] = compress(picture, checkpoint.name, checkpoints)
    return found


@pytest.fixture(scope="module")
def codes(files, checkpoints):
    """The codes in each of them."""
    return {name: decompress(file, checkpoints).codes for name, file in files.items()}


def random_map(checkpoint, height, width, seed=0):
    size = checkpoint.arguments["num_embeddings"]
    return torch.randint(size, (height, width), generator=torch.Generator().manual_seed(seed)).tolist()


def prior_bytes(codes, checkpoint, checkpoints):
    """-log2 of a map's probability under its prior, tile by tile, in bytes."""
    prior = checkpoints.learned_prior(checkpoint)
    codes = torch.tensor(codes)
    tiles = [
        codes[top : top + prior.height, left : left + prior.width].unsqueeze(0)
        for top in range(0, len(codes), prior.height)
        for left in range(0, len(codes[0]), prior.width)
    ]
    return sum(float(prior.bits(tile)) for tile in tiles) / 8


# The coder


@settings(QUICK, max_examples=200)
@given(st.lists(st.lists(st.integers(1, 2**34), min_size=1, max_size=8), max_size=60), st.randoms())
def test_codes_come_back_from_the_range_coder_in_as_many_bytes_as_they_are_probable(distributions, random):
    encoder, codes, bits = Encoder(), [], 0.0
    for frequencies in distributions:
        code = random.randrange(len(frequencies))
        encoder.encode(sum(frequencies[:code]), frequencies[code], sum(frequencies))
        codes.append(code)
        bits += math.log2(sum(frequencies) / frequencies[code])
    data = encoder.finish()
    assert len(data) <= math.ceil(bits / 8 + 1e-6)
    decoder = Decoder(data)
    assert [decoder.decode(np.cumsum(frequencies)) for frequencies in distributions] == codes


# The frequencies


def test_a_carry_runs_through_all_digits_before_it():
    """The second interval begins just below where the digits that the first left are all ones."""
    encoder, total = Encoder(), 2**34
    steps = [(0, total - 1, total), *[(total - 1, 1, total)] * 3, (1, 1, total)] * 40
    for step in steps:
        encoder.encode(*step)
    decoder = Decoder(encoder.finish())
    for start, frequency, _ in steps:
        cumulative = np.array(sorted({start, start + frequency, total} - {0}))
        assert decoder.decode(cumulative) == int(start > 0)


def test_frequencies_are_the_probabilities_as_whole_numbers():
    logits = torch.randn(50, 512, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3
    found = grid.frequencies(logits, 0).double()
    assert found.min() >= 1
    divergence = (logits.softmax(1) * (logits.log_softmax(1) - (found / found.sum(1, keepdim=True)).log())).sum(1)
    assert divergence.max() < 1e-4
    table = grid._exponentials().tolist()
    assert table[:2] == [2**30, round(Decimal(2**30) * (Decimal(-1) / 128).exp())]
    assert all(abs(value - 2**30 * math.exp(-n / 128)) < 1 for n, value in enumerate(table))


@settings(QUICK, max_examples=30)
@given(st.integers(0, 2**32), st.lists(st.integers(-500_000, 500_000), min_size=1, max_size=200))
def test_what_machines_differ_by_changes_no_frequency(seed, boundaries):
    """Of many logits on boundaries of some grid; the shift that the encoder would take rounds all to one side."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.tensor(boundaries, dtype=torch.float64).unsqueeze(0) / (grid.STEPS * grid.SHIFTS)
    logits += (torch.rand(logits.shape, generator=generator, dtype=torch.float64) - 0.5) * 1e-13
    unclear = grid.unclear_shifts(logits)
    assert unclear
    shift = min(set(range(grid.SHIFTS)) - unclear, default=None)
    for _ in range(3):
        noise = (torch.rand(logits.shape, generator=generator, dtype=torch.float64) - 0.5) * 1e-11
        if shift is not None:
            assert grid.frequencies(logits + noise, shift).equal(grid.frequencies(logits, shift))


def test_a_grid_is_shifted_where_logits_lie_on_its_boundaries(monkeypatch, checkpoints):
    checkpoint = checkpoints.get(NAMES[0])
    monkeypatch.setattr(grid, "CLEARANCE", 2.0**-23)
    written = [compress_codes(random_map(checkpoint, 2, 3, seed), checkpoint.name, checkpoints) for seed in range(40)]
    assert any(file[9] for file in written)
    for seed, file in enumerate(written):
        assert decompress(file, checkpoints).codes == random_map(checkpoint, 2, 3, seed)


@pytest.mark.parametrize("checkpoint", CODES, ids=NAMES)
def test_codes_one_by_one_have_the_logits_of_the_whole_map(checkpoint, checkpoints):
    prior = PriorProbabilities(checkpoints.learned_prior(checkpoint)).prior
    codes = torch.tensor([random_map(checkpoint, 3, 5, seed) for seed in range(2)])
    steps, last, found = Steps(prior, 2, 3, 5), None, []
    for place in codes.flatten(1).T:
        found.append(steps.logits(last))
        last = place
    difference = (torch.stack(found, dim=1) - prior(codes)).abs().max()
    assert difference < grid.CLEARANCE / 50


# Files


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gives_back_its_codes_and_their_picture(name, files, codes, checkpoints):
    found = decompress(files[name], checkpoints)
    assert (found.checkpoint, found.codes) == (name, codes[name])
    assert compress_codes(found.codes, name, checkpoints) == files[name]
    assert found.picture.tobytes() == decode_codes(found.codes, name, checkpoints).picture.tobytes()
    assert vars(open_compressed(files[name], checkpoints)) == vars(decode_codes(found.codes, name, checkpoints))
    described = describe_compressed(files[name], checkpoints)
    assert (described.height, described.width) == (len(found.codes), len(found.codes[0]))
    assert described.bytes == len(files[name])


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (20, 16), (19, 37), (70, 68)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_at_most_16_bytes_more_than_its_map_is_probable(name, size, checkpoints):
    checkpoint = checkpoints.get(name)
    codes = random_map(checkpoint, *size)
    assert len(compress_codes(codes, name, checkpoints)) <= prior_bytes(codes, checkpoint, checkpoints) + MOST_OVERHEAD


@pytest.mark.parametrize("name", NAMES)
def test_so_is_the_file_of_a_picture(name, files, codes, checkpoints):
    assert len(files[name]) <= prior_bytes(codes[name], checkpoints.get(name), checkpoints) + MOST_OVERHEAD


@pytest.mark.parametrize(("environ", "tiles"), [(OLD_PROCESSOR, 1), (AVX2, 32)], ids=["old", "AVX2"])
def test_other_processors_write_and_read_the_same_files(environ, tiles, files, codes):
    request = {"maps": [*codes.items()], "files": [file.hex() for file in files.values()], "tiles": tiles}
    assert elsewhere(request, environ) == {"written": request["files"], "codes": [*codes.values()]}


def test_so_do_two_threads(files, codes):
    name = min(files, key=lambda name: len(files[name]))  # where other processes compute, two threads are very slow
    request = {"maps": [[name, codes[name]]], "files": [files[name].hex()], "threads": 2}
    assert elsewhere(request, {}) == {"written": request["files"], "codes": [codes[name]]}


def test_many_at_once_get_what_one_gets(files, codes, checkpoints):
    name, fresh = min(files, key=lambda name: len(files[name])), Checkpoints(checkpoints.source)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda file: decompress(file, fresh).codes, [files[name]] * 6))
    assert found == [codes[name]] * 6


def without_prior(tmp_path, name, metrics=None):
    """Checkpoints of a VQ-VAE alone, with other metrics where they are given, or none."""
    shutil.copytree(ROOT / "checkpoints" / name, tmp_path / name)
    if metrics is not None:
        (tmp_path / name / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    return Checkpoints(WeightsSource(tmp_path))


@pytest.mark.parametrize("measured", [True, False])
def test_without_a_prior_codes_are_coded_by_their_usage(tmp_path, measured):
    alone = without_prior(tmp_path, NAMES[0], None if measured else {})
    checkpoint = alone.get(NAMES[0])
    size = checkpoint.arguments["num_embeddings"]
    known = checkpoint.metrics.get("train_code_counts") or checkpoint.metrics.get("code_counts") or [0] * size
    counts = torch.tensor(known, dtype=torch.float64) + 1
    for height, width in ((1, 1), (9, 31), (100, 256)):
        codes = torch.multinomial(counts, height * width, True).view(height, width)
        data = compress_codes(codes.tolist(), checkpoint.name, alone)
        assert len(data) <= float(-(counts / counts.sum()).log2()[codes].sum()) / 8 + MOST_OVERHEAD
        assert decompress(data, alone).codes == codes.tolist()


def test_damaged_counts_are_the_checkpoints_fault(tmp_path):
    alone = without_prior(tmp_path, NAMES[0], {"train_code_counts": [1, 2, "three"]})
    for call in (compress_codes, decode_codes):
        with pytest.raises(CheckpointError, match="train_code_counts must be"):
            call([[1]], NAMES[0], alone)


def test_one_checkpoints_damaged_counts_leave_the_others_files_readable(tmp_path):
    spoilt, sound = sorted(NAMES)[:2]
    without_prior(tmp_path, spoilt, {"train_code_counts": [1]})
    both = without_prior(tmp_path, sound)
    assert decompress(compress_codes([[1, 2]], sound, both), both).codes == [[1, 2]]


def test_progress_goes_from_nothing_to_all(checkpoints):
    told = []
    data = compress_codes(random_map(checkpoints.get(NAMES[0]), 9, 20), NAMES[0], checkpoints, told.append)
    assert told[-1] == 1
    assert told == sorted(told)
    told.clear()
    decompress(data, checkpoints, told.append)
    assert told[-1] == 1
    assert told == sorted(told)


# What is no such file


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "begins with"), (b"words and words", "begins with"), (b"\x89PNG\r\n\x1a\n", "begins with"),
        (b"VQ", "version"), (b"VQ2" + bytes(20), "version"), (b"VQ1", "cut short"), (b"VQ1" + bytes(10), "cut short"),
        (b"VQ1" + bytes(11), "made with other weights"), (b"VQ1" + bytes(100), "too long for 1 × 1"),
        (None, "first"), ("", "first"), ("/nowhere/x.vq", "cannot be read"), ("\0", "cannot be read"),
        (EXAMPLES, "cannot be read"), (EXAMPLES / "digits" / "3.png", "begins with"), (7, "first"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_codes_is_told_so(data, why, checkpoints):
    for call in (decompress, describe_compressed):
        with pytest.raises(InputError, match=why) as refusal:
            call(data, checkpoints)
        assert str(refusal.value).endswith(".")


def test_a_damaged_file_is_refused_and_never_another_picture(checkpoints):
    codes = random_map(checkpoints.get(NAMES[0]), 1, 3)
    whole = compress_codes(codes, NAMES[0], checkpoints)

    def is_told_or_read(damaged):
        try:
            return decompress(damaged, checkpoints).codes == codes
        except InputError as error:
            return str(error).endswith(".")

    @QUICK
    @given(st.data())
    def damage(data):
        place = data.draw(st.integers(0, len(whole)))
        kept = data.draw(st.integers(place, len(whole)))
        assert is_told_or_read(whole[:place] + data.draw(st.binary(max_size=20)) + whole[kept:])

    damage()
    for bit in range(8 * len(whole)):
        assert is_told_or_read((int.from_bytes(whole, "big") ^ 1 << bit).to_bytes(len(whole), "big"))


def test_other_weights_do_not_read_it(tmp_path, files, checkpoints):
    alone = without_prior(tmp_path, NAMES[0])
    with pytest.raises(InputError, match="made with other weights"):
        decompress(files[NAMES[0]], alone)


# Beside other codecs


def test_codecs_are_compared_at_the_bytes_of_the_file(files, checkpoints):
    found = compare_codecs(example_pictures("cartoons")[0], "vq-vae-cartoons", checkpoints=checkpoints)
    assert found.codes.bytes == len(from_text(found.text)) == len(files["vq-vae-cartoons"])
    assert [codec.codec for codec in found.codecs] == ["JPEG", "WebP", "AVIF"]
    for codec in found.codecs:
        assert codec.bytes <= found.codes.bytes or codec.quality == codecs.LOWEST[codec.codec]
        pair = [np.array(picture) / 255 for picture in (codec.picture, found.model_input)]
        assert codec.psnr == pytest.approx(-10 * math.log10(((pair[0] - pair[1]) ** 2).mean()), abs=1e-3)
        assert 0 < codec.ssim < found.codes.ssim


def test_a_photograph_is_compared_whole_or_as_it_is_edited(tmp_path, checkpoints):
    with Image.open(example_pictures("photos")[0]) as opened:
        opened.convert("RGB").resize((200, 100)).save(tmp_path / "photograph.png")
    told = []
    sizes = {True: (200, 100), False: (128, 64)}
    for whole, size in sizes.items():
        arguments = tmp_path / "photograph.png", "vq-vae-photos-64", whole, checkpoints, told.append
        found = compare_codecs(*arguments)
        assert found.model_input.size == found.codes.picture.size == size
        assert found.text == to_text(compress_codes(decompress(from_text(found.text)).codes, "vq-vae-photos-64"))
    assert all(0 <= share < 1 for share in told)


# As text


@QUICK
@given(st.binary(min_size=1, max_size=80))
def test_a_file_is_text_for_an_address_and_back(data):
    assert re.fullmatch(r"[\w-]+", to_text(data), re.ASCII)
    assert len(to_text(data)) == math.ceil(len(data) * 4 / 3)
    assert from_text(to_text(data)) == data


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "letters"), ("VlEx=", "letters"), ("VlE+", "letters"), ("é", "letters"), (None, "letters"), ("VlExV", "cut"),
     ("VlF", "damaged"), ("A" * 2**21, "letters")],
)  # fmt: skip
def test_other_text_is_told_so(text, why):
    with pytest.raises(InputError, match=why):
        from_text(text)


# The command line


def test_the_command_line_encodes_decodes_and_describes(tmp_path, capsys, files):
    picture, file, back = EXAMPLES / "digits" / "3.png", tmp_path / "three.vq", tmp_path / "three.png"
    assert main(["encode", str(picture), str(file), "--checkpoint", "vq-vae-digits"]) == 0
    assert main(["info", str(file)]) == 0
    assert main(["decode", str(file), str(back)]) == 0
    shown = capsys.readouterr().out
    assert f"7 × 7 codes of vq-vae-digits, {file.stat().st_size} bytes" in shown
    assert Image.open(back).convert("RGB").tobytes() == decompress(file).picture.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["info", "/nowhere"], "cannot be read"),
        (["decode", str(EXAMPLES / "digits" / "3.png"), "x.png"], "begins with"),
        (["decode", "x.vq", "x.txt"], "no name of a picture"),
        (["decode", "x.vq", "x.psd"], "no name of a picture"),
        (["encode", "/nowhere.png", "x.vq"], "does not exist"),
        (["encode", str(EXAMPLES / "digits" / "3.png"), "/nowhere/x.vq", "--checkpoint", NAMES[0]], "No such file"),
        (["encode", str(EXAMPLES / "digits" / "3.png"), "x.vq", "--checkpoint", "vae-digits"], "no such checkpoint"),
    ],
)
def test_what_the_command_line_cannot_do_it_says(arguments, why, capsys):
    assert main(arguments) == 2
    assert why in capsys.readouterr().err
