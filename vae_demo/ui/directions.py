"""The endpoint behind the directions of the Reconstruction tab: from pictures without something to pictures with it."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo.errors import InputError
from vae_demo.inference import Store, direction, side_of_direction
from vae_demo.inference.direction import SideError
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import COMPUTING

SIDES = ("with", "without")


def offer(store: Store, path_of: Callable[[Any, Mapping[str, Any]], str]) -> None:
    """Define it; `path_of` gives the path of a picture or an example that the page names, of a dataset."""

    def directions(asked: dict[str, Any]) -> dict[str, Any]:
        given = [asked.get(side) if isinstance(asked, dict) else None for side in SIDES]
        if not all(isinstance(side, list) and all(isinstance(one, dict) for one in side) for side in given):
            raise InputError(
                "What is asked for must be an object with a dataset and two lists of pictures or examples."
            )
        checkpoints, dataset = store.current, asked.get("dataset")
        paths = [[path_of(dataset, one) for one in side] for side in given]
        try:
            if all(paths):
                found = direction(*paths, dataset, checkpoints)
                pictures, variants = [found.with_pictures, found.without_pictures], found.variants
            else:  # the page shows each picture as soon as it is given
                pictures = [
                    side_of_direction(side, some, dataset, checkpoints) if some else []
                    for side, some in zip(SIDES, paths, strict=True)
                ]
                variants = []
        except SideError as error:  # the page takes that one away, and asks for the others
            return {"refused": {"side": error.side, "place": error.place, "why": str(error)}}
        return {
            **{side: [encode_image(one) for one in some] for side, some in zip(SIDES, pictures, strict=True)},
            "variants": [vars(variant) for variant in variants],
        }

    gr.api(directions, api_name="directions", api_visibility="private", **COMPUTING)
