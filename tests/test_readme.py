"""What the README promises: its snippets run, and its front matter is what Spaces needs."""

import argparse
import importlib
import re
import sys

import gradio
import pytest
import yaml
from conftest import README, ROOT, readme_snippet

READMES = "\n".join(path.read_text() for path in (ROOT / "README.md", *(ROOT / "vae_demo").glob("*/README.md")))
MENTIONED = re.findall(r"python -m ((?:vae_demo|tests)\.[^`]*?)(?:`|\n```|\n\.)", READMES)
OPTIONLESS = {"vae_demo.training.examples"}
COMMANDS = sorted({" ".join(command.split()) for command in MENTIONED} - OPTIONLESS)


def test_the_front_matter_names_the_gradio_that_is_tested():
    front_matter = yaml.safe_load(README.split("---")[1])
    assert front_matter["sdk"] == "gradio"
    assert front_matter["sdk_version"] == gradio.__version__
    assert (ROOT / front_matter["app_file"]).is_file()
    assert len(front_matter["short_description"]) <= 60


def test_the_inference_snippet_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(readme_snippet("From Python"), "README.md", "exec"), {})
    assert re.search(r"ConvVAE \d+\.\d dB, \d+ bits", capsys.readouterr().out)


def test_the_api_snippet_runs(monkeypatch, server):
    monkeypatch.chdir(ROOT)
    found = {}
    exec(compile(readme_snippet("Over the API").replace("http://127.0.0.1:7860", server), "README.md", "exec"), found)
    assert found["decoded"]["picture"] == found["encoded"]["picture"]


def test_the_commands_of_the_readmes_are_found():
    assert {"tests.load", "tests.soak", "vae_demo.training sheets", "tests.benchmarks training"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_a_readme_is_one(monkeypatch, command):
    """Its own parser takes it; nothing is run."""

    class Parsed(Exception):
        pass

    def parse(self, *given, parse=argparse.ArgumentParser.parse_args):
        parse(self, *given)
        raise Parsed

    name, *arguments = command.replace("tests.benchmarks NAME", "tests.benchmarks start").split()
    module = importlib.import_module(f"{name}.__main__" if (ROOT / name.replace(".", "/")).is_dir() else name)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    with pytest.raises(Parsed):
        module.main()


def test_every_file_that_the_readme_names_is_there():
    named = re.findall(r"`((?:vae_demo|tests|checkpoints)/[\w./-]*)`|\]\(([^)#:]+)\)", README)
    paths = [a or b for a, b in named]
    assert len(paths) >= 3
    for path in paths:
        assert (ROOT / path).exists(), path
