"""A long-lived process: old files go, young and kept ones stay, and answers to the examples are remembered."""

import errno
import gc
import json
import os
import threading
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from conftest import EXAMPLES, ROOT
from gradio_client import Client
from gradio_client.exceptions import AppError
from test_faults import upload

from vae_demo.hosting import housekeeping
from vae_demo.hosting.guarded_blocks import GuardedBlocks
from vae_demo.inference import Checkpoints
from vae_demo.ui.cached_answers import MOST_CACHED, CachedAnswers, cached
from vae_demo.weights.hub import WeightsSource


@pytest.fixture
def now(monkeypatch):
    """Makes this the moment from which age is counted, whatever passes until then: between two files' times."""

    def mark() -> None:
        time.sleep(0.05)  # the system's times of files are that coarse
        moment = time.time()
        time.sleep(0.05)
        monkeypatch.setattr(housekeeping, "time", SimpleNamespace(time=lambda: moment + 1))

    return mark


def test_only_what_was_left_alone_is_deleted(tmp_path, now):
    old, kept = tmp_path / "a" / "old", tmp_path / "b" / "kept"
    for path in (old, kept):
        path.parent.mkdir()
        path.write_text("x", encoding="utf-8")
    now()
    young = tmp_path / "c"
    young.write_text("x", encoding="utf-8")
    assert housekeeping.sweep(tmp_path, 1, {kept}) == 1
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["c", "kept"]
    now()
    assert housekeeping.sweep(tmp_path, 1, {kept}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b"], "an empty folder goes at the next look"


def test_what_is_touched_again_stays(tmp_path, now):
    path = tmp_path / "wanted again"
    path.write_text("x", encoding="utf-8")
    now()
    os.utime(path)
    assert housekeeping.sweep(tmp_path, 1, set()) == 0


def test_what_cannot_be_deleted_is_left_and_the_rest_goes(tmp_path, monkeypatch, caplog, now):
    for name in "abc":
        (tmp_path / name).write_text("x", encoding="utf-8")
    now()
    unlink = Path.unlink

    def refusing(path, **options):
        if path.name == "b":
            raise PermissionError(errno.EPERM, "Operation not permitted")
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", refusing)
    assert housekeeping.sweep(tmp_path, 1, set()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert "b cannot be deleted: Operation not permitted" in caplog.text


def test_sweeping_outlives_files_that_come_and_go_meanwhile(tmp_path):
    stop = threading.Event()

    def churn(name):
        while not stop.is_set():
            path = tmp_path / name / "file"
            path.parent.mkdir(exist_ok=True)
            path.write_text("x", encoding="utf-8")
            path.unlink(missing_ok=True)

    for thread in (threads := [threading.Thread(target=churn, args=(str(i),)) for i in range(4)]):
        thread.start()
    try:
        for _ in range(200):
            housekeeping.sweep(tmp_path, 3600, set())
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_what_is_asked_about_and_answered_with_is_new_again(server):
    """A visitor may look at a picture for long before trying the next setting."""
    [path] = map(Path, json.loads(upload(server, EXAMPLES / "digits" / "3.png")[1]))
    os.utime(path, (1, 1))
    sent = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
    Client(server, verbose=False).predict(sent, "digits", "mean", 0, api_name="/reconstruct")
    assert time.time() - path.stat().st_mtime < 60


def test_answers_that_nobody_comes_for_are_dropped():
    """Through Gradio's own routes and queue: one caller comes for the answer late, the other never."""
    with gr.Blocks() as page:
        gr.Button().click(lambda: "x" * 1000, None, gr.Textbox(), api_name="ask")
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    try:
        with httpx.Client(base_url=address, timeout=30) as visitor:
            events = [visitor.post("gradio_api/call/ask", json={"data": []}).json()["event_id"] for _ in range(2)]
            queue, unread = page._queue, housekeeping.UnreadAnswers(page._queue)
            deadline = time.monotonic() + 20
            while queue.event_ids_to_events and time.monotonic() < deadline:
                time.sleep(0.05)
            assert unread.drop(0.0, 300) == 0
            assert unread.drop(299.0, 300) == 0
            assert "complete" in visitor.get(f"gradio_api/call/ask/{events[0]}").text
            assert unread.drop(300.0, 300) == 1
            assert events[1] not in queue.pending_event_ids_session
            assert not any(not messages.empty() for messages in queue.pending_messages_per_session.values())
    finally:
        page.close(verbose=False)


def test_what_is_still_being_computed_is_never_dropped():
    queue = SimpleNamespace(
        pending_event_ids_session={"caller": {"done", "running"}},
        pending_messages_per_session={"caller": "messages"},
        event_ids_to_events={"running": object()},
    )
    unread = housekeeping.UnreadAnswers(queue)
    assert [unread.drop(now, 1) for now in (0.0, 10.0, 20.0)] == [0, 0, 0]
    queue.event_ids_to_events = {}
    assert [unread.drop(now, 1) for now in (30.0, 30.5, 31.0)] == [0, 0, 1]
    assert not queue.pending_messages_per_session


def test_a_running_page_looks_for_what_nobody_comes_for(monkeypatch):
    """And forgets who has been there: of a caller whose answers were fetched, Gradio keeps the name for good."""
    monkeypatch.setattr(housekeeping, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(housekeeping.UnreadAnswers.drop, "__defaults__", (0.3,))
    drop, fault = housekeeping.UnreadAnswers.drop, [RuntimeError("the first look goes wrong")]
    monkeypatch.setattr(
        housekeeping.UnreadAnswers, "drop", lambda *given: raised(fault.pop()) if fault else drop(*given)
    )
    with gr.Blocks() as page:
        gr.Button().click(lambda: "x", None, gr.Textbox(), api_name="ask")
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, app_kwargs={"lifespan": housekeeping.lifespan})
    try:
        with httpx.Client(base_url=address, timeout=30) as visitor:
            for fetched in (True, False):
                event = visitor.post("gradio_api/call/ask", json={"data": []}).json()["event_id"]
                if fetched:
                    assert "complete" in visitor.get(f"gradio_api/call/ask/{event}").text
            deadline = time.monotonic() + 20
            while page._queue.pending_event_ids_session and time.monotonic() < deadline:
                time.sleep(0.05)
            assert not page._queue.pending_event_ids_session
            assert not page._queue.pending_messages_per_session
            assert not fault
    finally:
        page.close(verbose=False)


def raised(error: Exception) -> None:
    raise error


def test_nothing_is_kept_of_what_a_visitor_sent_or_saw():
    with GuardedBlocks() as page:
        sent, seen = gr.Textbox(), gr.Textbox()
        sent.submit(lambda text: f"{text}, {1 / (len(text) - 7)}", sent, seen, api_name="ask")
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    try:
        with pytest.raises(AppError):
            Client(address, verbose=False).predict("failing", api_name="/ask")
        assert Client(address, verbose=False).predict("a secret", api_name="/ask") == "a secret, 1.0"
        sessions = page.state_holder.session_data.values()
        assert len(sessions) == 2
        assert "failing" not in str([session.config_values for session in sessions])
        assert "a secret" not in str([session.config_values for session in sessions])
    finally:
        page.close(verbose=False)


class OneStore:
    """A store whose checkpoints can be changed, as the Hub's answer changes them."""

    def __init__(self):
        self.current = Checkpoints(WeightsSource(ROOT / "checkpoints"))


def test_an_example_is_computed_once_for_the_same_weights():
    store, calls = OneStore(), []
    answer = cached(store, lambda *arguments: calls.append(arguments) or {"picture": "data:"})
    assert answer("3.png", "digits", 0) == answer("3.png", "digits", 0) == {"picture": "data:"}
    assert len(calls) == 1
    answer("3.png", "digits", [1])
    store.current = OneStore().current
    answer("3.png", "digits", 0)
    assert len(calls) == 3


def test_an_answer_is_kept_as_long_as_its_files_which_are_touched(tmp_path):
    calls, file = [], tmp_path / "picture.webp"

    def function(number):
        calls.append(number)
        file.write_bytes(b"pixels")
        os.utime(file, (0, 0))
        return {"picture": {"path": str(file)}}

    answer = cached(OneStore(), function)
    answer(1)["picture"]["url"] = "http://another.example/picture.webp"  # as Gradio adds it
    assert answer(1) == {"picture": {"path": str(file)}}
    assert (len(calls), file.stat().st_mtime > 0) == (1, True)
    answer(1)["picture"]["url"] = "http://another.example/picture.webp"
    assert answer(1) == {"picture": {"path": str(file)}}
    file.unlink()
    answer(1)
    assert len(calls) == 2


def test_the_answers_that_were_asked_for_last_are_kept():
    calls = []
    answer = cached(OneStore(), lambda number: calls.append(number) or {"picture": "data:"})
    for number in range(MOST_CACHED):
        answer(number)
    answer(0)
    answer(MOST_CACHED)
    answer(0)
    assert calls.count(0) == 1
    answer(1)
    assert calls.count(1) == 2


def test_an_answer_of_weights_that_were_replaced_meanwhile_is_not_kept():
    store = OneStore()
    answers, before = CachedAnswers(store), store.current
    store.current = OneStore().current
    answers.keep("old", before, "3.png")
    assert answers.find("3.png") is None
    answers.keep("new", store.current, "3.png")
    assert answers.find("3.png") == "new"


def test_the_weights_before_are_not_kept_by_what_they_answered():
    store = OneStore()
    answer = cached(store, lambda *arguments: {"picture": "data:"})
    answer("3.png")
    before = weakref.ref(store.current)
    store.current = OneStore().current
    answer("3.png")
    gc.collect()
    assert before() is None
