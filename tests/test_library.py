"""The library without the page: what `vae_demo` offers, from the Hub in three lines, and ZeroGPU where it exists."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from hub_server import Hub, answering, hanging

import vae_demo
from vae_demo.weights.files import PATTERNS
from vae_demo.weights.hub import BUNDLED

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
    names = [path for pattern in PATTERNS for path in BUNDLED.glob(pattern) if path.parent.name == "vae-digits"]
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
    code = "import sys, vae_demo, vae_demo.errors; print('torch' in sys.modules)\n"
    code += "from vae_demo import sample; print('torch' in sys.modules, sample.__name__)"
    assert run(code).splitlines() == ["False", "True sample"]


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


def test_what_cannot_be_had_is_said(hub, tmp_path):
    asked = {
        ("mine", "main"): "A Hub repository must be OWNER/REPO, not 'mine'",
        ("me/mine", "../.."): "A revision must be",
        ("me/other", "main"): "no repository me/other",
        ("me/mine", "absent"): "me/mine has no revision 'absent'",
    }
    code = f"from vae_demo import CheckpointError, load_checkpoints\nfor asked in {list(asked)!r}:\n"
    code += "    try:\n        load_checkpoints(*asked)\n    except CheckpointError as error:\n        print(error)"
    said = run(code, HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path)).splitlines()
    assert len(said) == len(asked)
    for line, why in zip(said, asked.values(), strict=True):
        assert why in line


# ZeroGPU

FAKE_SPACES = """
import sys
torch_was_there = "torch" in sys.modules
decorated = []
def GPU(task):
    decorated.append(task)
    return task
"""
BEFORE_SERVING = """
import app
def start(options):
    import spaces
    import vae_demo.ui
    print(spaces.torch_was_there, [task() for task in spaces.decorated])
    raise SystemExit
app.start = start
app.main()
"""


def test_with_spaces_installed_it_comes_before_torch_and_one_function_is_decorated(tmp_path):
    (tmp_path / "spaces.py").write_text(FAKE_SPACES)
    assert run(BEFORE_SERVING, PYTHONPATH=f"{tmp_path}:{ROOT}").splitlines()[-1] == "False [None]"


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
    call = f"reconstruct({str(DIGIT)!r}, 'digits')"
    code = f"from vae_demo import reconstruct\nprint([v.checkpoint for v in {call}.variants])"
    assert run(code, **environ).splitlines()[-1] == "['vae-digits']"
