"""Where models compute: named devices, and a GPU's answers beside the processor's."""

import threading

import numpy as np
import pytest
import torch
from conftest import EXAMPLES

from vae_demo import InputError, encode_codes, load_checkpoints, reconstruct, walk
from vae_demo.weights.device import full_precision
from vae_demo.weights.hub import BUNDLED

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def test_a_device_is_chosen_by_itself_where_none_is_named():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert load_checkpoints(BUNDLED).device == torch.device(expected)
    assert load_checkpoints(BUNDLED, device="cpu").device == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "", "meta", 7])
def test_a_device_that_is_not_here_is_refused_before_anything_is_fetched(name):
    with pytest.raises(
        InputError, match=r"There is no device .+ here: use 'cpu', or 'auto' for CUDA where there is one"
    ):
        load_checkpoints("nobody/nothing", device=name)


def test_what_goes_through_a_model_goes_to_its_device(monkeypatch):
    checkpoints, moved = load_checkpoints(BUNDLED, device="cpu"), []
    plain = torch.Tensor.to
    monkeypatch.setattr(torch.Tensor, "to", lambda self, *a, **k: moved.append(a[:1]) or plain(self, *a, **k))
    reconstruct(EXAMPLES / "digits" / "3.png", checkpoints=checkpoints, dataset="digits")
    assert moved.count((checkpoints.device,)) == 8  # four encoders, and four decoders


def test_full_precision_comes_and_goes_and_leaves_what_else_was_set():
    def settings():
        cudnn = torch.backends.cudnn
        return cudnn.allow_tf32, cudnn.deterministic, cudnn.enabled, torch.get_float32_matmul_precision()

    before = settings()
    with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=True):
        with full_precision(torch.device("cuda")):
            assert settings() == (False, True, True, "highest")
        assert settings()[:3] == (True, True, True)
    assert settings() == before


def test_one_thread_does_not_end_anothers_full_precision():
    inside, done, seen = threading.Event(), threading.Event(), []

    def other():
        inside.wait()
        with full_precision(torch.device("cuda")):
            seen.append((done.is_set(), torch.backends.cudnn.allow_tf32))

    thread = threading.Thread(target=other)
    thread.start()
    with full_precision(torch.device("cuda")):
        inside.set()
        thread.join(0.2)
        assert not torch.backends.cudnn.allow_tf32
        done.set()
    thread.join()
    assert seen == [(True, False)]
    assert torch.backends.cudnn.allow_tf32


@needs_gpu
@pytest.mark.parametrize("dataset", ["digits", "cartoons", "faces", "photos"])
@pytest.mark.parametrize("posterior", ["mean", "sample"])
def test_a_gpu_reconstructs_as_the_processor_does(dataset, posterior):
    picture = EXAMPLES / "faces" / "sample-0.png"
    on_cpu, on_gpu = (
        reconstruct([picture] * 2, dataset, posterior, 3, checkpoints=load_checkpoints(BUNDLED, device=device))[1]
        for device in ("cpu", "cuda")
    )
    for one, other in zip(on_cpu.variants, on_gpu.variants, strict=True):
        levels = [np.asarray(answer.reconstruction, dtype=int) for answer in (one, other)]
        assert np.abs(levels[0] - levels[1]).max() <= 1
        assert other.psnr == pytest.approx(one.psnr, abs=0.01)


@needs_gpu
def test_a_gpu_encodes_and_walks_as_the_processor_does():
    on_cpu, on_gpu = (load_checkpoints(BUNDLED, device=device) for device in ("cpu", "cuda"))
    faces = [EXAMPLES / "faces" / f"sample-{number}.png" for number in (0, 2)]
    maps = [[encode_codes(face, "vq-vae-faces", places).codes for face in faces] for places in (on_cpu, on_gpu)]
    assert maps[0] == maps[1]
    ways = [walk("vq-vae-faces", *maps[0], 3, places).pictures for places in (on_cpu, on_gpu)]
    for one, other in zip(*ways, strict=True):
        assert np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max() <= 1
