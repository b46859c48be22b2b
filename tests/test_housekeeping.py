"""A long-lived process: old files go, young and kept ones stay, and answers to the examples are remembered."""

import os
import threading
import time

from conftest import ROOT

from vae_demo import housekeeping
from vae_demo.hub import WeightsSource
from vae_demo.inference import Checkpoints
from vae_demo.ui.remembering import MOST_REMEMBERED, remembered


def test_only_what_was_left_alone_is_deleted(tmp_path):
    old, kept = tmp_path / "a" / "old", tmp_path / "b" / "kept"
    for path in (old, kept):
        path.parent.mkdir()
        path.write_text("x")
    time.sleep(0.3)
    young = tmp_path / "c"
    young.write_text("x")
    assert housekeeping.sweep(tmp_path, 0.2, {kept}) == 1
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["c", "kept"]
    time.sleep(0.3)
    assert housekeeping.sweep(tmp_path, 0.2, {kept}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b"], "an empty folder goes at the next look"


def test_what_is_touched_again_stays(tmp_path):
    path = tmp_path / "wanted again"
    path.write_text("x")
    time.sleep(0.3)
    os.utime(path)
    assert housekeeping.sweep(tmp_path, 0.2, set()) == 0


def test_sweeping_outlives_files_that_come_and_go_meanwhile(tmp_path):
    stop = threading.Event()

    def churn(name):
        while not stop.is_set():
            path = tmp_path / name / "file"
            path.parent.mkdir(exist_ok=True)
            path.write_text("x")
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


class OneStore:
    """A store whose checkpoints can be changed, as the Hub's answer changes them."""

    def __init__(self):
        self.current = Checkpoints(WeightsSource(ROOT / "checkpoints"))


def test_an_example_is_computed_once_for_the_same_weights():
    store, calls = OneStore(), []
    answer = remembered(store, lambda *arguments: calls.append(arguments) or {"picture": "data:"})
    assert answer("3.png", "digits", 0) == answer("3.png", "digits", 0) == {"picture": "data:"}
    assert len(calls) == 1
    answer("3.png", "digits", [1])
    store.current = OneStore().current
    answer("3.png", "digits", 0)
    assert len(calls) == 3


def test_an_answer_with_files_is_made_anew_and_the_memory_is_bounded():
    calls = []

    def function(number):
        calls.append(number)
        return {"picture": {"path": "/uploads/picture.webp"} if number < 0 else "data:"}

    answer = remembered(OneStore(), function)
    answer(-1)
    answer(-1)
    assert len(calls) == 2
    for number in range(MOST_REMEMBERED + 1):
        answer(number)
    answer(0)
    assert calls.count(0) == 2
