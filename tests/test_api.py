"""The API past the page's widgets: the same answers as the page, and a sentence for whatever cannot be answered."""

import base64
import json
import struct
import urllib.error
import urllib.request
import zlib
from io import BytesIO

import pytest
from conftest import EXAMPLES
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from vae_demo.inference import reconstruct, sample

DIGIT = EXAMPLES / "digits" / "3.png"


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    return Client(server, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")))


def opened(picture: str | dict) -> Image.Image:
    """A picture of an answer: a data URI, or a file that the client has downloaded."""
    if isinstance(picture, str) and picture.startswith("data:"):
        return Image.open(BytesIO(base64.b64decode(picture.split(",", 1)[1])))
    return Image.open(picture["path"] if isinstance(picture, dict) else picture)


def call(server: str, endpoint: str, *data: object) -> tuple[str, object]:
    """As curl does: post, then read the event. Python's NaN goes out as such, which JSON has no word for."""
    body = json.dumps({"data": list(data)}).encode()
    request = urllib.request.Request(f"{server}/gradio_api/call/{endpoint}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{server}/gradio_api/call/{endpoint}/{event}", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    kind = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")][-1]
    return kind, json.loads([line.removeprefix("data: ") for line in lines if line.startswith("data: ")][-1])


def test_every_endpoint_is_named_and_typed(client):
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) == {
        "/reconstruct", "/sample", "/compare_betas", "/encode_codes", "/decode_codes", "/checkpoints",
        "/walk", "/model_card", "/compress", "/decompress",
        "/compress_codes", "/compare_codecs", "/compare_codebooks",
    }  # fmt: skip
    parameters = {name: [p["parameter_name"] for p in info["parameters"]] for name, info in endpoints.items()}
    assert parameters["/reconstruct"] == ["picture", "dataset", "posterior", "seed"]
    assert parameters["/sample"] == ["checkpoint", "prior", "count", "seed", "temperature"]
    assert parameters["/compare_betas"] == ["picture", "dataset"]
    assert parameters["/encode_codes"] == ["picture", "checkpoint"]
    assert parameters["/decode_codes"] == ["codes", "checkpoint"]
    assert parameters["/walk"] == ["checkpoint", "start", "end", "steps"]
    assert all(info["description"] for info in endpoints.values())


def test_a_model_card_is_markdown_and_an_unknown_name_a_sentence(client):
    card = client.predict("vae-digits", api_name="/model_card")
    assert card.startswith("# vae-digits")
    with pytest.raises(AppError, match="no such checkpoint"):
        client.predict("../vae-digits", api_name="/model_card")


def test_the_api_answers_what_the_inference_module_does(client):
    answer = client.predict(handle_file(DIGIT), "digits", "mean", 0, api_name="/reconstruct")
    expected = reconstruct(DIGIT, "digits")
    for variant, wanted in zip(answer["variants"], expected.variants, strict=True):
        assert variant["mse"] == wanted.mse
        assert (
            opened(variant["reconstruction"]).convert("RGB").tobytes() == wanted.reconstruction.convert("RGB").tobytes()
        )


def test_a_walk_is_gone_between_what_sample_gave(client):
    drawn = client.predict("vae-digits", "standard-normal", 2, 9, 1.0, api_name="/sample")
    walked = client.predict("vae-digits", *drawn["latents"], 5, api_name="/walk")
    assert len(walked["pictures"]) == 5
    assert [walked["pictures"][0], walked["pictures"][-1]] == drawn["pictures"]


def test_the_same_request_gives_the_same_answer_twice_and_by_curl(client, server):
    first = client.predict("vae-digits", "standard-normal", 4, 9, 1.0, api_name="/sample")
    assert client.predict("vae-digits", "standard-normal", 4, 9, 1.0, api_name="/sample") == first
    assert call(server, "sample", "vae-digits", "standard-normal", 4, 9, 1.0) == ("complete", [first])
    wanted = sample("vae-digits", "standard-normal", 4, 9, 1.0)
    assert [opened(p).convert("L").tobytes() for p in first["pictures"]] == [p.tobytes() for p in wanted.pictures]


def test_codes_travel_out_and_back(client):
    face = handle_file(EXAMPLES / "cartoons" / "face-1.png")
    encoded = client.predict(face, "vq-vae-cartoons", api_name="/encode_codes")
    decoded = client.predict(encoded["codes"], "vq-vae-cartoons", api_name="/decode_codes")
    assert decoded["picture"] == encoded["picture"]


def test_a_photograph_comes_back_as_a_lossless_file_of_its_size(client, tmp_path):
    path = tmp_path / "photo.jpg"
    Image.linear_gradient("L").convert("RGB").resize((301, 200)).save(path)
    answer = client.predict(handle_file(path), "photos", "mean", 0, api_name="/reconstruct")
    picture = opened(answer["whole"]["reconstruction"])
    wanted = reconstruct(path, "photos").whole.reconstruction
    assert (picture.format, picture.size) == ("WEBP", (300, 200))
    assert picture.convert("RGB").tobytes() == wanted.tobytes()


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def _bad_files() -> dict[str, tuple[bytes, str]]:
    digit = DIGIT.read_bytes()
    dot = BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    wide = BytesIO()
    Image.new("1", (20_000, 10)).save(wide, "PNG")
    return {
        "words.png": (b"not a picture at all, only words", "picture|image"),
        "empty.png": (b"", "empty"),
        "truncated.png": (digit[: len(digit) // 2], "damaged|broken|cut|incomplete|truncated"),
        "dot.png": (dot.getvalue(), "small"),
        "wide.png": (wide.getvalue(), "wide|large|side|pixels"),
        "bomb.png": (_png_that_claims(50_000, 50_000), "large|pixels"),
    }


@pytest.mark.parametrize("name", _bad_files())
def test_a_bad_file_gets_a_sentence_and_the_server_goes_on(client, tmp_path, name):
    content, about = _bad_files()[name]
    path = tmp_path / name
    path.write_bytes(content)
    for arguments in [
        ("digits", "mean", 0, "/reconstruct"),
        ("digits", "/compare_betas"),
        ("vq-vae-digits", "/encode_codes"),
    ]:
        with pytest.raises(AppError, match=f"(?i){about}") as refusal:
            client.predict(handle_file(path), *arguments[:-1], api_name=arguments[-1])
        assert "Traceback" not in str(refusal.value)
    assert client.predict(handle_file(DIGIT), "digits", "mean", 0, api_name="/reconstruct")["variants"]


@pytest.mark.parametrize(
    ("endpoint", "data", "about"),
    [
        ("sample", ["vae-digits", "standard-normal", float("nan"), 0, 1], "number of samples"),
        ("sample", ["vae-digits", "standard-normal", 4, float("inf"), 1], "seed"),
        ("sample", ["vae-digits", "standard-normal", 4, 0, float("nan")], "temperature"),
        ("sample", ["vae-digits", "standard-normal", 10**30, 0, 1], "number of samples"),
        ("sample", ["vae-digits", "magic", 4, 0, 1], "prior"),
        ("sample", ["../../etc/passwd", "", 4, 0, 1], "checkpoint"),
        ("sample", [None, None, None, None, None], "checkpoint"),
        ("reconstruct", [None, "digits", "mean", 0], "picture"),
        ("sample", [["vae-digits"], "", 1, 0, 1], "checkpoint"),
        ("decode_codes", [[[float("nan")]], "vq-vae-digits"], "code"),
        ("decode_codes", [[[600]], "vq-vae-digits"], "code"),
        ("decode_codes", [{"rows": 3}, "vq-vae-digits"], "code map"),
        ("decode_codes", [[[1]], 7], "checkpoint"),
    ],
)
def test_a_bad_value_gets_a_sentence(server, endpoint, data, about):
    kind, answer = call(server, endpoint, *data)
    assert kind == "error"
    assert about in answer["error"].lower()


def test_no_file_outside_the_uploads_is_read(server, tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("L", (28, 28), 200).save(secret)
    kind, _ = call(
        server, "reconstruct", {"path": str(secret), "meta": {"_type": "gradio.FileData"}}, "digits", "mean", 0
    )
    assert kind == "error"
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{server}/gradio_api/file={secret}", timeout=10)
    assert refusal.value.code in (403, 404)


def test_the_queue_cannot_be_bypassed(server):
    body = json.dumps({"data": ["vae-digits", "standard-normal", 1, 0, 1]}).encode()
    request = urllib.request.Request(f"{server}/gradio_api/run/sample", body, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=10)
    assert refusal.value.code == 404
