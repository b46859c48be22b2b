"""The newest Gradio, in an environment of its own: whether the page runs on it, and the pin can move.

Left out of a usual run, since it depends on what was published today: `python -m pytest -m latest`.
"""

import json
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from test_api import call
from test_faults import upload

from tests.served import serve

pytestmark = pytest.mark.latest


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The Python of an environment that has this one's packages, but the newest Gradio."""
    folder = tmp_path_factory.mktemp("latest")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    place = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(place, "this.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "gradio"], check=True)
    return python


def test_the_page_opens_and_reconstructs(python):
    with serve(python=python) as server:
        [path] = json.loads(upload(server.address, EXAMPLES / "digits" / "3.png")[1])
        sent = {"path": path, "meta": {"_type": "gradio.FileData"}}
        kind, answer = call(server.address, "reconstruct", sent, "digits", "mean", 0)
        assert kind == "complete", answer
        assert answer[0]["variants"]


def test_what_gradio_does_not_document_is_as_it_was(python):
    tests = [ROOT / "tests" / f"test_{name}.py" for name in ("gradio_internals", "failures", "housekeeping")]
    subprocess.run([python, "-m", "pytest", "-q", *tests], cwd=ROOT, check=True)
