"""The endpoint behind the plane of the Reconstruction tab: JPEG, WebP and AVIF on what the models see."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.errors import InputError
from vae_demo.inference import Store
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.widgets import COMPUTING


def offer(store: Store, path_of: Callable[[Any, Mapping[str, Any]], str]) -> None:
    """Define it; `path_of` gives the path of a picture or an example that the page names, of a dataset."""

    def codec_curves(asked: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(asked, dict):
            raise InputError("What is asked for must be an object with a dataset and a picture or an example.")
        dataset = asked.get("dataset")
        run = measure if asked.get("picture") is not None else measure_example
        return run(path_of(dataset, asked), dataset)

    def measure(path: str, dataset: Any) -> dict[str, Any]:
        return {"codecs": [vars(curve) for curve in inference.codec_curves(path, dataset, store.current)]}

    measure_example = cached(store, measure)
    gr.api(codec_curves, api_name="codec_curves", api_visibility="private", **COMPUTING)
