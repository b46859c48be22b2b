"""The endpoints /compress and /decompress: a picture to a file of its codes, and back."""

from pathlib import Path
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.examples import example_pictures
from vae_demo.inference import Store
from vae_demo.inference.codes import DEFAULT_CHECKPOINT
from vae_demo.inference.compression import COMPRESSED_BY
from vae_demo.ui.pictures import encode_image, write_once
from vae_demo.ui.widgets import COMPUTING
from vae_demo.weights.catalogue import Checkpoint


def offer(page: gr.Blocks, store: Store) -> None:
    """Define both endpoints."""

    def compress(picture: gr.FileData, checkpoint: str = COMPRESSED_BY) -> dict[str, Any]:
        """Compress a picture to a file of its VQ-VAE codes, each as long as the learned prior finds it likely.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            checkpoint: The VQ-VAE that encodes it; /checkpoints lists them.

        Returns:
            The file, how many bytes it has, and what is in it.
        """
        checkpoints = store.current
        data = inference.compress(_path(picture), checkpoint, checkpoints)
        described = vars(inference.describe_compressed(data, checkpoints))
        return {**described, "file": {"path": _written(data), "meta": {"_type": "gradio.FileData"}}}

    def decompress(file: gr.FileData) -> dict[str, Any]:
        """Decode a file that /compress gave, here or elsewhere.

        Args:
            file: A file uploaded here, or its address here.

        Returns:
            The picture, and the codes by rows.
        """
        found = inference.decompress(_path(file), store.current)
        return {**vars(found), "picture": encode_image(found.picture)}

    def example_picture() -> dict[str, Any]:
        example = Path(example_pictures(_example_checkpoint(store).dataset)[0])
        return {"path": str(write_once(example.read_bytes(), example.name)), "orig_name": example.name}

    def example_file() -> dict[str, Any]:
        data = inference.compress(example_picture()["path"], _example_checkpoint(store).name, store.current)
        return {"path": _written(data), "orig_name": "picture.vq"}

    gr.api(compress, api_name="compress", **COMPUTING)
    gr.api(decompress, api_name="decompress", **COMPUTING)
    if store.current.of(None, "codes"):
        page.examples["compress"] = {"picture": example_picture}
        page.examples["decompress"] = {"file": example_file}


def _example_checkpoint(store: Store) -> Checkpoint:
    offered = {c.name: c for c in store.current.of(None, "codes")}
    return offered.get(DEFAULT_CHECKPOINT) or next(iter(offered.values()))


def _path(file: Any) -> Any:
    return file.get("path") if isinstance(file, dict) else None  # inference has a sentence for what is no upload


def _written(data: bytes) -> str:
    return str(write_once(data, "picture.vq"))
