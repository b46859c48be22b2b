"""The endpoints that set a picture under every codebook of its dataset side by side."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.errors import InputError
from vae_demo.inference import CodebookComparison, Store
from vae_demo.ui.pictures import encode_image, uploaded_path
from vae_demo.ui.widgets import COMPUTING


def offer(store: Store, path_of: Callable[[Any, Mapping[str, Any]], Any]) -> None:
    """Define them; `path_of` gives the path of the tab's picture for a checkpoint and what the page asks."""

    def compare_codebooks(picture: gr.FileData, dataset: str = "photos") -> dict[str, Any]:
        """Reconstruct a picture by every VQ-VAE trained on a dataset, from the smallest codebook to the largest.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            dataset: The dataset that the VQ-VAEs were trained on, such as "photos".

        Returns:
            For each codebook its size, the reconstruction, its PSNR in dB and SSIM, and what the codes cost in bits.
        """
        return shown(inference.compare_codebooks(uploaded_path(picture), dataset, checkpoints=store.current))

    def beside_codebooks(asked: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(asked, dict):
            raise InputError("What is asked for must be an object with a checkpoint and a picture or an example.")
        checkpoints = store.current
        chosen = checkpoints.get(asked.get("checkpoint"), "codes")
        path = path_of(chosen.name, asked)
        return shown(inference.compare_codebooks(path, chosen.dataset, checkpoints=checkpoints))

    gr.api(compare_codebooks, api_name="compare_codebooks", **COMPUTING)
    gr.api(beside_codebooks, api_name="beside_codebooks", api_visibility="private", **COMPUTING)


def shown(result: CodebookComparison) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {
        "dataset": result.dataset,
        "model_input": encode_image(result.model_input),
        "members": [
            {
                **vars(member),
                "reconstruction": encode_image(member.reconstruction),
                "size": [member.reconstruction.width, member.reconstruction.height],
            }
            for member in result.members
        ],
    }
