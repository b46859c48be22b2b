"""The endpoints behind those parts of an answer that the page asks for when they come into view."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo.errors import InputError
from vae_demo.inference import Store
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.widgets import COMPUTING


def offer(
    store: Store,
    path_of: Callable[[Any, Mapping[str, Any]], str],
    endpoint: str,
    answer: Callable[[str, Any], dict[str, Any]],
) -> None:
    """Define one: `answer` gives the part for the picture at a path and a dataset, `path_of` the path of a picture or
    an example that the page names, of a dataset. The answers to examples are kept."""
    answer_example = cached(store, answer)

    def part(asked: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(asked, dict):
            raise InputError("What is asked for must be an object with a dataset and a picture or an example.")
        dataset = asked.get("dataset")
        run = answer if asked.get("picture") is not None else answer_example
        return run(path_of(dataset, asked), dataset)

    gr.api(part, api_name=endpoint, api_visibility="private", **COMPUTING)
