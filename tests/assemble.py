"""The browser's product of matrices, made of its text: `python -m tests.assemble`."""

import wasmtime

from vae_demo.ui.browser import FRONT

TEXT = FRONT / "decoder" / "product.wat"
BINARY = TEXT.with_suffix(".wasm")


def assembled() -> bytes:
    """The module that TEXT describes."""
    return bytes(wasmtime.wat2wasm(TEXT.read_text(encoding="utf-8")))


if __name__ == "__main__":
    BINARY.write_bytes(assembled())
