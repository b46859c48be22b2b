"""Test pictures to files of codes under one setting, and back to codes under others.

`python -m tests.benchmarks.code_files --data-dir DIR` ends with status 1 where any file or code differs.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tests.code_files import AVX2, OLD_PROCESSOR, answer, elsewhere
from vae_demo.entropy_coding.file import MAX_SIDE
from vae_demo.evaluation.held_out import batches, load_pictures
from vae_demo.inference import Checkpoints, default_store
from vae_demo.weights.catalogue import Checkpoint

SETTINGS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "the same": ({}, {}),
    "2 threads": ({"threads": 2}, {}),
    "AVX2, 32 tiles at once": ({"tiles": 32}, AVX2),
    "no AVX, 1 tile at once": ({"tiles": 1}, OLD_PROCESSOR),
}
"""What another process is told, and its environment."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the status to end with."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.code_files", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the datasets")
    parser.add_argument("--pictures", type=int, default=300, help="of each test split (default: %(default)s)")
    parser.add_argument("--together", type=int, default=1, help="maps that share a file (default: %(default)s)")
    parser.add_argument("--checkpoints", nargs="*", default=[], metavar="NAME", help="default: all with codes")
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=SETTINGS, help="default: all")
    parser.add_argument("--python", type=Path, nargs="*", default=[], help="more to read the files with")
    a = parser.parse_args(arguments)
    readers = [(name, sys.executable, *SETTINGS[name]) for name in a.settings]
    readers += [(str(python), python, {}, {}) for python in a.python]

    checkpoints, differ = default_store().current, 0
    print("| checkpoint | read by | pictures | files | bytes | files that differ | codes that differ | minutes |")
    print("| --- | --- | --: | --: | --: | --: | --: | --: |", flush=True)
    for checkpoint in checkpoints.of(None, "codes"):
        if a.checkpoints and checkpoint.name not in a.checkpoints:
            continue
        maps = test_maps(checkpoint, checkpoints, a.data_dir, a.pictures)
        joined = [torch.cat(part.unbind()) for part in maps.split(max(1, min(a.together, MAX_SIDE // maps.shape[1])))]
        request: dict[str, Any] = {"maps": [(checkpoint.name, codes.tolist()) for codes in joined]}
        request["files"] = answer(request)["written"]
        size = sum(map(len, request["files"])) // 2
        for name, python, told, environ in readers:
            begun = time.perf_counter()
            found = elsewhere(request | told, environ, python, timeout=None)
            other_files = sum(a != b for a, b in zip(found["written"], request["files"], strict=True))
            other_codes = sum(a != b for a, (_, b) in zip(found["codes"], request["maps"], strict=True))
            differ += other_files + other_codes
            row = (checkpoint.name, name, len(maps), len(joined), f"{size:,}", other_files, other_codes)
            print("|", *(f"{cell} |" for cell in row), f"{(time.perf_counter() - begun) / 60:.1f} |", flush=True)
    return 1 if differ else 0


@torch.inference_mode()
def test_maps(checkpoint: Checkpoint, checkpoints: Checkpoints, data_dir: Path, count: int) -> Tensor:
    """The code maps (N, H, W) of the first pictures of a test split, at most `count`."""
    pictures = load_pictures(checkpoint, data_dir, "test")
    model, first = checkpoints.model(checkpoint), torch.arange(min(count, len(pictures)))
    parts = batches(checkpoint, pictures, first, torch.device("cpu"))
    return torch.cat([checkpoint.variant.encode(model, x).values for x in parts])


if __name__ == "__main__":
    sys.exit(main())
