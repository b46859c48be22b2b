"""Answers that tell how far they are."""

import threading

import pytest

from vae_demo.errors import InputError
from vae_demo.ui import progress
from vae_demo.ui.progress import with_progress


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0.01)


def test_an_answer_tells_its_share_until_it_is_there():
    told, heard = threading.Event(), threading.Event()

    def compute(tell):
        tell(0.5)
        told.set()
        assert heard.wait(30)
        return "answer"

    answers = with_progress(compute)
    assert "progress" in next(answers)
    assert told.wait(30)
    assert next(answers) == {"progress": 0.5}
    heard.set()
    *_, last = answers
    assert last == "answer"


def test_a_quick_answer_comes_alone_and_a_failure_as_it_is(monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 30)
    assert list(with_progress(lambda tell: 1)) == [1]

    def fail(tell):
        raise InputError("No.")

    with pytest.raises(InputError, match="No"):
        list(with_progress(fail))


def test_who_stops_listening_stops_the_computation():
    ended = threading.Event()

    def compute(tell):
        try:
            while True:
                tell(0.1)
        finally:
            ended.set()

    answers = with_progress(compute)
    next(answers)
    answers.close()
    assert ended.wait(30)
