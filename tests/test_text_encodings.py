"""Where the locale is not UTF-8, as on many Windows machines, the page starts and every command writes sound files."""

import ast
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from gradio_client import Client

from tests.served import serve

FOREIGN = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A locale in which Python takes text files to be ASCII."""
BINARY = {"Image", "os", "tarfile", "gzip", "zipfile"}
"""Modules whose `open` is not that of text files."""


def lacks_encoding(node: ast.Call) -> bool:
    """Whether a call reads or writes text in the locale's encoding."""
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if any(keyword.arg in ("encoding", None) for keyword in node.keywords):
        return False
    if name in ("read_text", "write_text"):
        return len(node.args) == ("read_text", "write_text").index(name)
    places = {"open": int(isinstance(called, ast.Name)), "fdopen": 1, "NamedTemporaryFile": 0, "TemporaryFile": 0}
    if name not in places or (isinstance(called, ast.Attribute) and ast.unparse(called.value) in BINARY - {"os"}):
        return False
    given = node.args[places[name] :] + [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
    mode = given[0].value if given and isinstance(given[0], ast.Constant) else "r" if "open" in name else "b"
    return "b" not in str(mode)


def test_every_text_file_is_read_and_written_as_utf8():
    for path in [ROOT / "app.py", *(ROOT / "vae_demo").rglob("*.py")]:
        calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        faults = [f"{path}:{call.lineno}: {ast.unparse(call)}" for call in calls if lacks_encoding(call)]
        assert not faults, faults


@pytest.mark.parametrize(
    ("call", "lacks"),
    [
        ("path.read_text()", True), ("path.write_text(text)", True), ("open(path)", True), ("open(path, 'w')", True),
        ("path.open()", True), ("path.open('a')", True), ("os.fdopen(file)", True), ("NamedTemporaryFile('w')", True),
        ("path.read_text('utf-8')", False), ("open(path, 'rb')", False), ("path.open(mode='wb')", False),
        ("Image.open(path)", False), ("NamedTemporaryFile(dir=place)", False), ("path.open(encoding='utf-8')", False),
    ],
)  # fmt: skip
def test_what_lacks_an_encoding_is_noticed(call, lacks):
    assert lacks_encoding(ast.parse(call, mode="eval").body) is lacks


def run(*arguments: object) -> str:
    """What a command prints in such a locale."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=os.environ | FOREIGN, capture_output=True, check=True).stdout.decode()


def test_the_page_starts_and_answers():
    with serve(**FOREIGN) as server:
        client = Client(server.address, verbose=False)
        card = client.predict("beta-vae-digits-4", api_name="/model_card")
        assert not card.isascii()
        assert [tab for tab in client.config["components"] if "β" in str(tab["props"].get("value"))]


COMMANDS = [
    ["app.py", "--help"],
    ["vae_demo.training", "--help"],
    ["vae_demo.training", "list"],
    ["vae_demo.training", "table"],
    ["vae_demo.publish", "--help"],
    ["vae_demo.publish", "--weights", "me/weights", "--space", "me/space", "--dry-run"],
]
EACH = """
import json, runpy, sys
encoding = sys.stdout.encoding
for sys.argv in json.loads(sys.argv[1]):
    print("$", *sys.argv)
    sys.stdout.reconfigure(encoding=encoding)  # each has to see to it
    run = runpy.run_path if sys.argv[0].endswith(".py") else runpy.run_module
    status = 0
    try:
        run(sys.argv[0], run_name="__main__")
    except SystemExit as ended:
        status = ended.code or 0
    print("status", status)
"""


def test_every_command_prints_what_it_prints_elsewhere():
    code = [sys.executable, "-c", EACH, json.dumps(COMMANDS)]
    elsewhere = subprocess.run(code, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    printed = run(*code[1:])
    assert printed.splitlines() == elsewhere.splitlines()
    assert not printed.isascii()
    assert re.findall("^status (.+)$", printed, re.MULTILINE) == ["0"] * len(COMMANDS)


FEW = """
import sys
from vae_demo.evaluation import frechet, held_out
from vae_demo.training.__main__ import main
held_out.MOST_IMAGES = held_out.MOST_IMAGES_OF_GAP = frechet.MOST_PICTURES = 300
common = [sys.argv[1], "--data-dir", ".", "--checkpoints", sys.argv[2], "--device", "cpu"]
assert main(["train", *common, "--steps", "1", "--runs", sys.argv[2]]) == main(["evaluate", *common]) == 0
"""


def test_a_model_is_trained_measured_and_described_in_utf8(tmp_path):
    run("-c", FEW, "beta-vae-sprites-4", tmp_path)
    card = (tmp_path / "beta-vae-sprites-4" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---")
    assert not card.isascii()
    assert "| Steps | 1 of 64 pictures |" in card
    json.loads((tmp_path / "beta-vae-sprites-4" / "metrics.json").read_text(encoding="utf-8"))
