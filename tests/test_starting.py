"""Starting where something is in the way, stopping at any moment, and what callers who hang up leave in the log."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from gradio_client import Client
from test_api import call
from visitor import eventually

from tests.served import serve


def fails(*options: str, **environ: str) -> str:
    """What the command says that cannot start: in one line, with status 2."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *options], env=os.environ | environ, capture_output=True, timeout=100
    )
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
    ],
)
def test_a_setting_that_cannot_be_one_is_named(options, environ, named):
    assert named in fails(*options, **environ)


def test_a_proxy_or_an_empty_variable_is_not_in_the_way_and_the_environment_names_the_port():
    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    empty = dict.fromkeys(("NO_PROXY", "no_proxy", "VAE_DEMO_DELETE_AFTER", "GRADIO_SERVER_PORT"), "")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serve(**proxy, **empty, PORT=str(port)) as server:
        assert urlsplit(server.address).port == port
        assert call(server.address, "sample", "vae-digits", "standard-normal", 1, 0, 1)[0] == "complete"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_is_served():
    with serve("--host", "::1") as server:
        assert server.address.startswith("http://[::1]:")
        assert call(server.address, "sample", "vae-digits", "standard-normal", 1, 0, 1)[0] == "complete"


@pytest.mark.parametrize(("order", "seconds"), [(signal.SIGTERM, 0.0), (signal.SIGINT, 0.5)])
def test_an_order_to_stop_while_models_are_loaded_ends_with_status_0(order, seconds):
    with serve() as server:
        time.sleep(seconds)
        server.process.send_signal(order)
        assert server.process.wait(timeout=30) == 0
        assert "Traceback" not in (server.folder / "log").read_text(encoding="utf-8")


def test_a_caller_who_asks_for_a_forgotten_event_or_hangs_up_leaves_one_line_in_the_log():
    with serve() as server:
        address = urlsplit(server.address).netloc
        body = json.dumps({"data": ["vae-digits", "standard-normal", 1, 0, 1]})

        def begin() -> str:
            connection = http.client.HTTPConnection(address, timeout=30)
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/gradio_api/call/sample", body, headers)
            return json.load(connection.getresponse())["event_id"]

        def fetch(event: str) -> bytes:
            connection = http.client.HTTPConnection(address, timeout=30)
            connection.request("GET", f"/gradio_api/call/sample/{event}")
            return connection.getresponse().read()

        assert b"complete" in fetch(begin())
        # So ends, five minutes later, also the second request for an event: then Gradio's queue has forgotten it.
        assert b"error" in fetch("forgotten")
        for _ in range(3):
            connection = http.client.HTTPConnection(address, timeout=30)
            connection.request("GET", f"/gradio_api/call/sample/{begin()}")
            connection.close()
        log = server.folder / "log"
        assert eventually(lambda: "404" in log.read_text(encoding="utf-8"))
        assert Client(server.address, verbose=False).predict("vae-digits", api_name="/model_card")
        lines = log.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 2 + 5, "\n".join(lines)
