"""Where models compute: the processor, or a GPU."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from vae_demo.errors import InputError

AUTOMATIC = "auto"
"""CUDA where there is one, else the CPU."""


def usable_device(name: str) -> torch.device:
    """The device that PyTorch calls `name`, or the one for `AUTOMATIC`. Raises InputError where there is none here."""
    if name == AUTOMATIC:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        raise InputError(
            f"There is no device {name!r} here: use 'cpu', or 'auto' for CUDA where there is one."
        ) from error
    return device


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Within it a GPU keeps all of float32's digits, which TF32 would cut to 10 bits: codes that lie near each other
    would be taken for one another. One thread at a time, for the settings are the whole process's; they come back."""
    if device.type != "cuda":
        yield
        return
    cudnn = torch.backends.cudnn
    with _settings:
        products = torch.get_float32_matmul_precision()
        kept = {"enabled": cudnn.enabled, "benchmark": cudnn.benchmark, "deterministic": cudnn.deterministic}
        torch.set_float32_matmul_precision("highest")
        try:
            with cudnn.flags(**kept, allow_tf32=False):
                yield
        finally:
            torch.set_float32_matmul_precision(products)


_settings = threading.RLock()
