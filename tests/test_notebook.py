"""The library in a notebook: one picture or many, of every kind; results that show themselves, and are saved."""

import base64
import json
import os
import re
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import EXAMPLES, ROOT, readme_snippet
from PIL import Image

import vae_demo
from vae_demo import (
    CheckpointError,
    InputError,
    codebook,
    compare_betas,
    compare_codecs,
    compress,
    decode_codes,
    decompress,
    describe_compressed,
    encode_codes,
    load_checkpoints,
    open_codes,
    reconstruct,
    sample,
    walk,
)
from vae_demo.inference.one_or_many import AT_ONCE, MAX_PICTURES, MAX_TOGETHER
from vae_demo.weights.hub import BUNDLED

DIGIT = EXAMPLES / "digits" / "3.png"
OTHER = EXAMPLES / "digits" / "5.png"
VERBS = [reconstruct, encode_codes, compare_betas, compare_codecs]


def pixels(result, field="model_input"):
    return getattr(result, field).tobytes()


def shown_pictures(html):
    """The pictures in a result's HTML with the sizes at which they are shown."""
    found = re.findall(r'<img src="data:image/png;base64,([^"]+)" width="(\d+)" height="(\d+)"[^>]+>', html)
    assert len(found) == html.count("<img")
    return [(Image.open(BytesIO(base64.b64decode(data))), (int(w), int(h))) for data, w, h in found]


# One picture or many


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_picture_may_be_whatever_a_notebook_has(verb):
    wanted = verb(DIGIT)
    with Image.open(DIGIT) as picture, DIGIT.open("rb") as file:
        levels = np.asarray(picture)
        values = [str(DIGIT), DIGIT.read_bytes(), file, picture, levels, levels[None], torch.tensor(levels / 255)]
        for value in values:
            assert pixels(verb(value)) == pixels(wanted), type(value)
        assert list(map(pixels, verb(values[3:]))) == [pixels(wanted)] * 4


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_list_of_pictures_gives_a_list_of_what_each_alone_gives(verb):
    answers = verb((DIGIT, OTHER), checkpoints=load_checkpoints(BUNDLED, device="cpu"))
    for answer, picture in zip(answers, (DIGIT, OTHER), strict=True):
        one, alone = json.loads(numbers(answer)), json.loads(numbers(verb(picture)))
        if verb is reconstruct:  # whose pictures are computed together
            agree(one, alone)
        else:
            assert one == alone
    assert verb([]) == []
    assert verb.__doc__.count("list of") == 1


@pytest.mark.parametrize("posterior", ["mean", "sample"])
@pytest.mark.parametrize("dataset", ["digits", "faces"])
def test_pictures_that_are_reconstructed_together_are_as_if_each_were_alone(dataset, posterior, monkeypatch):
    """Of several sizes, in parts of two: the whole ones of one size go together."""
    monkeypatch.setattr("vae_demo.inference.one_or_many.AT_ONCE", 2)
    levels = np.asarray(Image.open(DIGIT).resize((64, 64)))
    pictures = [levels, levels.T, levels[:40], levels[:, ::-1], levels[::-1]]
    for answer, picture in zip(reconstruct(pictures, dataset, posterior, 3), pictures, strict=True):
        alone = reconstruct(picture, dataset, posterior, 3)
        agree(json.loads(numbers(answer)), json.loads(numbers(alone)))
        for one, other in zip([answer, *answer.variants], [alone, *alone.variants], strict=True):
            assert within_a_level(one.model_input, other.model_input)
        for one, other in zip([*answer.variants, answer.whole], [*alone.variants, alone.whole], strict=True):
            assert one is other is None or within_a_level(one.reconstruction, other.reconstruction)
            assert one is other is None or within_a_level(one.difference, other.difference)


def within_a_level(one: Image.Image, other: Image.Image) -> bool:
    difference = np.asarray(one).astype(int) - np.asarray(other)
    return one.size == other.size and one.mode == other.mode and np.abs(difference).max() <= 1


def agree(one, other):
    """Numbers are alike within rounding, and all else is the same."""
    if isinstance(one, (dict, list)):
        assert len(one) == len(other)
        for key in one if isinstance(one, dict) else range(len(one)):
            agree(one[key], other[key])
    else:
        assert one == (pytest.approx(other, rel=1e-4, abs=1e-5) if isinstance(other, float) else other)


def numbers(result):
    return json.dumps(vars(result), default=lambda value: vars(value) if hasattr(value, "save") else None, indent=0)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_what_is_no_picture_is_refused_by_its_place(verb):
    for value in (None, 7, {"path": str(DIGIT)}, torch.zeros(2, 3, 28, 28)):
        with pytest.raises(InputError, match=r"a path, bytes, .*Pillow picture, or a NumPy array|batch as a list"):
            verb(value)
    with pytest.raises(InputError, match=r"Picture 2 of 3: absent\.png does not exist"):
        verb([DIGIT, "absent.png", None])
    with pytest.raises(InputError, match=r"^There is no such checkpoint|^The dataset must be one of"):
        verb([DIGIT], "magic")
    with pytest.raises(InputError, match=r"^The dataset must be one of"):  # before a picture is opened
        reconstruct(["absent.png"], "magic")
    most = MAX_TOGETHER if verb is reconstruct else MAX_PICTURES
    with pytest.raises(InputError, match=f"At most {most:,} pictures .* not {most + 1:,}"):
        verb([None] * (most + 1))


def test_pictures_of_a_list_are_opened_one_after_another_or_in_parts(monkeypatch):
    opened = []
    monkeypatch.setattr(
        "vae_demo.inference.forward.read_image", lambda value: opened.append(value) or Image.open(DIGIT)
    )
    monkeypatch.setattr("vae_demo.inference.codes.to_picture", lambda x: len(opened))
    assert [answer.model_input for answer in encode_codes(["a", "b", "c"], "vq-vae-digits")] == [1, 2, 3]
    opened.clear()
    monkeypatch.setattr("vae_demo.inference.reconstruction.to_pictures", lambda x: [len(opened)] * len(x))
    answers = reconstruct(["a"] * (AT_ONCE + 1), "digits")
    assert [answer.model_input for answer in answers] == [AT_ONCE] * AT_ONCE + [AT_ONCE + 1]


def test_a_picture_that_cannot_be_answered_or_is_too_much_is_named_among_those_it_is_answered_with(monkeypatch):
    blank, drawn = np.full((28, 28), 255, np.uint8), np.eye(28)
    with pytest.raises(InputError, match=r"^Picture 3 of 3: Nothing is drawn"):
        reconstruct([DIGIT, OTHER, blank], "digits")
    monkeypatch.setattr("vae_demo.inference.one_or_many.MAX_PIXELS_TOGETHER", 3 * 28 * 28 - 1)
    with pytest.raises(InputError, match="The first 3 of the 4 pictures have more"):
        reconstruct([drawn] * 4, "digits")


# Latents and codes


def test_latents_and_codes_may_be_arrays_and_tensors():
    drawn = sample("vae-digits", count=2)
    wanted = walk("vae-digits", *drawn.latents)
    for kind in (np.array, torch.tensor, lambda rows: torch.tensor(rows, dtype=torch.float64, requires_grad=True)):
        way = walk("vae-digits", *map(kind, drawn.latents))
        assert [p.tobytes() for p in way.pictures] == [p.tobytes() for p in wanted.pictures]
    codes = encode_codes(DIGIT).codes
    for given in (np.array(codes), torch.tensor(codes, dtype=torch.uint16), [np.array(row) for row in codes]):
        assert decode_codes(given).codes == codes
    ends = [np.array(codes), torch.tensor(codes).flip(0)]
    assert len(walk("vq-vae-digits", *ends, steps=3).pictures) == 3


@pytest.mark.parametrize(
    "codes",
    [
        np.zeros((300, 300), int), np.zeros(3, int), np.array(3), np.zeros((2, 2, 2), int), np.full((2, 2), 0.5),
        np.full((2, 2), True), np.full((2, 2), None), torch.zeros(2, 2, device="meta"), torch.zeros(2, 2).to_sparse(),
        torch.zeros(2, 2) * 1j, np.full((2, 2), np.nan), "12", range(3),
    ],
)  # fmt: skip
def test_other_arrays_are_no_code_map(codes):
    with pytest.raises(
        InputError, match=r"A code map must be .*array or tensor \(H, W\)|A code must be a whole number"
    ):
        decode_codes(codes)
    with pytest.raises(InputError, match=r"must be 20 numbers: a list, or an array or tensor of shape \(20,\)"):
        walk("vae-digits", [0.0] * 20, codes)


# Saved


def test_a_saved_result_is_pictures_and_numbers(tmp_path):
    answer = reconstruct(DIGIT, "digits")
    place = answer.save(tmp_path / "new" / "answer")
    saved = json.loads((place / "result.json").read_text(encoding="utf-8"))
    assert saved["dataset"] == "digits"
    for variant, stored in zip(answer.variants, saved["variants"], strict=True):
        assert (stored["mse"], stored["title"]) == (variant.mse, variant.title)
        for field in ("model_input", "reconstruction", "difference"):
            with Image.open(place / stored[field]) as picture:
                assert picture.convert("RGB").tobytes() == getattr(variant, field).convert("RGB").tobytes()
    named = re.findall(r'"([\w-]+\.png)"', (place / "result.json").read_text(encoding="utf-8"))
    assert {path.name for path in place.iterdir()} == {*named, "result.json"}
    assert "variants-0-reconstruction.png" in named


def test_many_results_are_saved_in_a_folder_each(tmp_path):
    answers = encode_codes([DIGIT, OTHER])
    assert answers.save(str(tmp_path)) == tmp_path
    assert [open_codes(tmp_path / str(number)).codes for number in range(2)] == [answer.codes for answer in answers]


def test_a_saved_code_map_is_opened_from_its_folder_its_file_and_its_text(tmp_path):
    encoded = encode_codes(DIGIT)
    encoded.save(tmp_path)
    file = tmp_path / "codes.json"
    for given in (tmp_path, file, str(file), file.read_text(encoding="utf-8"), encoded.file):
        assert pixels(open_codes(given), "picture") == pixels(encoded, "picture")
    (tmp_path / "long").write_bytes(b" " * 2_000_000)
    absent = r"There is no file .*absent.*, and the text of a saved code map begins with"
    for given, why in {
        tmp_path / "absent": absent, "absent": absent, "absent\0": absent, 7: "a path, or the text of its file, not",
        tmp_path / "picture.png": "not text", "{": "not JSON", tmp_path / "long": "far too large",
        tmp_path / "result.json": "format",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=why):
            open_codes(given)


def test_numbers_that_json_lacks_are_null_and_a_full_disk_is_a_sentence(tmp_path):
    answer = replace(encode_codes(DIGIT), psnr=float("inf"))
    assert json.loads((answer.save(tmp_path) / "result.json").read_text(encoding="utf-8"))["psnr"] is None
    with pytest.raises(InputError, match=r"cannot be saved in .*File exists|Not a directory"):
        answer.save(tmp_path / "result.json")


# Shown


def test_every_result_shows_its_pictures_crisp_and_its_numbers():
    answer = reconstruct(DIGIT, "digits")
    html = answer._repr_html_()
    pictures = shown_pictures(html)
    assert len(pictures) == 1 + 3 * len(answer.variants)
    assert html.count("image-rendering: pixelated") == len(pictures)
    for picture, size in pictures:
        scale = size[0] // picture.width  # each pixel becomes a square of whole pixels
        assert size == (scale * picture.width, scale * picture.height)
        assert 112 <= max(size) < 2 * 112
    assert pictures[0][0].tobytes() == answer.model_input.tobytes()
    for variant in answer.variants:
        assert variant.title in html
        assert f'<td style="text-align: left">{variant.psnr:.4g}</td>' in html


@pytest.mark.parametrize(
    ("result", "pictures"),
    [
        (lambda: sample("vae-digits", count=3), 3),
        (lambda: walk("vae-digits", [0.5] * 20, [1.0] * 20, 4), 4),
        (lambda: encode_codes([DIGIT, OTHER]), 4),
        (lambda: compare_betas(DIGIT, "digits"), 1 + 5 * (1 + 4 * 7)),
        (codebook, 0),
    ],
)
def test_results_of_other_verbs_show_themselves(result, pictures):
    shown = result()
    assert len(shown_pictures(shown._repr_html_())) == pictures
    assert len(shown._repr_html_()) < 200_000
    if pictures == 0:
        assert shown._repr_html_().count("background: oklch(") == len(shown.colours)


def test_what_a_checkpoint_calls_itself_is_no_markup_and_a_large_picture_is_shrunk():
    wide = Image.new("RGB", (1024, 512), "red")
    answer = reconstruct(DIGIT, "digits")
    hostile = replace(answer.variants[0], title='<img src=x onerror="alert(1)">&', model_input=wide)
    html = replace(answer, variants=[hostile])._repr_html_()
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;" in html
    assert ((256, 128), (256, 128)) in [(picture.size, size) for picture, size in shown_pictures(html)]


def test_a_notebook_runs_what_the_readme_says(tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="nbformat, nbclient and ipykernel are in tests/requirements.txt")
    nbclient = pytest.importorskip("nbclient", reason="nbformat, nbclient and ipykernel are in tests/requirements.txt")
    pytest.importorskip("ipykernel", reason="nbformat, nbclient and ipykernel are in tests/requirements.txt")
    (tmp_path / "vae_demo").symlink_to(ROOT / "vae_demo")
    cells = [nbformat.v4.new_code_cell(cell) for cell in readme_snippet("In a notebook").split("\n\n")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=os.environ | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path / "ipython")})
    *_, last = notebook.cells
    assert [output["output_type"] for output in last.outputs] == ["execute_result"]
    pictures = shown_pictures(last.outputs[0]["data"]["text/html"])
    drawing = np.zeros((28, 28), np.uint8)
    drawing[4:24, 13:16] = 255
    wanted = []
    for answer in reconstruct([DIGIT, drawing], "digits"):
        rows = zip(*((v.model_input, v.reconstruction, v.difference) for v in answer.variants), strict=True)
        wanted += [answer.model_input, *(picture for row in rows for picture in row)]
    assert [picture.tobytes() for picture, _ in pictures] == [picture.tobytes() for picture in wanted]
    assert json.loads((tmp_path / "answers" / "1" / "result.json").read_text(encoding="utf-8"))["dataset"] == "digits"


# Checkpoints from a folder


def test_checkpoints_of_a_folder(tmp_path):
    shutil.copytree(BUNDLED / "vae-digits", tmp_path / "mine" / "vae-digits")
    for folder in (tmp_path / "mine", str(tmp_path / "mine")):
        mine = load_checkpoints(folder)
        assert [v.checkpoint for v in reconstruct(DIGIT, "digits", checkpoints=mine).variants] == ["vae-digits"]
        assert mine.source.notice == f"These are the weights in {tmp_path / 'mine'}."
    weights = tmp_path / "mine" / "vae-digits" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"vae-digits/model\.safetensors of .*mine is damaged"):
        load_checkpoints(tmp_path / "mine")
    weights.unlink()
    with pytest.raises(CheckpointError, match=r"no vae-digits/model\.safetensors beside it"):
        load_checkpoints(tmp_path / "mine")
    with pytest.raises(CheckpointError, match="holds no checkpoint"):
        load_checkpoints(tmp_path)
    with pytest.raises(CheckpointError, match="There is no folder"):
        load_checkpoints(tmp_path / "absent")


def test_all_types_of_results_are_at_the_top():
    file = compress(DIGIT, "vq-vae-digits")
    pictures = reconstruct(DIGIT, "digits"), sample(count=1), encode_codes(DIGIT), compare_betas([DIGIT])
    for result in (*pictures, codebook(), describe_compressed(file), decompress(file)):
        assert getattr(vae_demo, type(result).__name__) is type(result)
    assert Path(vae_demo.__file__).is_file()
