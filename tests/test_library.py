"""The library without the page: what `vae_demo` offers, from the Hub in three lines, and ZeroGPU where it exists."""

import json
import os
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
from conftest import EXAMPLES, ROOT
from hub_server import Hub, answering, hanging

import vae_demo
from vae_demo.hosting import zero_gpu
from vae_demo.weights.hub import BUNDLED, FILES

DIGIT = EXAMPLES / "digits" / "3.png"


def run(code, **environ):
    """What a Python process of its own prints, started where a notebook might be."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def hub():
    hub = Hub("me/mine")
    names = [path for pattern in FILES for path in BUNDLED.glob(pattern) if path.parent.name == "vae-digits"]
    hub.push({path.relative_to(BUNDLED).as_posix(): path.read_bytes() for path in names})
    yield hub
    hub.stop()


# Its public face


def test_all_that_it_names_is_there_and_documented():
    for name in vae_demo.__all__:
        assert getattr(vae_demo, name).__doc__
        assert name in dir(vae_demo)
    with pytest.raises(AttributeError, match="no attribute 'dream'"):
        vae_demo.dream  # noqa: B018
    assert (Path(vae_demo.__file__).parent / "py.typed").is_file()


def test_the_errors_do_not_wait_for_torch():
    loaded = run("import sys, vae_demo, vae_demo.errors; print('torch' in sys.modules)")
    assert loaded == "False"
    assert (
        run("import sys; from vae_demo import sample; print('torch' in sys.modules, sample.__name__)") == "True sample"
    )


THREE_LINES = f"""
from vae_demo import load_checkpoints, reconstruct
checkpoints = load_checkpoints("me/mine")
answer = reconstruct({str(DIGIT)!r}, dataset="digits", checkpoints=checkpoints)
print([v.checkpoint for v in answer.variants], answer.variants[0].psnr > 10, checkpoints.source.notice)
"""


def test_a_repository_of_the_hub_in_three_lines(hub, tmp_path):
    environ = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path)}
    shown = "['vae-digits'] True These are the weights of me/mine at main, commit"
    assert run(THREE_LINES, **environ).startswith(shown)
    hub.fault = answering(503)
    assert run(THREE_LINES, **environ).startswith(shown)


@pytest.mark.parametrize(
    ("repo", "revision", "why"),
    [
        ("mine", "main", "A Hub repository must be OWNER/REPO, not 'mine'"),
        ("me/mine", "../..", "A revision must be"),
        ("me/other", "main", "no repository me/other"),
        ("me/mine", "absent", "me/mine has no revision 'absent'"),
    ],
)
def test_what_cannot_be_had_is_said(hub, tmp_path, repo, revision, why):
    code = "import sys\nfrom vae_demo import CheckpointError, load_checkpoints\n"
    code += f"try:\n    load_checkpoints({repo!r}, {revision!r})\nexcept CheckpointError as error:\n    print(error)"
    assert why in run(code, HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path))


# ZeroGPU

FAKE_SPACES = """
import functools, inspect, pickle, sys
torch_was_there = "torch" in sys.modules
decorated = []
def GPU(task=None, *, duration=None):
    if task is None:
        return lambda task: GPU(task, duration=duration)
    def there_and_back(value):
        return pickle.loads(pickle.dumps(value))
    @functools.wraps(task)
    def lent(*args, **kwargs):
        return there_and_back(task(*there_and_back(args), **there_and_back(kwargs)))
    @functools.wraps(task)
    def lent_in_steps(*args, **kwargs):
        yield from map(there_and_back, task(*there_and_back(args), **there_and_back(kwargs)))
    lent = lent_in_steps if inspect.isgeneratorfunction(task) else lent
    decorated.append((task, duration))
    return lent
"""
BUILD = """
import json
import app
import spaces
from vae_demo.hosting import zero_gpu
from vae_demo.inference import default_store
from vae_demo.ui import build_page
page = build_page(default_store(wait=False))
lending = zero_gpu.lend_gpu(page, "computing")
events = [event for event in page.fns.values() if event.fn]
opening = [event for event in events if any(trigger == "load" for _, trigger in event.targets)]
computing = [event for event in events if event.concurrency_id == "computing" and event not in opening]
others = [event.fn for event in events if event not in computing]
lent = [task.__wrapped__ for task, _ in spaces.decorated]
print(json.dumps({
    "lending": lending,
    "first": not spaces.torch_was_there,
    "computing": len(computing),
    "lent": len(lent),
    "others lent": sum(task in lent for task in others),
    "durations": sorted({duration for _, duration in spaces.decorated}),
    "named": sorted(str(event.api_name) for event in computing if event.api_visibility == "public"),
}))
"""


def test_with_spaces_installed_it_comes_before_torch_and_all_that_computes_is_decorated(tmp_path):
    (tmp_path / "spaces.py").write_text(FAKE_SPACES)
    found = json.loads(run(BUILD, PYTHONPATH=f"{tmp_path}:{ROOT}").splitlines()[-1])
    assert found["lending"] is True
    assert found["first"] is True
    assert found["computing"] == found["lent"] > 0
    assert found["others lent"] == 0
    assert found["durations"] == [zero_gpu.SECONDS]
    assert {"reconstruct", "sample", "compare_betas", "encode_codes", "decode_codes"} <= set(found["named"])


PICKED = """
import gradio as gr
import app
from vae_demo.hosting import zero_gpu
from vae_demo.ui.widgets import event_field

def picked(event: gr.EventData, choice):
    return event_field(event, "index"), choice

def in_steps(event: gr.EventData):
    yield event_field(event, "index")

class Target: pass
event = gr.EventData(Target(), {"index": 3})
print(zero_gpu.lent(picked)(event, "digits"), list(zero_gpu.lent(in_steps)(event)))
"""


def test_what_an_event_brings_reaches_the_process_with_the_gpu(tmp_path):
    (tmp_path / "spaces.py").write_text(FAKE_SPACES)
    assert run(PICKED, PYTHONPATH=f"{tmp_path}:{ROOT}").splitlines()[-1] == "(3, 'digits') [3]"


def test_a_hub_that_hangs_does_not_hold_a_caller_for_ever(hub, tmp_path):
    hub.fault = hanging("/tree/")
    code = """
from vae_demo import CheckpointError, load_checkpoints
from vae_demo.weights import store
store.ATTEMPT_SECONDS = 1
try:
    load_checkpoints("me/mine")
except CheckpointError as error:
    print(error)
"""
    shown = run(code, HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path))
    assert shown.splitlines()[-1] == "The Hub is taking more than 1 seconds over me/mine."


def test_the_library_waits_for_the_repository_that_the_environment_names(hub, tmp_path):
    environ = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path), "VAE_DEMO_HUB_REPO": "me/mine"}
    code = f"from vae_demo import reconstruct\nprint([v.checkpoint for v in reconstruct({str(DIGIT)!r}).variants])"
    assert run(code, **environ).splitlines()[-1] == "['vae-digits']"


class Lending:
    """A `spaces` whose GPU raises `error`, or is one that leaves functions alone where it is None."""

    def __init__(self, error=None):
        self.error = error

    def GPU(self, duration):
        def raising(*_):
            raise self.error

        return lambda task: raising if self.error else task


def test_a_space_without_zero_gpu_keeps_its_functions(monkeypatch):
    monkeypatch.setattr(zero_gpu, "spaces", Lending())
    assert zero_gpu.lent(len) is len


def test_a_visitor_without_quota_is_answered_all_the_same(monkeypatch):
    monkeypatch.setattr(zero_gpu, "spaces", Lending(gr.Error("Try later", title="ZeroGPU quota exceeded")))
    assert zero_gpu.lent(lambda text: text.upper())("yes") == "YES"

    def counting(count):
        yield from range(count)

    assert list(zero_gpu.lent(counting)(3)) == [0, 1, 2]


def test_the_functions_own_errors_stay_theirs(monkeypatch):
    monkeypatch.setattr(zero_gpu, "spaces", Lending(gr.Error("Give a picture first.")))
    with pytest.raises(gr.Error, match="Give a picture first"):
        zero_gpu.lent(lambda: "answered")()
