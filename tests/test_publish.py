"""Publishing to a Hub over real HTTP on loopback, with huggingface_hub's own client: weights, a Space, and refusals."""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import gradio
import huggingface_hub
import pytest
import torch
import yaml
from conftest import ROOT
from gradio_client import Client
from hub_server import Hub, Repository, answering
from huggingface_hub import hf_hub_download
from playwright.sync_api import expect
from safetensors.torch import load_file, save_file

from vae_demo.models import VAE
from vae_demo.publish import main
from vae_demo.weights.hub import HubSettings, cached, download

ABOUT = {"variant": "vae", "dataset": "digits", "image_shape": [1, 28, 28], "fit": "centred"}
SIZES = {"input_dim": 784, "hidden_dim": 8, "latent_dim": 2}
CARD = "---\nlicense: apache-2.0\ntags:\n- vae\ndatasets:\n- ylecun/mnist\n---\n# A card\n"


@pytest.fixture
def checkpoints(tmp_path):
    """A folder of two sound checkpoints, beside files that are nobody else's business."""
    folder = tmp_path / "checkpoints"
    for seed, name in enumerate(["vae-a", "vae-b"]):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            VAE(**SIZES).save_pretrained(folder / name, config=ABOUT | SIZES)
        write_metrics(folder / name)
        (folder / name / "README.md").write_text(CARD, encoding="utf-8")
        (folder / name / "optimizer.pt").write_bytes(b"a pickle")
    save_file(
        {"weights": torch.ones(1), "means": torch.zeros(1, 2), "cholesky": torch.eye(2)[None]},
        folder / "vae-a/mixture.safetensors",
    )
    (folder / "vae-a/limits.png").write_bytes(b"a picture")
    return folder


def write_metrics(folder, **more):
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    (folder / "metrics.json").write_text(
        json.dumps({"mse": 0.25, "psnr": 6.02, "weights_sha256": digest} | more), encoding="utf-8"
    )


@pytest.fixture
def hub(monkeypatch):
    hub = Hub(repo="")
    hub.token = "hf_writer"
    monkeypatch.setenv("HF_TOKEN", hub.token)
    # HF_ENDPOINT is read when huggingface_hub is imported: only a process of its own can be given another.
    monkeypatch.setattr("vae_demo.publish.HfApi", functools.partial(huggingface_hub.HfApi, hub.url))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_TELEMETRY", True)
    yield hub
    hub.stop()


@pytest.fixture
def publish(checkpoints, capsys):
    """Runs the command on the folder of checkpoints; returns what it prints."""

    def publish(*arguments):
        main(["--weights", "me/weights", "--checkpoints", str(checkpoints), *arguments])
        return capsys.readouterr().out

    return publish


def weights_of(hub) -> Repository:
    return hub.repositories["model", "me/weights"]


def space_of(hub) -> Repository:
    return hub.repositories["space", "me/space"]


def expected(checkpoints):
    files = (path for path in checkpoints.glob("*/*") if path.name != "optimizer.pt")
    return {path.relative_to(checkpoints).as_posix(): path.read_bytes() for path in files}


def front_matter(readme: bytes) -> dict:
    return yaml.safe_load(readme.decode().split("---")[1])


def writes(hub):
    return [r for r in hub.requests if not r.startswith(("GET", "HEAD"))]


# Weights


def test_what_is_published_is_pulled_bit_for_bit(hub, publish, checkpoints, tmp_path):
    printed = publish()
    weights = weights_of(hub)
    assert {name: data for name, data in weights.files.items() if "/" in name} == expected(checkpoints)
    assert len(weights.uploads) == 1
    commit = weights.branches["main"]
    assert f"{hub.url}/me/weights at {commit}: 11 of 11 files uploaded" in printed

    source = download(HubSettings("me/weights", commit, endpoint=hub.url, cache_dir=tmp_path / "cache"))
    pulled = {p.relative_to(source.folder).as_posix(): p.read_bytes() for p in source.folder.glob("*/*")}
    assert pulled == expected(checkpoints)


def test_the_repositorys_card_gathers_the_checkpoints_cards(hub, publish):
    publish()
    readme = weights_of(hub).files["README.md"]
    about = front_matter(readme)
    assert (about["license"], about["tags"], about["datasets"]) == ("apache-2.0", ["vae"], ["ylecun/mnist"])
    assert "| [vae-b](vae-b/README.md) | digits | 0.25 | 6.02 |" in readme.decode()
    assert 'load_checkpoints("me/weights")' in readme.decode()


def test_a_second_publish_uploads_nothing(hub, publish):
    publish("--space", "me/space")
    heads = weights_of(hub).branches["main"], space_of(hub).branches["main"]
    hub.requests.clear()
    assert publish("--space", "me/space").count(": 0 of ") == 2
    assert set(writes(hub)) == {"POST /api/repos/create"}
    assert (weights_of(hub).branches["main"], space_of(hub).branches["main"]) == heads


def test_a_changed_file_alone_is_uploaded(hub, publish, checkpoints):
    publish()
    write_metrics(checkpoints / "vae-b", ssim=0.5)
    publish()
    assert weights_of(hub).uploads[1] == ["README.md", "vae-b/metrics.json"]
    tensors = load_file(checkpoints / "vae-a/model.safetensors")
    save_file({name: tensor + 1 for name, tensor in tensors.items()}, checkpoints / "vae-a/model.safetensors")
    write_metrics(checkpoints / "vae-a")
    publish()
    assert weights_of(hub).uploads[2] == ["vae-a/metrics.json", "vae-a/model.safetensors"]


def test_a_file_that_is_gone_goes_from_its_checkpoint_and_other_checkpoints_stay(hub, publish, checkpoints):
    publish()
    weights_of(hub).push({**weights_of(hub).files, "another/config.json": b"{}"})
    (checkpoints / "vae-a/mixture.safetensors").unlink()
    assert "0 of 10 files uploaded, 1 deleted" in publish()
    assert "vae-a/mixture.safetensors" not in weights_of(hub).files
    assert "another/config.json" in weights_of(hub).files


@pytest.mark.parametrize(("flag", "private"), [("--private", True), ("--public", False)])
def test_the_flag_makes_it_private_or_public_also_where_it_is_already(hub, publish, flag, private):
    publish(flag, "--space", "me/space")
    assert (weights_of(hub).private, space_of(hub).private) == (private, private)
    weights_of(hub).private = not private
    publish(flag)
    assert weights_of(hub).private is private
    publish()
    assert weights_of(hub).private is private


# The Space


def test_the_space_holds_the_page_without_tests_and_training(hub, publish, checkpoints):
    printed = publish("--space", "me/space")
    files = space_of(hub).files
    assert f"{hub.url}/spaces/me/space at {space_of(hub).branches['main']}" in printed
    assert files["app.py"] == (ROOT / "app.py").read_bytes()
    assert {"LICENSE", "requirements.txt", "vae_demo/ui/page.py", "vae_demo/ui/front/page.css"} <= files.keys()
    bundled = {name.removeprefix("checkpoints/"): d for name, d in files.items() if name.startswith("checkpoints/")}
    assert bundled == expected(checkpoints)
    shown = re.compile(r"vae_demo/training/(sheets/\w+\.webp|README\.md)")  # which the README shows and links to
    assert any(map(shown.fullmatch, files))
    files = {name: content for name, content in files.items() if not shown.fullmatch(name)}
    assert not [name for name in files if re.search(r"tests|training|__pycache__|\.pyi$|^runs|^data|/\.", name)]
    assert space_of(hub).settings["sdk"] == "gradio"
    # ZeroGPU knows no later one for certain, and the repository's open range would take it.
    assert "torch>=2.8,<2.12\n" in files["requirements.txt"].decode()


def test_the_space_is_pinned_to_the_weights_just_published(hub, publish):
    publish("--space", "me/space")
    commit = weights_of(hub).branches["main"]
    assert space_of(hub).variables == {"VAE_DEMO_HUB_REPO": "me/weights", "VAE_DEMO_HUB_REVISION": commit}
    about = front_matter(space_of(hub).files["README.md"])
    assert about["models"] == ["me/weights"]
    repo, names, revision = about["preload_from_hub"][0].split(" ")
    assert (repo, revision) == ("me/weights", commit)
    assert "vae-a/mixture.safetensors" in names.split(",")
    assert set(names.split(",")) == {name for name in weights_of(hub).files if "/" in name}


def test_a_new_space_gets_the_hardware_asked_for(hub, publish):
    publish("--space", "me/space", "--hardware", "zero-a10g")
    assert space_of(hub).settings["hardware"] == "zero-a10g"


def test_new_weights_move_the_spaces_pin(hub, publish, checkpoints):
    publish("--space", "me/space")
    write_metrics(checkpoints / "vae-b", ssim=0.5)
    publish("--space", "me/space")
    commit = weights_of(hub).branches["main"]
    assert space_of(hub).variables["VAE_DEMO_HUB_REVISION"] == commit
    assert space_of(hub).uploads[1] == ["README.md", "checkpoints/vae-b/metrics.json"]
    assert commit in space_of(hub).files["README.md"].decode()


def test_a_file_that_the_page_no_longer_has_goes_from_the_space(hub, publish):
    publish("--space", "me/space")
    space_of(hub).push({**space_of(hub).files, "vae_demo/old.py": b"", "own-notes.txt": b"mine"})
    publish("--space", "me/space")
    assert "vae_demo/old.py" not in space_of(hub).files
    assert "own-notes.txt" in space_of(hub).files


def test_private_weights_are_not_preloaded_and_the_secret_is_asked_for(hub, publish):
    printed = publish("--private", "--space", "me/space")
    assert "preload_from_hub" not in front_matter(space_of(hub).files["README.md"])
    assert f"in {hub.url}/spaces/me/space/settings, add a token that may read them as HF_TOKEN" in printed


def test_the_files_that_spaces_preloads_are_a_whole_cache(hub, publish, tmp_path):
    publish("--space", "me/space")
    repo, names, commit = front_matter(space_of(hub).files["README.md"])["preload_from_hub"][0].split(" ")
    for name in names.split(","):
        hf_hub_download(repo, name, revision=commit, endpoint=hub.url, cache_dir=tmp_path / "cache")
    hub.requests.clear()
    source = cached(HubSettings(repo, commit, endpoint=hub.url, cache_dir=tmp_path / "cache"))
    assert source is not None
    assert source.commit == commit
    assert hub.requests == []


# Refusals, and a dry run


def refused(hub, publish, why, *arguments):
    with pytest.raises(SystemExit, match=why) as stopped:
        publish(*arguments)
    assert "\n" not in str(stopped.value)
    assert writes(hub) == []


def test_a_dry_run_says_what_it_would_do_and_asks_nothing(hub, publish, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    printed = publish("--space", "me/space", "--private", "--dry-run")
    assert hub.requests == []
    assert "Would upload to the model repository me/weights, private, those of these 11 files" in printed
    assert "Would upload to the Space me/space, private, those of" in printed
    assert re.search(r"  vae-a/model\.safetensors \([\d,]+ bytes\)", printed)
    assert "  vae_demo/ui/page.py (" in printed
    assert "VAE_DEMO_HUB_REPO=me/weights" in printed


def spoil_shape(folder):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"latent_dim": 3}), encoding="utf-8")


def spoil_key(folder):
    save_file({**load_file(folder / "model.safetensors"), "more": torch.ones(1)}, folder / "model.safetensors")
    write_metrics(folder)


def spoil_weights(folder):
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[:-4])


def spoil_numbers(folder):
    tensors = load_file(folder / "model.safetensors")
    save_file({name: tensor + 1 for name, tensor in tensors.items()}, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (spoil_shape, r"vae-b/model\.safetensors does not fit its config\.json"),
        (spoil_key, r"vae-b/model\.safetensors does not fit its config\.json"),
        (spoil_weights, r"vae-b/model\.safetensors does not fit its config\.json"),
        (spoil_numbers, r"vae-b/metrics\.json was measured on other weights"),
        (lambda folder: (folder / "model.safetensors").unlink(), r"vae-b/model\.safetensors is missing"),
        (lambda folder: (folder / "metrics.json").unlink(), r"vae-b has no metrics\.json"),
        (lambda folder: (folder / "README.md").unlink(), r"vae-b has no README\.md"),
        (
            lambda folder: (folder / "config.json").write_text('{"variant": "gan"}', encoding="utf-8"),
            r"variant 'gan' is none of",
        ),
        (lambda folder: shutil.rmtree(folder.parent), "holds no checkpoint"),
    ],
)
@pytest.mark.parametrize("dry", [False, True])
def test_an_unsound_checkpoint_is_refused_before_any_request(hub, publish, checkpoints, spoil, why, dry):
    spoil(checkpoints / "vae-b")
    refused(hub, publish, why, *(["--dry-run"] if dry else []))
    assert hub.requests == []


def test_a_name_that_cannot_be_one_is_refused_before_any_request(hub, publish):
    refused(hub, publish, "must be OWNER/REPO, not 'space'", "--space", "space")
    refused(hub, publish, "must be OWNER/REPO, not 'a/b/c'", "--weights", "a/b/c")
    assert hub.requests == []


def test_without_a_token_it_says_how_to_get_one(hub, publish, monkeypatch):
    monkeypatch.setattr("vae_demo.publish.get_token", lambda: None)
    refused(hub, publish, "hf auth login")
    assert hub.requests == []


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, "does not know this token"),
        (403, "may not write there"),
        (402, "--hardware zero-a10g"),
        (500, r"refused \(500\)"),
    ],
)
def test_a_hub_that_refuses_is_explained(hub, publish, status, why):
    hub.fault = answering(status, when="/api/", methods=["POST", "GET"])
    with pytest.raises(SystemExit, match=why):
        publish()
    assert hub.repositories == {}


def test_an_unreachable_hub_is_explained(hub, publish):
    hub.stop()
    with pytest.raises(SystemExit, match="could not be reached"):
        publish()
    hub.start()


# The uploaded Space, started as Spaces would


@pytest.fixture
def start_space(hub, tmp_path):
    """Starts the Space's files from a folder of their own with the Space's variables; returns what the page says."""
    processes = []

    def start(**environ):
        folder = tmp_path / "space"
        for name, data in space_of(hub).files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        log = (tmp_path / "log").open("w", encoding="utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("VAE_DEMO_")}
        kept |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=folder,
            env=kept | space_of(hub).variables | environ,
            stdout=log,
            stderr=log,
        )
        processes.append(process)
        deadline = time.monotonic() + 120
        while not (
            found := re.search(r"local URL: +(http://127\.0\.0\.1:\d+)", Path(log.name).read_text(encoding="utf-8"))
        ):
            assert time.monotonic() < deadline, Path(log.name).read_text(encoding="utf-8")
            assert process.poll() is None, Path(log.name).read_text(encoding="utf-8")
            time.sleep(0.1)
        return found[1]

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


@pytest.fixture
def visit(browser):
    """Opens a page until its notice holds `text`; returns what its API says of its checkpoints."""
    faults = []

    def visit(address, text):
        page = browser.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        deadline = time.monotonic() + 30
        while True:
            page.goto(address)
            expect(page.locator("#weights")).to_contain_text("weights")
            if text in (notice := page.locator("#weights p").last.inner_text()):
                break
            assert time.monotonic() < deadline, notice
        # With whatever checkpoints there are, the first tab has reconstructed its example.
        expect(page.locator("#reconstruct-result img").first).to_be_visible()
        page.close()
        answer = Client(address, verbose=False).predict(api_name="/checkpoints")
        assert answer["notice"] == notice
        return answer

    yield visit
    assert faults == []


def test_the_uploaded_space_starts_on_the_pinned_weights_and_without_the_hub_on_those_it_brought(
    hub, checkpoints, start_space, visit, tmp_path
):
    command = [sys.executable, "-m", "vae_demo.publish", "--weights", "me/weights", "--space", "me/space"]
    environ = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    subprocess.run([*command, "--checkpoints", checkpoints], cwd=ROOT, env=environ, check=True, capture_output=True)
    commit = weights_of(hub).branches["main"]
    answer = visit(start_space(), "These are the weights of me/weights")
    assert (answer["repo"], answer["commit"]) == ("me/weights", commit)
    assert [c["name"] for c in answer["checkpoints"]] == ["vae-a", "vae-b"]

    shutil.rmtree(tmp_path / "home")
    hub.fault = answering(503)
    answer = visit(start_space(), "(it answered 503)")
    assert answer["notice"].endswith("showing the bundled weights.")
    assert [c["name"] for c in answer["checkpoints"]] == ["vae-a", "vae-b"]


def test_the_front_matter_suits_spaces_and_names_nobodys_repository():
    about = front_matter((ROOT / "README.md").read_bytes())
    assert about["sdk_version"] == gradio.__version__
    # Of what the page runs on (pyproject.toml), what ZeroGPU has, which is 3.10 and 3.12; a number would lose digits.
    assert about["python_version"] == "3.12"
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 0 < len(about["short_description"]) <= 60
    assert {"vae", "vq-vae"} <= set(about["tags"])
    assert not {"models", "preload_from_hub"} & about.keys()
