"""Starting where something is in the way, stopping at any moment, and what callers who hang up leave in the log."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from gradio_client import Client
from test_api import call

from tests.served import Server, free_port, serve
from tests.visitor import eventually
from vae_demo.hosting.failures import NO_ANSWER

INTERRUPT = """
import signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""
"""A sitecustomize that presses Ctrl-C in the middle of an import."""


UNPRIVILEGED = ["setpriv", "--inh-caps=-net_bind_service", "--bounding-set=-net_bind_service"]
"""Takes from root the right to listen on a system port."""


def fails(*options: str, through: Sequence[str] = (), **environ: str) -> str:
    """What the command says that cannot start: in one line, with status 2. It may be started through another."""
    command = [*through, sys.executable, str(ROOT / "app.py"), *options]
    done = subprocess.run(command, env=os.environ | environ, capture_output=True, timeout=100)
    assert done.returncode == 2, done.stderr
    said = done.stderr.decode()
    assert "Traceback" not in said
    return said.splitlines()[-1]


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert fails("--port", port) == (
            f"The page cannot start. It cannot listen on 127.0.0.1, port {port}: Address already in use."
        )


def test_a_port_that_is_forbidden_is_named():
    lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if lowest.exists() and int(lowest.read_text(encoding="utf-8")) <= 81:
        pytest.skip("Every user may listen on this port here.")
    through = UNPRIVILEGED if os.getuid() == 0 else []
    if through and subprocess.run([*through, "true"], check=False).returncode:
        pytest.skip("This root may not give up a right.")
    assert fails("--port", "81", through=through) == (
        "The page cannot start. It cannot listen on 127.0.0.1, port 81: Permission denied."
    )


def test_an_address_of_another_machine_is_named():
    assert "It cannot listen on 192.0.2.1" in fails("--host", "192.0.2.1")


def test_a_folder_that_cannot_be_written_is_named():
    """Nobody can write below a file, whatever their rights."""
    assert f"Nothing can be stored in {ROOT}/app.py/vae-demo" in fails(GRADIO_TEMP_DIR=f"{ROOT}/app.py")


@pytest.mark.parametrize(
    ("options", "environ", "named"),
    [
        (["--port", "x"], {}, "--port"),
        (["--port", "70000"], {}, "--port"),
        ([], {"GRADIO_SERVER_PORT": "x"}, "--port"),
        ([], {"PORT": "x"}, "--port"),
        (["--delete-after", "0"], {}, "--delete-after"),
        ([], {"VAE_DEMO_DELETE_AFTER": "soon"}, "--delete-after"),
        ([], {"VAE_DEMO_HUB_REPO": "no repository"}, "VAE_DEMO_HUB_REPO"),
        ([], {"VAE_DEMO_CHECKPOINTS": "no/folder"}, "VAE_DEMO_CHECKPOINTS: There is no folder"),
    ],
)
def test_a_setting_that_cannot_be_one_is_named(options, environ, named):
    assert named in fails(*options, **environ)


@pytest.fixture(scope="module")
def hindered() -> Iterator[tuple[Server, int]]:
    """A page, and the port that PORT names, in an environment of proxies and empty variables."""
    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    empty = dict.fromkeys(("NO_PROXY", "no_proxy", "VAE_DEMO_DELETE_AFTER", "GRADIO_SERVER_PORT"), "")
    port = free_port()
    with serve(**proxy, **empty, PORT=str(port)) as server:
        yield server, port


def test_a_proxy_or_an_empty_variable_is_not_in_the_way_and_the_environment_names_the_port(hindered):
    server, port = hindered
    assert urlsplit(server.address).port == port
    assert call(server.address, "sample", "vae-digits", "standard-normal", 1, 0, 1)[0] == "complete"


def test_a_second_request_for_an_answer_is_refused_at_once_and_hanging_up_leaves_one_line_in_the_log(hindered):
    server, _ = hindered
    address = urlsplit(server.address).netloc
    body = json.dumps({"data": ["vae-digits", "standard-normal", 1, 0, 1]})

    def begin() -> str:
        connection = http.client.HTTPConnection(address, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/gradio_api/call/sample", body, headers)
        return json.load(connection.getresponse())["event_id"]

    def fetch(path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("GET", f"/gradio_api/{path}")
        answer = connection.getresponse()
        return answer.status, answer.read()

    event = begin()
    status, answer = fetch(f"call/sample/{event}")
    assert (status, b"complete" in answer) == (200, True)
    assert eventually(lambda: fetch(f"call/sample/{event}")[0] == 404)  # a moment after the answer has gone out
    for again in (f"call/sample/{event}", f"call/v2/sample/{event}", "call/sample/forgotten"):
        status, answer = fetch(again)
        assert (status, json.loads(answer)["detail"]) == (404, NO_ANSWER)
    assert fetch("queue/data?session_hash=forgotten")[1]  # the page's own way, which ends in a refusal too
    for _ in range(3):
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("GET", f"/gradio_api/call/sample/{begin()}")
        connection.close()
    log = server.folder / "log"
    assert eventually(lambda: "404" in log.read_text(encoding="utf-8"))
    assert Client(server.address, verbose=False).predict("vae-digits", api_name="/model_card")
    lines = log.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 5 + 4, "\n".join(lines)  # five say where the page and its tools for agents are


@pytest.mark.parametrize("module", ["gradio.utils", "vae_demo.ui.page"])
def test_ctrl_c_while_the_page_starts_ends_quietly(module, tmp_path):
    """In the middle of an import, which takes most of the time."""
    hook = tmp_path / "sitecustomize.py"
    hook.write_text(INTERRUPT.format(module=module), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, timeout=100,
    )  # fmt: skip
    assert (done.returncode, done.stderr.decode()) == (130, "")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_is_served_until_ctrl_c():
    with serve("--host", "::1") as server:
        assert server.address.startswith("http://[::1]:")
        assert call(server.address, "sample", "vae-digits", "standard-normal", 1, 0, 1)[0] == "complete"
        ends_quietly(server, signal.SIGINT, 0, 130)


def test_an_order_to_stop_while_models_are_loaded_ends_quietly():
    with serve() as server:
        ends_quietly(server, signal.SIGTERM, 0)


def ends_quietly(server: Server, order: signal.Signals, *statuses: int) -> None:
    server.process.send_signal(order)
    assert server.process.wait(timeout=30) in statuses
    assert "Traceback" not in (server.folder / "log").read_text(encoding="utf-8")
