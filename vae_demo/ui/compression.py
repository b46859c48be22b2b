"""The endpoints /compress and /decompress: a picture to a file of its codes, and back."""

from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.examples import example_pictures
from vae_demo.inference import Store
from vae_demo.inference.codes import DEFAULT_CHECKPOINT
from vae_demo.ui.pictures import encode_image, write_once
from vae_demo.ui.widgets import COMPUTING, Panel


def offer(
    page: gr.Blocks, store: Store, picture: gr.components.Component, checkpoint: gr.components.Component, panel: Panel
) -> None:
    """Define both endpoints; /compress takes what the components of the tab take."""

    def compress(picture: str, checkpoint: str) -> dict[str, Any]:
        """Compress a picture to a file of its VQ-VAE codes, each as long as the learned prior finds it likely.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            checkpoint: The VQ-VAE that encodes it; /checkpoints lists them.

        Returns:
            The file, how many bytes it has, and what is in it.
        """
        checkpoints = store.current
        data = inference.compress(picture, checkpoint, checkpoints)
        described = vars(inference.describe_compressed(data, checkpoints))
        return {**described, "file": {"path": _written(data), "meta": {"_type": "gradio.FileData"}}}

    def decompress(file: gr.FileData) -> dict[str, Any]:
        """Decode a file that /compress gave, here or elsewhere.

        Args:
            file: A file uploaded here, or its address here.

        Returns:
            The picture, and the codes by rows.
        """
        path = file.get("path") if isinstance(file, dict) else None  # inference has a sentence for what is no upload
        found = inference.decompress(path, store.current)
        return {**vars(found), "picture": encode_image(found.picture)}

    def example_file() -> dict[str, str]:
        offered = {c.name: c for c in store.current.of(None, "codes")}
        chosen = offered.get(DEFAULT_CHECKPOINT) or next(iter(offered.values()), None)
        pictures = example_pictures(chosen.dataset) if chosen else []
        if not pictures:
            return {}
        path = _written(inference.compress(pictures[0], chosen.name, store.current))
        return {"path": path, "orig_name": "picture.vq"}

    gr.on([], compress, [picture, checkpoint], panel, api_name="compress", **COMPUTING)
    gr.api(decompress, api_name="decompress", **COMPUTING)
    page.examples["decompress"] = {"file": example_file}


def _written(data: bytes) -> str:
    return str(write_once(data, "picture.vq"))
