"""Weights from a Hub over real HTTP on loopback, with huggingface_hub's own client, in fair weather and foul."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
import safetensors.torch
import torch
from gradio_client import Client
from hub_server import Hub, answering, cutting, etag, hanging
from safetensors.torch import save_file

from tests.served import serve
from vae_demo.errors import CheckpointError
from vae_demo.models import VAE
from vae_demo.weights.catalogue import read_catalogue
from vae_demo.weights.hub import BUNDLED, HubSettings, bundled, cached, download
from vae_demo.weights.in_use import Weights
from vae_demo.weights.loading import check_model
from vae_demo.weights.store import Store

ABOUT = {"variant": "vae", "dataset": "digits", "image_shape": [1, 4, 4], "fit": "centred"}
SIZES = {"input_dim": 16, "hidden_dim": 8, "latent_dim": 2}


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch):
    """Keeps the client from asking the real Hub about its surroundings, and from sending this machine's token."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.delenv("HF_TOKEN", raising=False)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Two tiny checkpoints as a repository's files, {path: bytes}, beside some that must never be fetched."""
    folder = tmp_path_factory.mktemp("repository")
    for seed, name in enumerate(["digits-a", "digits-b"]):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            VAE(**SIZES).save_pretrained(folder / name, config=ABOUT | SIZES)
        (folder / name / "metrics.json").write_text(json.dumps({"mse": seed / 10}), encoding="utf-8")
        (folder / name / "pytorch_model.bin").write_bytes(b"a pickle")
        (folder / name / "README.md").write_text("# A card\n", encoding="utf-8")
        (folder / name / "limits.png").write_bytes(b"a picture of the card")
    mixture = {"weights": torch.ones(1), "means": torch.zeros(1, 2), "cholesky": torch.eye(2)[None]}
    save_file(mixture, folder / "digits-a/mixture.safetensors")
    (folder / "setup.py").write_text("raise SystemExit\n", encoding="utf-8")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def hub(files):
    hub = Hub()
    hub.push(files)
    yield hub
    # An attempt that a test left behind comes to its end against a Hub that answers, and not in the next test.
    hub.fault = None
    hub.released.set()
    for thread in threading.enumerate():
        if thread.name == "hub-attempt" and thread.is_alive():  # one that is about to start cannot be joined
            thread.join(10)
    hub.stop()


@pytest.fixture
def settings(hub, tmp_path):
    return HubSettings(hub.repo, endpoint=hub.url, cache_dir=tmp_path / "cache", timeout=2)


@pytest.fixture
def start():
    """Starts Weights that try again almost at once, and stops them after the test."""
    started = []

    def start(settings, retry_seconds=0.05, **options):
        weights = Weights(settings, retry_seconds=retry_seconds, **options)
        started.append(weights)
        weights.start()
        return weights

    yield start
    for weights in started:
        weights.stop()


def wait_for(weights, text, seconds=10.0):
    """The source whose notice holds `text`; fails with the last notice where none comes."""
    end = time.monotonic() + seconds
    while text not in weights.source.notice:
        assert time.monotonic() < end, f"waited for {text!r}, but the notice is {weights.source.notice!r}"
        time.sleep(0.01)
    return weights.source


def pulled(source):
    return {p.relative_to(source.folder).as_posix(): p.read_bytes() for p in source.folder.rglob("*") if p.is_file()}


def wanted(files):
    """What a repository's files come down to: safetensors, JSON and cards in folders."""
    kinds = (".safetensors", ".json", ".md", ".png")
    return {name: data for name, data in files.items() if "/" in name and name.endswith(kinds)}


def changed(files, **contents):
    return files | {f"digits-a/{name.replace('_', '.')}": data for name, data in contents.items()}


def configured(**settings):
    return json.dumps(ABOUT | SIZES | settings).encode()


def with_beta(beta):
    return json.dumps(ABOUT | {"variant": "beta-vae", "input_dim": 16, "latent_dim": 2, "beta": beta}).encode()


# What was asked for


@pytest.mark.parametrize("environ", [{}, {"VAE_DEMO_HUB_REPO": " "}, {"VAE_DEMO_HUB_REVISION": "main"}])
def test_without_a_repository_the_bundled_weights_are_used_without_apology(environ):
    weights = Weights(HubSettings.from_environment(environ))
    weights.start()
    assert weights.source == bundled()
    assert weights.source.folder == BUNDLED
    assert weights.source.notice == "These are the bundled weights."


def test_the_environment_names_repository_and_revision():
    assert HubSettings.from_environment({"VAE_DEMO_HUB_REPO": "me/mine"}) == HubSettings("me/mine", "main")
    pinned = HubSettings.from_environment({"VAE_DEMO_HUB_REPO": "me/mine", "VAE_DEMO_HUB_REVISION": "0a" * 20})
    assert pinned.pinned
    assert not replace(pinned, revision="0a" * 3).pinned


@pytest.mark.parametrize("repo", ["mine", "a/b/c", "me/..", "https://example.org/x", "me/mi ne"])
def test_a_repository_that_cannot_be_one_is_refused_with_its_form(repo):
    with pytest.raises(CheckpointError, match=r"VAE_DEMO_HUB_REPO .*must be OWNER/REPO"):
        HubSettings.from_environment({"VAE_DEMO_HUB_REPO": repo})


@pytest.mark.parametrize("revision", ["/etc", "../../x", "two words", "a:b"])
def test_a_revision_that_cannot_be_one_is_refused(revision):
    with pytest.raises(CheckpointError, match="VAE_DEMO_HUB_REVISION: A revision must be"):
        HubSettings.from_environment({"VAE_DEMO_HUB_REPO": "me/mine", "VAE_DEMO_HUB_REVISION": revision})


# Fair weather


def test_what_is_pulled_is_bit_for_bit_what_is_served_and_nothing_else(hub, settings, files):
    source = download(settings)
    assert pulled(source) == wanted(files)
    assert source.commit == hub.branches["main"]
    assert source.notice == f"These are the weights of owner/weights at main, commit {source.commit[:7]}."
    assert not [r for r in hub.requests if r.endswith((".bin", ".py"))]
    assert list(read_catalogue(source.folder)) == ["digits-a", "digits-b"]
    VAE.from_pretrained(source.folder / "digits-b", strict=True)


@pytest.mark.parametrize("revision", ["v1.0", "try/this"])
def test_tags_and_branches_with_slashes_resolve(hub, settings, files, revision):
    commit = hub.push(files, revision)
    hub.push(changed(files, metrics_json=b"{}"))
    source = download(replace(settings, revision=revision))
    assert source.commit == commit
    assert cached(replace(settings, revision=revision)) == source


def test_bundled_first_and_then_the_hub(hub, settings, start, files):
    hub.fault = hanging("/api/models")
    weights = start(settings)
    assert weights.source.folder == BUNDLED
    assert weights.source.notice == "owner/weights has not been loaded from the Hub yet: showing the bundled weights."
    hub.fault = None
    hub.released.set()
    assert pulled(wait_for(weights, "These are the weights of owner/weights")) == wanted(files)


def test_a_cached_commit_is_used_without_a_single_request(hub, settings, start):
    pinned = replace(settings, revision=hub.branches["main"])
    first = download(pinned)
    assert first.notice == f"These are the weights of owner/weights at commit {first.commit[:7]}."
    hub.requests.clear()
    weights = start(pinned)
    assert weights.source == first
    time.sleep(0.3)
    assert hub.requests == []


def test_a_cached_branch_is_used_at_once_and_follows_the_hub(hub, settings, start, files):
    old = download(settings)
    new = hub.push(changed(files, metrics_json=b'{"mse": 0.5}'))
    hub.fault = hanging("/api/models")
    weights = start(settings)
    assert weights.source == old
    hub.fault = None
    hub.released.set()
    assert wait_for(weights, new[:7]).commit == new
    assert read_catalogue(weights.source.folder)["digits-a"].metrics == {"mse": 0.5}
    assert cached(settings).commit == new


def test_what_lies_deeper_than_a_checkpoint_is_not_fetched(hub, settings, files):
    deeper = {"old/runs/model.safetensors": b"x" * 100, "a/b/c/config.json": b"{}"}
    hub.push(files | deeper)
    source = download(settings)
    assert pulled(source) == wanted(files)
    assert cached(settings) == source
    assert not [request for request in hub.requests if any(name in request for name in deeper)]


def test_a_branch_that_moves_while_it_is_downloaded_still_names_what_was(hub, settings, files):
    first = hub.branches["main"]

    def pushing(request, path):
        if request.command == "GET" and path.endswith("digits-b/model.safetensors"):
            hub.fault = None
            hub.push(changed(files, metrics_json=b'{"mse": 0.5}'))
        return False

    hub.fault = pushing
    assert download(settings).commit == first
    assert cached(settings).commit == first
    assert download(settings).commit == hub.branches["main"] != first


def test_an_unchanged_branch_fetches_no_file_again(hub, settings):
    first = download(settings)
    hub.requests.clear()
    assert download(settings) == first
    assert set(hub.requests) == {"GET /api/models/owner/weights/revision/main"}


def test_a_private_repository_opens_with_the_environments_token(hub, settings, start, monkeypatch):
    hub.token = "hf_secret"
    weights = start(settings)
    notice = wait_for(weights, "(401)").notice
    assert notice == (
        "The Hub shows no repository owner/weights to this demo (401); a private one needs HF_TOKEN: "
        "showing the bundled weights."
    )
    monkeypatch.setenv("HF_TOKEN", hub.token)
    wait_for(weights, "These are the weights of owner/weights")


# Foul weather: the bundled weights at once, and then a reason


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (answering(404, "RepoNotFound"), "The Hub shows no repository owner/weights to this demo (404)"),
        (answering(404, "RevisionNotFound"), "owner/weights has no revision 'main'"),
        (answering(403, "GatedRepo", "/resolve/"), "The Hub does not give this demo access to owner/weights (403)"),
        (answering(403), "The Hub does not give this demo access to owner/weights (403)"),
        (answering(429), "The Hub could not serve owner/weights (it answered 429)"),
        (answering(500), "The Hub could not serve owner/weights (it answered 500)"),
        (answering(503), "The Hub could not serve owner/weights (it answered 503)"),
        (answering(404, "EntryNotFound", "b/metrics.json"), "The Hub could not serve owner/weights (it answered 404)"),
        (answering(200), "What answered for owner/weights did not answer as the Hub does (JSONDecodeError)"),
        (hanging(), "The Hub could not be reached (timed out)"),
    ],
)
def test_a_failing_hub_leaves_the_bundled_weights_until_it_recovers(hub, settings, start, files, fault, why):
    hub.fault = fault
    began = time.monotonic()
    weights = start(replace(settings, timeout=0.5))
    assert weights.source.folder == BUNDLED
    assert time.monotonic() - began < 2
    source = wait_for(weights, why)
    assert source.folder == BUNDLED
    assert source.notice.endswith(": showing the bundled weights.")
    assert "\n" not in source.notice
    hub.fault = None
    hub.released.set()
    assert pulled(wait_for(weights, "These are the weights of owner/weights")) == wanted(files)


def test_a_real_missing_repository_and_revision(settings, start):
    assert "has no revision 'absent'" in wait_for(start(replace(settings, revision="absent")), "revision").notice
    weights = start(replace(settings, revision="0" * 40))
    assert f"has no revision '{'0' * 40}'" in wait_for(weights, "revision").notice
    assert "no repository owner/other" in wait_for(start(replace(settings, repo="owner/other")), "(404)").notice


def test_a_refused_connection_and_a_hub_that_comes_up_later(hub, settings, start, files):
    hub.stop()
    weights = start(settings)
    assert weights.source.folder == BUNDLED
    source = wait_for(weights, "The Hub could not be reached (")
    assert "refused" in source.notice
    hub.start()
    assert pulled(wait_for(weights, "These are the weights of owner/weights")) == wanted(files)


def test_a_cached_branch_outlives_the_hub_and_says_so(hub, settings, start):
    old = download(settings)
    hub.stop()
    weights = start(settings)
    assert weights.source.folder == old.folder
    source = wait_for(weights, "The Hub could not be reached")
    assert source.folder == old.folder
    assert source.notice.endswith(f": showing the weights of owner/weights at main, commit {old.commit[:7]}.")
    hub.start()


def test_a_connection_cut_in_mid_file_is_resumed(hub, settings, files):
    hub.fault = cutting("digits-b/model.safetensors")
    assert pulled(download(settings)) == wanted(files)
    assert hub.requests.count(f"GET /owner/weights/resolve/{hub.branches['main']}/digits-b/model.safetensors") == 2


@pytest.mark.parametrize("pinned", [False, True])
def test_half_a_download_is_never_taken_for_a_whole_one(hub, settings, start, files, pinned):
    settings = replace(settings, revision=hub.branches["main"]) if pinned else settings
    hub.fault = cutting("digits-b/model.safetensors", then=answering(503, methods=["GET"]))
    weights = start(settings)
    assert wait_for(weights, "(it answered 503)").folder == BUNDLED
    assert cached(settings) is None
    hub.fault = None
    assert pulled(wait_for(weights, "These are the weights of owner/weights")) == wanted(files)


def test_half_a_refresh_leaves_the_branchs_last_whole_commit(hub, settings, files):
    old = download(settings)
    hub.push(files | {"digits-c/config.json": files["digits-a/config.json"], "digits-c/model.safetensors": b"x" * 900})
    hub.fault = cutting("digits-c/model.safetensors", then=answering(503, methods=["GET"]))
    with pytest.raises(OSError, match="503"):
        download(settings)
    assert cached(settings) == old


def test_a_hub_that_stalls_half_way_is_reported_and_asked_again(hub, settings, start):
    hub.fault = hanging("/tree/")
    weights = start(settings, attempt_seconds=0.3)
    assert wait_for(weights, "The Hub is taking more than 0.3 seconds over owner/weights").folder == BUNDLED
    hub.fault = None
    wait_for(weights, "These are the weights of owner/weights")


def test_a_file_that_is_not_what_the_hub_lists_is_thrown_away(hub, settings, start, files):
    def spoil(name, data):
        return data[:-1] + bytes([data[-1] ^ 1]) if name == "digits-a/model.safetensors" else data

    hub.spoil = spoil
    weights = start(replace(settings, revision=hub.branches["main"]))
    assert wait_for(weights, "digits-a/model.safetensors of owner/weights arrives damaged").folder == BUNDLED
    hub.spoil = lambda name, data: data
    assert pulled(wait_for(weights, "These are the weights of owner/weights")) == wanted(files)


@pytest.mark.parametrize("name", ["digits-a/model.safetensors", "digits-b/metrics.json"])
@pytest.mark.parametrize("spoil", [lambda data: data[:-8], lambda data: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]])
def test_a_damaged_or_altered_cache_is_mended_from_the_hub(hub, settings, start, files, name, spoil):
    pinned = replace(settings, revision=hub.branches["main"])
    damaged = download(pinned).folder / name
    damaged.resolve().write_bytes(spoil(damaged.read_bytes()))
    assert cached(pinned) is None
    weights = start(pinned)
    assert weights.source.folder == BUNDLED
    assert pulled(wait_for(weights, "These are the weights of owner/weights")) == wanted(files)


@pytest.mark.parametrize(
    ("keep", "why"),
    [
        (".bin", "owner/weights holds no checkpoint, which is NAME/config.json beside NAME/model.safetensors"),
        (("config.json", ".bin"), "owner/weights has digits-a/config.json, but no digits-a/model.safetensors beside"),
    ],
)
def test_a_repository_of_pickles_is_refused_before_anything_is_fetched(hub, settings, start, files, keep, why):
    hub.push({name: data for name, data in files.items() if name.endswith(keep)})
    assert wait_for(start(settings), why).folder == BUNDLED
    assert not [r for r in hub.requests if "/resolve/" in r]


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        ({"config_json": b'{"variant": "gan"}'}, "digits-a/config.json: variant 'gan' is none of vae,"),
        ({"config_json": b"{"}, "digits-a/config.json cannot be read"),
        ({"config_json": b"[" * 10**5}, "digits-a/config.json cannot be read"),
        ({"config_json": b'{"variant": ["vae"]}'}, "digits-a/config.json: variant ['vae'] is none of vae,"),
        ({"config_json": configured(fit={})}, "digits-a/config.json: fit {} is none of"),
        ({"config_json": with_beta(None)}, "beta must be a number above 0, not None"),
        ({"config_json": with_beta(0)}, "beta must be a number above 0, not 0"),
        ({"config_json": configured(colour=1)}, "digits-a/config.json: colour: no argument of VAE, and no description"),
        ({"config_json": configured(latent_dim="2")}, "latent_dim must be a whole number from 1 up, not '2'"),
        ({"metrics_json": b"[" * 10**5}, "digits-a/metrics.json cannot be read"),
        ({"mixture_safetensors": safetensors.torch.save({"nothing": torch.ones(1)})}, "must hold weights (K), means"),
        ({"means_safetensors": safetensors.torch.save({"nothing": torch.ones(1)})}, "must hold finite points (N, A)"),
        ({"metrics_json": b"[]"}, "digits-a/metrics.json must hold an object"),
        ({"model_safetensors": b"not tensors"}, "digits-a/model.safetensors of owner/weights is damaged"),
    ],
)
def test_a_commit_that_is_no_use_leaves_the_last_good_one_in_use(hub, settings, start, files, contents, why):
    old = download(settings)
    hub.push(changed(files, **contents))
    source = wait_for(start(settings, check=check_model), why)
    assert source.folder == old.folder
    assert source.notice.endswith(f": showing the weights of owner/weights at main, commit {old.commit[:7]}.")
    assert Weights(settings).source == old


@pytest.mark.parametrize("beta", [None, "x", [4]])
def test_a_commit_that_is_no_use_never_keeps_the_page_from_starting(hub, settings, start, files, beta):
    commit = hub.push(changed(files, config_json=with_beta(beta)))
    pinned = replace(settings, revision=commit)
    wait_for(start(pinned), "beta must be a number")
    assert Weights(pinned).source.folder == BUNDLED, "the second start finds it in the cache"


def retensored(data, **tensors):
    return safetensors.torch.save({**safetensors.torch.load(data), **tensors})


@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: retensored(data, more=torch.ones(1)), "more should be absent, and is 1"),
        (lambda data: retensored(data, **{"fc_mu.bias": torch.ones(3)}), "fc_mu.bias should be 2, and is 3"),
        (
            lambda data: safetensors.torch.save({"fc_mu.bias": torch.ones(2)}),
            "decoder.0.bias should be 8, and is absent",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused_on_arrival_and_again_from_the_cache(
    hub, settings, start, files, spoil, why, pinned
):
    old = download(settings)
    commit = hub.push(changed(files, model_safetensors=spoil(files["digits-a/model.safetensors"])))
    wanted = replace(settings, revision=commit) if pinned else settings
    source = wait_for(start(wanted, check=check_model), why)
    assert "digits-a/model.safetensors does not fit its config.json" in source.notice
    assert source.folder == (BUNDLED if pinned else old.folder)
    again = Weights(wanted, check=check_model)
    assert again.source.folder == source.folder


def test_a_branch_is_said_to_be_one_in_the_log_and_on_the_page(settings, start, caplog):
    shown = wait_for(start(settings), "These are").notice
    assert re.search("owner/weights is followed at 'main', which may change", caplog.text)
    assert "at main, commit" in shown


def test_a_commit_is_no_cause_for_a_warning(hub, settings, start, caplog):
    wait_for(start(replace(settings, revision=hub.branches["main"])), "These are")
    assert "may change" not in caplog.text


def test_a_full_disk_is_named_and_asked_to_again(hub, settings, start, files, monkeypatch):
    weights_file = "digits-a/model.safetensors"
    # A download's own name is random: known beforehand, it can lead to the device on which no write finds room.
    monkeypatch.setattr(huggingface_hub.file_download.uuid, "uuid4", lambda: SimpleNamespace(hex="0" * 32))
    blobs = settings.cache_dir / "models--owner--weights/blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{etag(weights_file, files[weights_file])}.00000000.incomplete").symlink_to("/dev/full")
    source = wait_for(start(settings, retry_seconds=1), "could not be stored (No space left on device)")
    assert source.folder == BUNDLED
    assert pulled(wait_for(start(settings), "These are the weights of owner/weights")) == wanted(files)


def test_a_cache_that_cannot_be_written_is_named(settings, start, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    weights = start(replace(settings, cache_dir=tmp_path / "file"))
    assert wait_for(weights, "The weights of owner/weights could not be stored (").folder == BUNDLED


def test_weights_that_arrive_at_a_later_attempt_are_loaded_before_anyone_asks(hub, settings, start):
    hub.fault = answering(503)
    weights = start(settings)
    store = Store(weights)
    warming = threading.Thread(target=store.keep_warm, daemon=True)
    warming.start()
    wait_for(weights, "503")
    hub.fault = None
    wait_for(weights, "These are the weights of owner/weights")
    warming.join(60)
    assert not warming.is_alive()
    assert set(store.current._loaded) == {"digits-a", "digits-b"}


def test_stopped_weights_ask_no_more(hub, settings, start):
    hub.fault = answering(503)
    weights = start(settings)
    wait_for(weights, "503")
    weights.stop()
    time.sleep(0.2)
    hub.requests.clear()
    time.sleep(0.2)
    assert hub.requests == []


# The environment, as a host sets it, in a process of its own

ONE_START = """
import time
from vae_demo.weights.hub import HubSettings
from vae_demo.weights.in_use import Weights
weights = Weights(HubSettings.from_environment())
first = weights.source
weights.start()
end = time.monotonic() + 5
while weights.source is first and time.monotonic() < end and {wait}:
    time.sleep(0.01)
print(first.notice, weights.source.notice, weights.source.folder, sep="\\n")
"""


def begin_process(hub, tmp_path, wait=True, **environ):
    environ = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "VAE_DEMO_HUB_REPO": hub.repo} | environ
    return subprocess.Popen(
        [sys.executable, "-c", ONE_START.format(wait=wait)],
        env=os.environ | environ,
        cwd=BUNDLED.parent,
        stdout=subprocess.PIPE,
        text=True,
    )


def end_process(process):
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return printed.splitlines()


def start_process(hub, tmp_path, wait=True, **environ):
    return end_process(begin_process(hub, tmp_path, wait, **environ))


def test_a_host_sets_two_variables_and_the_second_start_asks_nothing(hub, tmp_path, files):
    commit = hub.branches["main"]
    shown = f"These are the weights of owner/weights at commit {commit[:7]}."
    first, then, folder = start_process(hub, tmp_path, VAE_DEMO_HUB_REVISION=commit)
    assert first == "owner/weights has not been loaded from the Hub yet: showing the bundled weights."
    assert then == shown
    assert {n: Path(folder, n).read_bytes() for n in wanted(files)} == wanted(files)
    hub.requests.clear()
    assert start_process(hub, tmp_path, VAE_DEMO_HUB_REVISION=commit, wait=False) == [shown, shown, folder]
    assert hub.requests == []


def test_offline_mode_is_named_as_the_reason(hub, tmp_path):
    _, then, folder = start_process(hub, tmp_path, HF_HUB_OFFLINE="1")
    assert then == "HF_HUB_OFFLINE is set, so the Hub was not asked for owner/weights: showing the bundled weights."
    assert folder == str(BUNDLED)
    assert hub.requests == []


@pytest.mark.parametrize(
    ("fault", "environ", "why"),
    [
        (hanging(), {}, "owner/weights has not been loaded from the Hub yet"),
        (answering(401), {}, "The Hub shows no repository owner/weights to this demo (401)"),
        (None, {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set, so the Hub was not asked"),
    ],
)
def test_the_page_is_there_and_answers_while_the_hub_fails(hub, tmp_path, fault, environ, why):
    hub.fault = fault
    environ |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path), "VAE_DEMO_HUB_REPO": hub.repo}
    with serve(**environ) as server:
        client = Client(server.address, verbose=False)
        answer = client.predict("vae-digits", "standard-normal", 1, 0, 1.0, api_name="/sample")
        assert len(answer["pictures"]) == 1
        notice = client.predict(api_name="/checkpoints")["notice"]
        assert notice.startswith(why)
        assert notice.endswith(": showing the bundled weights.")
        assert not hub.released.is_set(), "a Hub that hangs still does"


def test_two_processes_that_start_at_once_on_one_cache_both_succeed(hub, tmp_path, files):
    both_there = threading.Barrier(2, timeout=60)

    def meeting(request, path):
        if request.command == "GET" and "/api/models/" in path and "/tree/" not in path:
            both_there.wait()
        return False

    hub.fault = meeting
    processes = [begin_process(hub, tmp_path, VAE_DEMO_HUB_REVISION=hub.branches["main"]) for _ in range(2)]
    for _, then, folder in map(end_process, processes):
        assert then.startswith("These are the weights of owner/weights at commit")
        assert {n: Path(folder, n).read_bytes() for n in wanted(files)} == wanted(files)
