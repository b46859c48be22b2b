"""Callers' mistakes are answered with 4xx; every fault of the server's own with 500, a sentence, and a traceback."""

import errno
import json

import gradio as gr
import httpx
import pytest
from conftest import EXAMPLES
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from test_api import call
from test_faults import upload

from tests.visitor import eventually
from vae_demo.errors import CheckpointError, InputError
from vae_demo.hosting import failures
from vae_demo.hosting.door import Door
from vae_demo.hosting.environment import upload_folder
from vae_demo.hosting.guarded_blocks import GuardedBlocks

OURS = [KeyError("name"), TypeError("not callable"), ValueError("no"), IndexError(3), AttributeError("x"), OSError()]
OURS += [FileNotFoundError(errno.ENOENT, "No such file or directory", "/weights"), ArithmeticError(), AssertionError()]


class Number(gr.Number):
    """A component of the product's, whose reading of a value can fail."""

    is_template = True
    fault: Exception | None = None

    def preprocess(self, payload):
        if self.fault:
            raise self.fault
        return super().preprocess(payload)


@pytest.fixture(scope="module")
def page():
    """A page with the product's door, and what raises `fault` in it: an event and a component's server function."""
    page = GuardedBlocks()
    page.fault = None

    def ask(number):
        if page.fault:
            raise page.fault
        return number

    def serve(name):
        return ask(name)

    with page:
        number = Number(minimum=0)
        number.submit(ask, number, gr.Number(), api_name="ask")
        gr.Number().submit(ask, gr.Number(minimum=0), gr.Number(), api_name="plain")
        panel = gr.HTML(server_functions=[serve])
    page.component, page.number = panel._id, number
    _, page.address, _ = page.launch(prevent_thread_lock=True, quiet=True, app_kwargs=Door().app_kwargs)
    yield page
    page.close(verbose=False)


def served(page, **changes):
    """Call the server function; the status, and what is said."""
    body = {"data": "1", "component_id": page.component, "session_hash": "x", "fn_name": "serve"} | changes
    answer = httpx.post(f"{page.address}gradio_api/component_server", json=body, timeout=30)
    return answer.status_code, answer.json()["detail"] if answer.status_code != 200 else answer.json()


@pytest.mark.parametrize("fault", OURS, ids=repr)
def test_a_fault_of_ours_is_a_500_with_a_sentence_and_a_traceback(page, monkeypatch, capfd, caplog, fault):
    monkeypatch.setattr(page, "fault", fault)
    assert served(page) == (500, failures.UNEXPECTED)
    logged = []

    def has_traceback() -> bool:  # uvicorn writes it after the answer
        logged.append(caplog.text + capfd.readouterr().err)
        return "Traceback" in "".join(logged)

    assert eventually(has_traceback)
    assert type(fault).__name__ in "".join(logged)
    monkeypatch.setattr(page, "fault", None)
    assert served(page) == (200, "1")


@pytest.mark.parametrize("fault", OURS, ids=repr)
def test_a_fault_of_ours_in_an_event_is_a_sentence_and_a_traceback(page, monkeypatch, caplog, fault):
    monkeypatch.setattr(page, "fault", fault)
    with pytest.raises(AppError, match="Something went wrong on the server"):
        Client(page.address, verbose=False).predict(1, api_name="/ask")
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("fault", OURS, ids=repr)
def test_a_fault_of_ours_in_reading_a_value_is_not_called_the_callers(page, monkeypatch, caplog, fault):
    monkeypatch.setattr(Number, "fault", fault)
    with pytest.raises(AppError, match="Something went wrong on the server"):
        Client(page.address, verbose=False).predict(1, api_name="/ask")
    assert "Traceback" in caplog.text


def test_a_value_that_gradio_refuses_is_the_callers_and_one_line_in_the_log(page, caplog):
    with pytest.raises(AppError, match="do not fit"):
        Client(page.address, verbose=False).predict([1], api_name="/plain")
    assert "Traceback" not in caplog.text
    assert "Values did not fit" in caplog.text


@pytest.mark.parametrize(
    ("fault", "status"), [(InputError("A seed must be a number."), 400), (CheckpointError("It is damaged."), 500)]
)
def test_what_is_raised_for_people_is_said_in_its_own_words(page, monkeypatch, caplog, fault, status):
    monkeypatch.setattr(page, "fault", fault)
    assert served(page) == (status, str(fault))
    with pytest.raises(AppError, match=str(fault)):
        Client(page.address, verbose=False).predict(1, api_name="/ask")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"component_id": 9999}, 404),
        ({"component_id": {}}, 400),
        ({"session_hash": []}, 400),
        ({"fn_name": 7}, 400),
        ({"fn_name": "nothing"}, 404),
        ({"fn_name": "submit"}, 404),
    ],
)
def test_a_name_that_a_caller_made_up_is_the_callers(page, caplog, changes, status):
    assert served(page, **changes)[0] == status
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("queue/join", {"data": [], "fn_index": 9999, "session_hash": "x"}, 404),
        ("call/nothing", {"data": []}, 404),
        ("call/v2/nothing", {}, 404),
        ("call/v2/ask", {"nothing": 1}, 400),
        ("call/v2/ask", {"number": 1}, 200),
    ],
)
def test_an_endpoint_or_argument_that_is_not_there_is_the_callers(page, caplog, path, body, status):
    answer = httpx.post(f"{page.address}gradio_api/{path}", json=body, timeout=30)
    assert answer.status_code == status, answer.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("code", sorted(failures.NO_SPACE))
def test_a_full_disk_is_a_507_and_said(page, monkeypatch, caplog, code):
    monkeypatch.setattr(page, "fault", OSError(code, "No room"))
    status, said = served(page)
    assert (status, "cannot store files" in said) == (507, True)
    assert "Traceback" in caplog.text


def test_a_folder_of_uploads_that_cannot_be_used_is_told_from_another_file():
    in_it = FileExistsError(errno.EEXIST, "File exists", str(upload_folder() / "x"))
    assert failures.is_full_storage(in_it)
    assert not failures.is_full_storage(FileExistsError(errno.EEXIST, "File exists", "/elsewhere"))
    assert not failures.is_full_storage(OSError("no number, as Pillow's"))
    assert failures.sentence(MemoryError()) == failures.OUT_OF_MEMORY
    assert failures.sentence(RuntimeError("[enforce fail] can't allocate memory")) == failures.OUT_OF_MEMORY


def test_every_sentence_is_json_that_says_when_to_come_again_where_that_helps():
    assert json.loads(failures.json_answer(503, failures.BUSY).body) == {"detail": failures.BUSY}
    assert failures.json_answer(503, failures.BUSY).headers["retry-after"] == "10"
    assert "retry-after" not in failures.json_answer(500, failures.UNEXPECTED).headers


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [("reconstruct", ["digits", "mean", 0]), ("compare_betas", ["digits"]), ("encode_codes", ["vq-vae-digits"])],
)
def test_an_answer_is_json_by_curl_as_by_the_client(server, endpoint, values):
    """Gradio's two streams differ: the client's writes anything as text, and curl's breaks off in mid-answer."""
    [path] = json.loads(upload(server, EXAMPLES / "digits" / "3.png")[1])
    kind, answer = call(server, endpoint, {"path": path, "meta": {"_type": "gradio.FileData"}}, *values)
    assert kind == "complete"
    picture = handle_file(EXAMPLES / "digits" / "3.png")
    assert answer == [Client(server, verbose=False).predict(picture, *values, api_name=f"/{endpoint}")]
