"""Training that is told to stop, meets a full disk, or finds its run damaged: what is kept, and what is said."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from test_training import BETA, VQ, train_into

from vae_demo.errors import CheckpointError
from vae_demo.training import loop
from vae_demo.training.__main__ import main
from vae_demo.training.recipes import RECIPES


@pytest.fixture
def command(tmp_path, monkeypatch) -> list[str]:
    """The command that trains the tiny recipe."""
    monkeypatch.setitem(RECIPES, "tiny", BETA)
    monkeypatch.chdir(tmp_path)
    return ["train", "tiny", "--data-dir", ".", "--device", "cpu"]


@contextmanager
def stopping_at(step: int, order: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The order comes in the middle of a step, numbered from 0."""
    indices = loop.batch_indices

    def stop(count: int, recipe: object, number: int) -> torch.Tensor:
        if number == step:
            signal.raise_signal(order)
        return indices(count, recipe, number)

    with monkeypatch.context() as patched:
        patched.setattr(loop, "batch_indices", stop)
        yield


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A limit on a file's size stands for a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("order", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_order_to_stop_saves_the_step_and_says_which(command, tmp_path, monkeypatch, capsys, order, status):
    before = signal.getsignal(order)
    with stopping_at(6, order, monkeypatch):
        assert main(command) == status
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "Step 7 of 12 of tiny is saved in runs/tiny.pt; the same command goes on from there."
    assert torch.load("runs/tiny.pt", weights_only=True)["step"] == 7
    assert not Path("checkpoints/tiny").exists()
    assert signal.getsignal(order) == before
    assert main(command) == 0
    whole = train_into(tmp_path / "whole", BETA)
    assert Path("checkpoints/tiny/model.safetensors").read_bytes() == (whole / "tiny/model.safetensors").read_bytes()


def test_an_order_in_the_last_step_leaves_the_checkpoint_to_the_next_command(command, monkeypatch, capsys):
    with stopping_at(11, signal.SIGTERM, monkeypatch):
        assert main(command) == 143
    assert "Step 12 of 12" in capsys.readouterr().err
    assert main(command) == 0
    assert Path("checkpoints/tiny/model.safetensors").is_file()


def test_a_second_order_does_not_wait_for_the_step(command, monkeypatch, capsys):
    indices = loop.batch_indices

    def stop_twice(*given: object) -> torch.Tensor:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return indices(*given)

    monkeypatch.setattr(loop, "batch_indices", stop_twice)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background process may ignore Ctrl-C
    try:
        assert main(command) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Stopped." in capsys.readouterr().err
    assert not Path("runs/tiny.pt").exists()


def test_a_disk_too_full_for_the_run_is_said_and_the_run_before_kept(command, monkeypatch, capsys):
    monkeypatch.setattr(loop, "SAVE_EVERY_STEPS", 5)
    with stopping_at(2, signal.SIGINT, monkeypatch):
        main(command)
    before = Path("runs/tiny.pt").read_bytes()
    capsys.readouterr()
    with largest_file(len(before) // 2):
        assert main(command) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "runs/tiny.pt cannot be written: File too large. What was saved before is kept."
    assert [path.name for path in Path("runs").iterdir()] == ["tiny.pt"]
    assert Path("runs/tiny.pt").read_bytes() == before
    assert main(command) == 0


def test_a_disk_too_full_for_the_checkpoint_costs_no_step_and_no_old_weights(command, capsys):
    folder = Path("checkpoints/tiny")
    assert main(command) == 0
    trained = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").unlink()
    (folder / "metrics.json").write_text("{}", encoding="utf-8")
    with largest_file(len(trained) // 2):
        assert main(command) == 2
    assert "checkpoints/tiny/model.safetensors cannot be written: " in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "metrics.json"]
    assert main(command) == 0
    assert (folder / "model.safetensors").read_bytes() == trained


@pytest.mark.parametrize("damage", [b"", b"PK", None, bytes(1000)])
def test_a_damaged_run_is_named(command, capsys, damage):
    assert main(command) == 0
    run = Path("runs/tiny.pt")
    run.write_bytes(run.read_bytes()[:-5000] if damage is None else damage)
    capsys.readouterr()
    assert main(command) == 2
    assert capsys.readouterr().err == "runs/tiny.pt is damaged or cut short: delete it, and training begins anew.\n"


@pytest.mark.parametrize("place", ["runs", "checkpoints"])
def test_a_folder_that_cannot_be_made_is_named_before_anything_is_trained(tmp_path, place):
    """Nobody can make a folder below a file, whatever their rights."""
    (tmp_path / "file").touch()
    places = {"runs": tmp_path / "runs", "checkpoints": tmp_path / "checkpoints"} | {place: tmp_path / "file" / "x"}
    with pytest.raises(CheckpointError, match="file/x cannot be written: Not a directory"):
        loop.train(BETA, tmp_path, places["runs"], places["checkpoints"], torch.device("cpu"))
    assert not list(tmp_path.rglob("tiny*"))


def test_codebooks_are_written_in_full(tmp_path):
    weights = load_file(train_into(tmp_path, VQ) / VQ.name / "model.safetensors")
    run = torch.load(tmp_path / "runs" / f"{VQ.name}.pt", weights_only=True)["model"]
    for name, tensor in weights.items():
        assert torch.equal(tensor, run[name] if name == "quantizer.embedding.weight" else run[name].half())
