"""The endpoints /compress and /decompress: a picture to a file of its codes, and back."""

from typing import Any

import gradio as gr

from vae_demo.inference import Store, compress, decompress, describe_compressed
from vae_demo.ui.pictures import encode_image, write_once
from vae_demo.ui.widgets import COMPUTING


def offer(store: Store) -> None:
    """Define both endpoints."""

    def compress_picture(picture: gr.FileData, checkpoint: str) -> dict[str, Any]:
        """Compress a picture with a VQ-VAE checkpoint: the `file` of its code map, and how many `bytes` that has."""
        checkpoints = store.current
        data = compress(_path(picture), checkpoint, checkpoints)
        path = write_once(data, "picture.vq")
        return {
            **vars(describe_compressed(data, checkpoints)),
            "file": {"path": str(path), "meta": {"_type": "gradio.FileData"}},
        }

    def decompress_file(file: gr.FileData) -> dict[str, Any]:
        """The `picture` and the `codes`, by rows, in a file that /compress gave, here or elsewhere."""
        found = decompress(_path(file), store.current)
        return {**vars(found), "picture": encode_image(found.picture)}

    gr.api(compress_picture, api_name="compress", **COMPUTING)
    gr.api(decompress_file, api_name="decompress", **COMPUTING)


def _path(file: Any) -> Any:
    """Where an upload lies; None for what is no upload, which the inference module answers with a sentence."""
    return file.get("path") if isinstance(file, dict) else None
