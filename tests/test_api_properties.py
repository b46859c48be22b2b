"""Whatever an endpoint is sent, past the page's widgets: a result or a sentence, and the next request is answered."""

import http.client
import json
import re
import uuid
from typing import Any
from urllib.parse import urlparse

import pytest
from conftest import EXAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_api import call

FILE = {"_type": "gradio.FileData"}
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["mean", "digits", "vae-digits", "vq-vae-digits", "standard-normal", "", "../x", "\0", "\ud800"]),
)
PATHS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "/etc/hostname", "../../etc/passwd", "app.py", "/proc/self/environ", "file:///etc/hostname", "/dev/zero",
            "http://127.0.0.1:1/x.png", "https://localhost/x.png", "data:image/png;base64,AAAA", "a" * 5000, "\0", "~",
            str(EXAMPLES / "digits" / "3.png"), str(EXAMPLES), "C:\\\\x.png", ".", "/",
        ]
    ),
)  # fmt: skip
FILES = st.one_of(
    st.builds(lambda path: {"path": path, "meta": FILE}, PATHS),
    st.builds(lambda path: {"path": path}, PATHS),
    st.builds(lambda path: {"path": None, "url": path, "meta": FILE}, PATHS),
    st.builds(lambda path, url: {"path": path, "url": url, "is_stream": True, "meta": FILE}, PATHS, PATHS),
)
ANYTHING = st.recursive(
    PLAIN | FILES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.lists(st.lists(st.integers(-2, 600) | PLAIN, max_size=5), max_size=5) | ANYTHING
ENDPOINTS = {
    "reconstruct": st.tuples(ANYTHING, PLAIN | st.just("digits"), PLAIN | st.just("sample"), ANYTHING),
    "sample": st.tuples(ANYTHING | st.just("vae-digits"), PLAIN, ANYTHING, ANYTHING, ANYTHING),
    "walk": st.tuples(st.sampled_from(["vae-digits", "vq-vae-digits"]) | ANYTHING, MAPS, MAPS, ANYTHING),
    "compare_betas": st.tuples(ANYTHING, ANYTHING | st.just("digits")),
    "encode_codes": st.tuples(ANYTHING, ANYTHING | st.just("vq-vae-digits")),
    "decode_codes": st.tuples(MAPS, st.just("vq-vae-digits") | ANYTHING),
    "compress": st.tuples(ANYTHING, ANYTHING | st.just("vq-vae-digits")),
    "decompress": st.tuples(ANYTHING),
    "compress_codes": st.tuples(MAPS, st.just("vq-vae-digits") | ANYTHING),
    "compare_codebooks": st.tuples(ANYTHING, ANYTHING | st.just("digits")),
    "compare_codecs": st.tuples(ANYTHING, ANYTHING | st.just("vq-vae-digits")),
    "model_card": st.tuples(ANYTHING),
    "checkpoints": st.lists(ANYTHING, max_size=2),
}
BRIEF = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
SENTENCE = re.compile(r"[A-Z“].*[.:]", re.DOTALL)
UNEXPECTED = "Something went wrong"


def is_sentence(error: object) -> bool:
    """Whether an error is meant for a person: neither empty nor a trace nor the server's own fault."""
    return (
        isinstance(error, str)
        and bool(SENTENCE.match(error))
        and "Traceback" not in error
        and "site-packages" not in error
        and UNEXPECTED not in error
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_whatever_is_sent_is_answered_or_refused_in_a_sentence(server, endpoint):
    @BRIEF
    @given(ENDPOINTS[endpoint])
    def probe(data):
        kind, answer = call(server, endpoint, *data)
        if kind == "error":
            assert is_sentence(answer["error"]), answer

    probe()
    kind, _ = call(server, "sample", "vae-digits", "standard-normal", 1, 0, 1)
    assert kind == "complete"


def test_the_pages_own_events_refuse_in_a_sentence_too(server):
    config = json.loads(_request(server, "GET", "/config")[1])
    private = [event for event in config["dependencies"] if event["api_visibility"] == "private" and event["queue"]]
    assert len(private) >= 7

    @settings(BRIEF, max_examples=120)
    @given(st.sampled_from(private), st.data())
    def probe(event, data):
        sent = {
            "fn_index": event["id"],
            "session_hash": uuid.uuid4().hex,
            "data": data.draw(st.lists(ANYTHING, min_size=len(event["inputs"]), max_size=len(event["inputs"]))),
            "event_data": data.draw(
                ANYTHING | st.fixed_dictionaries({}, optional={name: ANYTHING for name in ("picture", "dataset")})
            ),
        }
        for message in joined(server, sent):
            if message["msg"] == "process_completed" and not message["success"]:
                assert is_sentence(message["output"]["error"]), (event["api_name"], message)

    probe()


@pytest.mark.parametrize("path", ["call/sample", "call/v2/sample", "call/nothing", "queue/join", "component_server"])
def test_a_body_of_any_form_is_no_fault_of_the_server(server, path):
    @settings(BRIEF, max_examples=40)
    @given(st.binary(max_size=60) | st.builds(lambda value: json.dumps(value).encode(), ANYTHING))
    def probe(body):
        status, _ = _request(server, "POST", f"/gradio_api/{path}", body)
        assert status < 500

    probe()
    for body in ({"data": [], "fn_index": 9999}, {"data": [], "fn_index": -1}, {"component_id": 1}, {"a": 1}, {}):
        status, _ = _request(server, "POST", f"/gradio_api/{path}", json.dumps(body | {"session_hash": "x"}).encode())
        assert status < 500


def test_more_than_a_request_may_bring_is_refused_before_it_is_read(server):
    body = json.dumps({"data": [[[1] * 256] * 256 * 20, "vq-vae-digits"]}).encode()
    status, answer = _request(server, "POST", "/gradio_api/call/decode_codes", body)
    assert (status, "at most 2 MB" in answer) == (413, True)
    connection = http.client.HTTPConnection(urlparse(server).netloc, timeout=30)
    connection.putrequest("POST", "/gradio_api/upload")
    connection.putheader("Content-Length", str(10**12))
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_body_without_a_length_is_counted_as_it_comes(server):
    def endless():
        for _ in range(100):
            yield b"[" * 2**16

    connection = http.client.HTTPConnection(urlparse(server).netloc, timeout=30)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/gradio_api/queue/join", endless(), headers, encode_chunked=True)
        assert connection.getresponse().status in (400, 413)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server hung up before all was sent
    connection.close()
    assert call(server, "sample", "vae-digits", "standard-normal", 1, 0, 1)[0] == "complete"


def joined(server: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Send an event as the page does; the messages that come back."""
    status, answer = _request(server, "POST", "/gradio_api/queue/join", json.dumps(body).encode())
    assert status == 200 or 400 <= status < 500, answer
    if status != 200:
        return []
    _, stream = _request(server, "GET", f"/gradio_api/queue/data?session_hash={body['session_hash']}")
    return [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]


def _request(server: str, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlparse(server).netloc, timeout=60)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, content
