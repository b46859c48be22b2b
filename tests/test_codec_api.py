"""/compress and /decompress: what the library does, for whoever asks over the API."""

from pathlib import Path

import pytest
from conftest import EXAMPLES
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from test_api import call, opened

from vae_demo.inference import compare_codecs, compress, decompress, from_text

DIGIT = EXAMPLES / "digits" / "3.png"


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    return Client(server, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")))


def test_a_picture_goes_into_a_file_and_comes_out_of_it(client):
    compressed = client.predict(handle_file(DIGIT), "vq-vae-digits", api_name="/compress")
    file = Path(compressed["file"])
    assert file.read_bytes() == compress(DIGIT, "vq-vae-digits")
    assert (compressed["checkpoint"], compressed["bytes"]) == ("vq-vae-digits", file.stat().st_size)
    found = client.predict(handle_file(file), api_name="/decompress")
    wanted = decompress(file)
    assert found["codes"] == wanted.codes
    assert opened(found["picture"]).convert("L").tobytes() == wanted.picture.convert("L").tobytes()


def test_a_code_map_goes_into_a_file_and_into_text(client):
    codes = decompress(compress(DIGIT, "vq-vae-digits")).codes
    answer = client.predict(codes, "vq-vae-digits", api_name="/compress_codes")
    assert Path(answer["file"]).read_bytes() == from_text(answer["text"]) == compress(DIGIT, "vq-vae-digits")


def test_codecs_are_compared_as_the_library_does(client):
    answer = client.predict(handle_file(DIGIT), "vq-vae-digits", api_name="/compare_codecs")
    expected = compare_codecs(DIGIT, "vq-vae-digits")
    for found, wanted in zip([answer["codes"], *answer["codecs"]], [expected.codes, *expected.codecs], strict=True):
        assert (found["codec"], found["bytes"], found["psnr"]) == (wanted.codec, wanted.bytes, wanted.psnr)
        assert opened(found["picture"]).convert("L").tobytes() == wanted.picture.convert("L").tobytes()


@pytest.mark.parametrize("content", [b"", b"no file of codes", b"VQ1" + bytes(11)])
def test_what_is_no_file_of_codes_gets_a_sentence(client, tmp_path, content):
    path = tmp_path / "x.vq"
    path.write_bytes(content)
    with pytest.raises(AppError, match=r"file of codes|made with other weights"):
        client.predict(handle_file(path), api_name="/decompress")


def test_no_file_outside_the_uploads_is_read(server, tmp_path):
    path = tmp_path / "three.vq"
    path.write_bytes(compress(DIGIT, "vq-vae-digits"))
    for endpoint, data in (
        ("decompress", [{"path": str(path)}]),
        ("compress", [{"path": str(DIGIT)}, "vq-vae-digits"]),
    ):
        kind, answer = call(server, endpoint, *data)
        assert kind == "error"
        assert "uploaded" in answer["error"]
