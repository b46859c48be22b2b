"""The endpoint behind two pictures of the Reconstruction tab: the latents of both, by every variant."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo.errors import InputError
from vae_demo.inference import Store, encode_by_variants
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import COMPUTING


def offer(store: Store, path_of: Callable[[Any, Mapping[str, Any]], str]) -> None:
    """Define it; `path_of` gives the path of a picture or an example that the page names, of a dataset."""

    def two_pictures(asked: dict[str, Any]) -> dict[str, Any]:
        pictures = asked.get("pictures") if isinstance(asked, dict) else None
        if not isinstance(pictures, list) or len(pictures) != 2 or not all(isinstance(one, dict) for one in pictures):
            raise InputError("What is asked for must be an object with a dataset and two pictures or examples.")
        checkpoints, dataset = store.current, asked.get("dataset")
        start, end = (encode_by_variants(path_of(dataset, picture), dataset, checkpoints) for picture in pictures)
        return {
            "pictures": [encode_image(start.model_input), encode_image(end.model_input)],
            "variants": [
                {**vars(first), "start": first.latent, "end": last.latent}
                for first, last in zip(start.variants, end.variants, strict=True)
            ],
        }

    gr.api(two_pictures, api_name="two_pictures", api_visibility="private", **COMPUTING)
