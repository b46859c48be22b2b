"""What may go wrong around a running page: visitors who leave, no memory, no disk, and an order to stop."""

import http.client
import json
import os
import resource
import shutil
import signal
import threading
import uuid
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlparse

import pytest
from conftest import EXAMPLES, ROOT
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from test_api import call

from tests.served import Server, serve
from tests.visitor import eventually
from vae_demo import CheckpointError, Checkpoints, compare_betas, sample
from vae_demo.weights.hub import WeightsSource

DIGIT = EXAMPLES / "digits" / "3.png"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


def noise(path: Path, side: int) -> Path:
    """A photograph that hardly compresses."""
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(path)
    return path


def reconstructs(address: str) -> bool:
    """Whether the next visitor's digit is answered."""
    client = Client(address, verbose=False)
    return bool(client.predict(handle_file(DIGIT), "digits", "mean", 0, api_name="/reconstruct")["variants"])


def join(connection: http.client.HTTPConnection, fn_index: int, *data: object, **more: object) -> str:
    """Ask for an event as the page does, by a visitor of its own; returns where its messages come."""
    session = uuid.uuid4().hex
    asked = json.dumps({"fn_index": fn_index, "session_hash": session, "data": data} | more)
    connection.request("POST", "/gradio_api/queue/join", asked, {"Content-Type": "application/json"})
    assert connection.getresponse().read()
    return f"/gradio_api/queue/data?session_hash={session}"


def test_the_work_for_a_visitor_who_leaves_stops(running):
    assert reconstructs(running.address)
    address = urlparse(running.address).netloc
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", "/config")
    events = json.load(connection.getresponse())["dependencies"]
    tab = next(event["id"] for event in events if event["api_name"] == "tab_sampling")

    def wanted(count: int) -> dict[str, object]:
        return {"checkpoint": "vq-vae-cartoons", "prior": "code-prior", "count": count, "seed": 1, "temperature": 1}

    abandoned = [join(connection, tab, wanted(64)) for _ in range(40)]
    streams = [http.client.HTTPConnection(address, timeout=60) for _ in abandoned]
    for stream, messages in zip(streams, abandoned, strict=True):
        stream.request("GET", messages)
    stream = streams[0].getresponse()
    while b"process_generating" not in stream.readline():
        pass
    for stream in streams:  # two minutes' work was begun or waits
        stream.close()

    def first_in_the_queue() -> bool:
        newcomer = http.client.HTTPConnection(address, timeout=60)
        newcomer.request("GET", join(newcomer, tab, wanted(1)))
        messages = newcomer.getresponse()
        estimation = next(line for line in iter(messages.readline, b"") if b"estimation" in line)
        newcomer.close()
        return json.loads(estimation.removeprefix(b"data: "))["rank"] == 0

    assert eventually(first_in_the_queue)
    assert reconstructs(running.address)


def test_without_memory_a_visitor_is_told_so_and_the_next_is_answered(running, tmp_path):
    photograph = noise(tmp_path / "photograph.png", 1024)
    client = Client(running.address, verbose=False)
    assert client.predict(handle_file(DIGIT), "digits", "mean", 0, api_name="/reconstruct")
    pid = running.process.pid
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[0])
    before = resource.prlimit(pid, resource.RLIMIT_AS)
    resource.prlimit(pid, resource.RLIMIT_AS, (pages * resource.getpagesize() + 60 * 2**20, before[1]))
    try:
        with pytest.raises(AppError, match="no memory left"):
            client.predict(handle_file(photograph), "photos", "mean", 0, api_name="/reconstruct")
    finally:
        resource.prlimit(pid, resource.RLIMIT_AS, before)
    assert client.predict(handle_file(photograph), "photos", "mean", 0, api_name="/reconstruct")["variants"]


def test_a_full_disk_is_said_and_outlived(running, tmp_path):
    """A limit on a file's size stands for the disk: the large photograph no longer fits, the small digit does."""
    photograph = noise(tmp_path / "large.png", 700)
    pid = running.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (500_000, before[1]))
    try:
        status, answer = upload(running.address, photograph)
        assert (status, "cannot store files" in answer) == (507, True)
        assert reconstructs(running.address)
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    assert upload(running.address, photograph)[0] == 200


def test_an_answer_that_cannot_be_stored_is_said_and_outlived(running, tmp_path):
    gradient = tmp_path / "gradient.png"
    Image.linear_gradient("L").resize((640, 640)).save(gradient)
    client = Client(running.address, verbose=False)
    pid = running.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (gradient.stat().st_size + 100, before[1]))
    try:
        with pytest.raises(AppError, match="cannot store files"):
            client.predict(handle_file(gradient), "photos", "mean", 0, api_name="/reconstruct")
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    assert client.predict(handle_file(gradient), "photos", "mean", 0, api_name="/reconstruct")["variants"]


def test_a_folder_that_cannot_be_written_is_said_and_outlived(running):
    """Nobody can write below a file, whatever their rights."""
    aside = running.uploads.with_name("aside")
    running.uploads.rename(aside)
    running.uploads.write_text("", encoding="utf-8")
    try:
        status, answer = upload(running.address, DIGIT)
        assert (status, "cannot store files" in answer) == (507, True)
        assert call(running.address, "sample", "vae-digits", "standard-normal", 1, 0, 1)[0] == "complete"
    finally:
        running.uploads.unlink()
        aside.rename(running.uploads)
    assert reconstructs(running.address)


def test_an_example_that_cannot_be_shown_is_said_and_outlived(running):
    """Gradio copies an example into its folder as it is answered with."""
    client = Client(running.address, verbose=False)
    events = {event["api_name"]: event for event in client.config["dependencies"]}
    tab = events["tab_reconstruction"]["id"]
    aside = running.uploads.with_name("aside")
    running.uploads.rename(aside)
    running.uploads.write_text("", encoding="utf-8")
    try:
        connection = http.client.HTTPConnection(urlparse(running.address).netloc, timeout=60)
        connection.request("GET", join(connection, tab, {"dataset": "digits", "example": "5"}))
        said = connection.getresponse().read().decode()
        connection.close()
        assert "cannot store files" in said, said
    finally:
        running.uploads.unlink()
        aside.rename(running.uploads)
    assert reconstructs(running.address)


def test_uploads_that_were_deleted_are_asked_for_again(running):
    status, answer = upload(running.address, DIGIT)
    assert status == 200
    [path] = json.loads(answer)
    shutil.rmtree(Path(path).parent)
    sent = {"path": path, "meta": {"_type": "gradio.FileData"}}
    kind, refusal = call(running.address, "reconstruct", sent, "digits", "mean", 0)
    assert (kind, "send the picture again" in refusal["error"]) == ("error", True)


def test_an_order_to_stop_lets_answers_out_and_nothing_new_in():
    with serve() as server:
        client = Client(server.address, verbose=False)
        client.predict("vq-vae-cartoons", "code-prior", 1, 0, 1, api_name="/sample")  # now its models are loaded
        under_way = client.submit("vq-vae-cartoons", "code-prior", 8, 0, 1, api_name="/sample")
        assert eventually(lambda: under_way.status().code.value == "PROCESSING")
        refusals: list[int] = []
        server.process.send_signal(signal.SIGTERM)

        def knock() -> None:
            while server.process.poll() is None:
                try:
                    refusals.append(upload(server.address, DIGIT)[0])
                except OSError:
                    return

        visitor = threading.Thread(target=knock)
        visitor.start()
        assert len(under_way.result(timeout=60)["pictures"]) == 8
        visitor.join()
        assert server.process.wait(timeout=30) == 0
        assert 503 in refusals
        assert refusals[-1] == 503


@pytest.fixture
def host(tmp_path) -> Checkpoints:
    """A host's own copy of two checkpoints, nothing of them loaded yet."""
    for name in ("vae-digits", "beta-vae-digits-4"):
        shutil.copytree(ROOT / "checkpoints" / name, tmp_path / name)
    return Checkpoints(WeightsSource(tmp_path))


def test_a_checkpoint_that_disappears_after_it_was_loaded_still_answers(host):
    before = sample("vae-digits", count=2, checkpoints=host)
    shutil.rmtree(host.source.folder / "vae-digits")
    after = sample("vae-digits", count=2, checkpoints=host)
    assert [picture.tobytes() for picture in after.pictures] == [picture.tobytes() for picture in before.pictures]


@pytest.mark.parametrize("file", ["model.safetensors", "mixture.safetensors"])
@pytest.mark.parametrize("damage", [b"", b"\0" * 100, None])
def test_a_damaged_file_is_named_the_others_answer_and_mended_it_does_too(host, file, damage):
    path = host.source.folder / "vae-digits" / file
    sound = path.read_bytes()
    path.write_bytes(sound[: len(sound) // 2] if damage is None else damage)
    with pytest.raises(CheckpointError, match=f"vae-digits/{file}"):
        sample("vae-digits", "gaussian-mixture", 1, checkpoints=host)
    assert sample("beta-vae-digits-4", count=1, checkpoints=host).pictures
    path.write_bytes(sound)
    assert sample("vae-digits", "gaussian-mixture", 1, checkpoints=host).pictures


def test_weights_that_disappear_before_they_are_needed_are_named(host):
    (host.source.folder / "vae-digits" / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="is missing"):
        sample("vae-digits", count=1, checkpoints=host)
    assert compare_betas(DIGIT, "digits", checkpoints=host).members


def upload(address: str, path: Path) -> tuple[int, str]:
    """Send a file as the page does: the status, and the answer's text."""
    body = BytesIO()
    body.write(b'--edge\r\nContent-Disposition: form-data; name="files"; filename="picture.png"\r\n\r\n')
    body.write(path.read_bytes() + b"\r\n--edge--\r\n")
    connection = http.client.HTTPConnection(urlparse(address).netloc, timeout=60)
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    connection.request("POST", "/gradio_api/upload", body.getvalue(), headers)
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, content
