"""What strangers can reach of a running page, what stays of their pictures, and what the code would ever execute."""

import ast
import errno
import http.client
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import EXAMPLES, ROOT
from gradio_client import Client, handle_file
from PIL import Image
from test_api import call
from test_faults import reconstructs, upload

from tests.served import serve
from tests.visitor import eventually
from vae_demo.hosting import door as door
from vae_demo.hosting.environment import own_folder

assert (EXAMPLES / "../weights/hub.py").is_file()  # asked for below


def fetched(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "/gradio_api/file=../../etc/passwd", "/gradio_api/file=%2e%2e/app.py",
        f"/gradio_api/file={ROOT}/app.py", f"/gradio_api/file={ROOT}/checkpoints", f"/gradio_api/file={ROOT}/README.md",
        f"/gradio_api/file={EXAMPLES}/../weights/hub.py", "/gradio_api/file=app.py", "/gradio_api/file=http://127.0.0.1:1/",
        "/gradio_api/proxy=http://127.0.0.1:1/", "/static/..%2f..%2f..%2fapp.py", "/assets/", "/static/", "/monitoring",
        "/monitoring/summary", "/docs", "/gradio_api/vibe-code", "/gradio_api/runs", "/gradio_api/run-history/buckets",
        "/gradio_api/run-history/records", "/gradio_api/mcp/sse",
    ],
)  # fmt: skip
def test_no_file_folder_statistics_or_buckets_can_be_fetched(server, path):
    status, answer = fetched(server, path)
    assert 400 <= status < 500
    assert not any(content in answer for content in ("root:", "import ", "Variational"))


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/process_recording", "/gradio_api/queue", "/gradio_api/vibe-edit",
        "/gradio_api/vibe-code/", "/gradio_api/run-history/connect", "/gradio_api/stream/x", "/gradio_api/dev/reload",
        "/gradio_api/mcp/messages/", "/gradio_api/mcp/sse",
        "/login", "/gradio_api/call/../process_recording", "//gradio_api/upload", "/x/gradio_api/upload",
    ],
)  # fmt: skip
def test_nothing_but_what_the_page_needs_can_be_posted_to(server, path):
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nb\r\n--x--\r\n'
    assert posted(server, path, body) == (404, door.NO_ENDPOINT)


@pytest.mark.parametrize("prefix", ["", "/", "/gradio", "/g", "/a/b"])
@pytest.mark.parametrize("stripped", [True, False])
def test_the_door_knows_the_pages_paths_behind_any_prefix(prefix, stripped):
    def scope(path, method="POST"):
        path = path if stripped else prefix.rstrip("/") + path
        return {"type": "http", "method": method, "path": path, "root_path": prefix}

    for path in ("queue/join", "upload", "call/sample", "mcp", "mcp/"):
        door.Door().admit(scope(f"/gradio_api/{path}"), None)
    assert door.is_upload(scope("/gradio_api/upload"))
    assert all(door.is_heartbeat(scope(f"/gradio_api/{path}", "GET")) for path in ("heartbeat/x", "mcp/"))
    assert not door.is_heartbeat(scope("/gradio_api/mcp/"))
    with pytest.raises(door.HTTPException, match="no such endpoint"):
        door.Door().admit(scope("/gradio_api/process_recording"), None)


def test_a_folder_that_someone_else_has_put_there_is_not_used(tmp_path, monkeypatch):
    own = own_folder(tmp_path)
    assert own.parent == tmp_path
    assert own.stat().st_mode & 0o777 == 0o700
    assert own_folder(tmp_path) == own_folder(own) == own
    own.chmod(0o755)
    assert own_folder(tmp_path).stat().st_mode & 0o777 == 0o700
    user = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: user)  # so that what is made here is someone else's
    (tmp_path / f"vae-demo-{user}").mkdir()
    assert own_folder(tmp_path).name.startswith(f"vae-demo-{user}-")
    assert own_folder(tmp_path / f"vae-demo-{user}").name.startswith(f"vae-demo-{user}-")


@pytest.mark.parametrize("put", ["link", "link to nowhere", "file"])
def test_what_someone_else_has_put_there_under_the_folders_name_is_not_used(tmp_path, put):
    own = tmp_path / f"vae-demo-{os.getuid()}"
    if put == "file":
        own.touch()
    else:
        own.symlink_to(tmp_path / "home")
    if put == "link":
        (tmp_path / "home").mkdir()
    other = own_folder(tmp_path)
    assert other.is_dir()
    assert not other.is_symlink()
    assert other.parent == tmp_path
    assert other not in (own, tmp_path / "home")
    (tmp_path / f"{own.name}-backup").mkdir()
    assert own_folder(tmp_path / f"{own.name}-backup") == tmp_path / f"{own.name}-backup" / own.name
    # Neither the next start nor a process that inherits its name makes another: what lies there would stay for good.
    assert own_folder(tmp_path) == own_folder(other) == other


def test_where_no_other_folder_can_be_made_that_of_someone_else_is_not_used_either(tmp_path, monkeypatch):
    own = tmp_path / f"vae-demo-{os.getuid()}"
    own.symlink_to(tmp_path)

    def full(path, *given, mkdir=Path.mkdir, **named):
        if path.name.startswith(f"{own.name}-"):
            raise OSError(errno.ENOSPC, "No space left on device")
        mkdir(path, *given, **named)

    monkeypatch.setattr(Path, "mkdir", full)
    assert not own_folder(tmp_path).exists()


@pytest.mark.parametrize("path", ["deep_link", "deep_link/"])
def test_no_link_is_made_of_what_a_visitor_saw(server, path):
    status, answer = fetched(server, f"/gradio_api/{path}?session_hash=someone")
    assert (status, json.loads(answer)["detail"]) == (404, door.NO_ENDPOINT)


@pytest.mark.parametrize("path", ["call/heartbeat", "call/heartbeat/", "call/upload", "call/upload/", "run/upload"])
def test_no_name_of_an_endpoint_widens_what_a_request_may_bring(server, path):
    status, said = posted(server, f"/gradio_api/{path}", b" " * (door.MAX_BODY + 1))
    assert (status, "at most 2 MB" in said) == (413, True)


def posted(address: str, path: str, body: bytes) -> tuple[int, str]:
    """Send `body` as a form: the status and what is said of it."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("POST", path, body, {"Content-Type": "multipart/form-data; boundary=x"})
    answer = connection.getresponse()
    content = json.load(answer)
    connection.close()
    return answer.status, content["detail"]


def test_the_folders_that_are_open_are_not_listed(server):
    config = json.loads(fetched(server, "/config")[1])
    pictures = set(re.findall(r'"path": ?"([^"]+)"', json.dumps(config)))
    assert pictures
    for folder in {str(Path(path).parent) for path in pictures} | {str(EXAMPLES), str(EXAMPLES / "digits")}:
        status, answer = fetched(server, f"/gradio_api/file={folder}")
        assert 400 <= status < 500
        assert ".png" not in answer


def test_nothing_is_reported_to_anyone(server):
    config = json.loads(fetched(server, "/config")[1])
    assert config["analytics_enabled"] is False


def test_a_link_out_of_the_uploads_is_not_followed(serving, server, tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("L", (28, 28), 200).save(secret)
    link = serving.uploads / "link.png"
    link.symlink_to(secret)
    for sent in ({"path": str(link)}, {"path": str(link), "meta": {"_type": "gradio.FileData"}}):
        kind, answer = call(server, "reconstruct", sent, "digits", "mean", 0)
        assert (kind, "Only a file that was uploaded here" in answer["error"]) == ("error", True)
    link.unlink()


def test_uploads_and_answers_are_deleted_when_they_have_been_left_alone_and_nothing_else(tmp_path):
    """Where no folder is named: what else lies among the temporary files stays, though it is older than they are."""
    photograph = tmp_path / "photograph.png"
    Image.radial_gradient("L").resize((300, 300)).save(photograph)
    with serve("--delete-after", "5", GRADIO_TEMP_DIR="") as running:
        place = running.folder / "system"
        own = place / running.uploads.name
        foreign = [place / "notes.txt", place / ("0" * 64) / "picture.png"]
        for path in foreign:
            path.parent.mkdir(exist_ok=True)
            path.write_text("x", encoding="utf-8")

        def kept() -> set[Path]:
            return {path for path in own.rglob("*") if path.is_file()}

        at_start = kept()
        client = Client(running.address, verbose=False)
        assert upload(running.address, photograph)[0] == 200
        assert kept() - at_start
        answer = client.predict(handle_file(photograph), "photos", "mean", 0, api_name="/reconstruct")
        assert answer["variants"]
        assert eventually(lambda: not kept() - at_start)
        assert reconstructs(running.address)
        assert all(path.is_file() for path in foreign)
        others = {path.name for path in place.iterdir()} - {path.relative_to(place).parts[0] for path in foreign}
        assert others <= {own.name, "hf-gradio"} | {name for name in others if name.startswith("torchinductor")}


def test_no_upload_is_taken_when_the_disk_is_nearly_full(monkeypatch):
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload"}
    door.Door().admit(scope, "100")
    monkeypatch.setattr(door, "free_bytes", lambda folder: door.MIN_FREE_DISK - 1)
    with pytest.raises(door.HTTPException, match="nearly full"):
        door.Door().admit(scope, "100")


def test_the_free_disk_is_that_of_a_folder_which_need_not_be_there(tmp_path):
    assert 0 < door.free_bytes(tmp_path / "yet" / "to be made") <= shutil.disk_usage(tmp_path).total


def test_nothing_that_could_run_is_ever_loaded():
    """No pickle, however it is called, in the product, and none among the bundled weights."""
    forbidden = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
    for path in [ROOT / "app.py", *(ROOT / "vae_demo").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name.split(".")[0] for alias in node.names} | {(getattr(node, "module", "") or "")}
                assert not names & forbidden, path
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func)
            if called == "torch.load":
                assert any(k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in node.keywords), path
            assert called not in ("np.load", "numpy.load") or "allow_pickle" not in ast.unparse(node), path
    kinds = {path.suffix for path in (ROOT / "checkpoints").rglob("*") if path.is_file()}
    assert kinds == {".json", ".safetensors", ".md", ".png"}


def test_a_closed_door_lets_answers_out_and_nothing_new_in():
    closed = door.Door()
    assert closed.drain(), "nothing is owed"
    for method, path in [
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/call/x"),
    ]:
        with pytest.raises(door.HTTPException, match="restarted"):
            closed.admit({"type": "http", "method": method, "path": path}, None)
    with pytest.raises(door.HTTPException, match="restarted"):  # so that a balancer sends visitors elsewhere
        closed.admit({"type": "http", "method": "GET", "path": "/gradio_api/startup-events"}, None)
    for method, path in [
        ("GET", "/gradio_api/queue/data"),
        ("GET", "/gradio_api/file=x"),
        ("POST", "/gradio_api/cancel"),
    ]:
        closed.admit({"type": "http", "method": method, "path": path}, None)
