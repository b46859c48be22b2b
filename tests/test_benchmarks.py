"""The benchmarks' report: what is a median, a ratio and a regression. What they measure is measured by hand."""

import subprocess
import sys
from itertools import count

from conftest import ROOT

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import report


def test_rounds_are_interleaved_and_the_first_is_not_counted():
    calls = []

    def case(name, values):
        values = iter(values)
        return lambda: calls.append(name) or next(values)

    medians = report.interleaved({"a": case("a", [99, 1, 2, 9]), "b": case("b", count(5))}, rounds=3)
    assert medians == {"a": 2, "b": 7}
    assert calls == ["a", "b", "b", "a", "a", "b", "b", "a"]


def measured(ratio: float, higher_is_better: bool = False) -> list[report.Table]:
    return [report.table("reconstruct", "ms", {"floor": 10.0, "ours": 10 * ratio}, "floor", higher_is_better)]


def test_a_run_comes_back_from_its_file_as_it_was(tmp_path):
    report.save(tmp_path / "run.json", measured(1.5))
    assert report.load(tmp_path / "run.json") == measured(1.5)


def test_a_worse_ratio_is_a_regression_and_a_slower_machine_is_not(tmp_path, capsys):
    slower_machine = [report.table("reconstruct", "ms", {"floor": 30.0, "ours": 33.0}, "floor")]
    for name, tables in {"before": measured(1.1), "same": slower_machine, "worse": measured(1.4)}.items():
        report.save(tmp_path / name, tables)
    assert benchmarks.main(["compare", str(tmp_path / "before"), str(tmp_path / "same")]) == 0
    assert benchmarks.main(["compare", str(tmp_path / "before"), str(tmp_path / "worse")]) == 1
    assert "was 1.10 × floor, and is 1.40" in capsys.readouterr().out


def test_of_a_throughput_the_lower_ratio_is_the_worse():
    _, worse = report.compare(measured(0.9, True), measured(0.6, True))
    assert worse
    _, worse = report.compare(measured(0.6, True), measured(0.9, True))
    assert not worse


EACH_IN_ITS_OWN_PROCESS = """
import os, sys, traceback
import gradio, playwright.sync_api, torch, torchvision  # which take seconds; who imports them first is not looked at

for module in sys.argv[1:]:
    if os.fork() == 0:
        try:
            __import__(module)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
sys.exit(any([os.wait()[1] for _ in sys.argv[1:]]))
"""


def test_what_is_started_by_hand_starts_outside_of_pytest():
    modules = [f"tests.benchmarks.{name}" for name in benchmarks.NAMES]
    modules += ["tests.load", "tests.soak", "tests.screenshots"]
    command = [sys.executable, "-c", EACH_IN_ITS_OWN_PROCESS, *modules]
    started = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert started.returncode == 0, started.stderr
