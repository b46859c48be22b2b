"""Files of codes, written and read by a process of its own: `python -m tests.code_files < REQUEST > ANSWER`.

The request is JSON: `maps` to write, as [checkpoint, rows], `files` to read, in hex, `threads`, and `tiles`, how many
the writer computes together. The answer has the `written` files, in hex, and the `codes` that were read, by rows.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OLD_PROCESSOR = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}


def elsewhere(
    request: dict[str, Any], environ: dict[str, str], python: str | Path = sys.executable, timeout: float | None = 100
) -> dict[str, Any]:
    """The answer of a process of its own to a request, in another environment, by another Python."""
    unset = {"PYTHONPATH", *OLD_PROCESSOR}
    environment = {key: value for key, value in os.environ.items() if key not in unset} | environ
    done = subprocess.run(
        [str(python), "-m", "tests.code_files"],
        input=json.dumps(request), text=True, stdout=subprocess.PIPE, cwd=ROOT, env=environment, check=True,
        timeout=timeout,
    )  # fmt: skip
    return json.loads(done.stdout)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    import torch

    from vae_demo.entropy_coding import probabilities
    from vae_demo.errors import InputError
    from vae_demo.inference import compress_codes, decompress

    torch.set_num_threads(request.get("threads", 1))
    probabilities.ENCODED_AT_ONCE = request.get("tiles", probabilities.ENCODED_AT_ONCE)
    written = [compress_codes(rows, checkpoint).hex() for checkpoint, rows in request.get("maps", [])]
    read = []
    for file in request.get("files", []):
        try:
            read.append(decompress(bytes.fromhex(file)).codes)
        except InputError as error:
            read.append(str(error))
    return {"written": written, "codes": read}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
