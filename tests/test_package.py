"""The library as `pip install` leaves it, without the repository around it."""

import subprocess
import sys
import tomllib
import zipfile

import pytest
from conftest import EXAMPLES, ROOT


def library() -> set[str]:
    """The library's files by their names in the repository, without what Python and Gradio write beside them."""
    files = (path for path in (ROOT / "vae_demo").rglob("*") if path.is_file())
    kept = (path for path in files if path.suffix not in (".pyc", ".pyi"))
    return {path.relative_to(ROOT).as_posix() for path in kept}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that holds what a wheel of the repository holds."""
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy, for setuptools leaves its build beside the sources.
    for name in [*library(), "pyproject.toml", "README.md", "LICENSE"]:
        target = folder / "source" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(folder / "source")]
    subprocess.run(command, check=True)
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_all_of_the_library_and_nothing_else_is_installed(installed):
    found = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert {name for name in found if ".dist-info/" not in name} == library()


def test_it_answers_on_checkpoints_from_elsewhere_and_without_any_says_how_to_get_some(installed, tmp_path):
    code = f"""
from pathlib import Path
import vae_demo
from vae_demo.weights.hub import WeightsSource
checkpoints = vae_demo.Checkpoints(WeightsSource(Path({str(ROOT / "checkpoints")!r})))
answer = vae_demo.reconstruct({str(EXAMPLES / "digits" / "3.png")!r}, checkpoints=checkpoints)
print(vae_demo.__file__, len(answer.variants))
vae_demo.sample()
"""
    environment = {"PYTHONPATH": str(installed), "PATH": "", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(installed / "vae_demo" / "__init__.py"), "4"], done.stderr
    assert "CheckpointError: There are no checkpoints in" in done.stderr
    assert "load_checkpoints" in done.stderr


def test_it_asks_for_what_the_repository_asks_for():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = [line for line in (ROOT / "requirements.txt").read_text().split() if not line.startswith("pytest")]
    assert declared == wanted
