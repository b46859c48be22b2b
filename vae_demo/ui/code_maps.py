"""The VQ code maps tab: a picture as a grid of codes, to read and to repaint."""

from typing import Any

import gradio as gr

from vae_demo.inference import Checkpoints, DecodedCodes, EncodedPicture, Store, codebook, decode_codes, encode_codes
from vae_demo.ui.input import PictureInput
from vae_demo.ui.pictures import sent
from vae_demo.ui.widgets import COMPUTING, Menu, Panel, answering, first, options

TITLE = "VQ code maps"
INTRODUCTION = """
A VQ-VAE writes a picture as a grid of **codes**, each the index of a vector in its **codebook**; alike codes have alike
colours. **Try** choosing a code in the palette and painting it onto the map: the picture follows.
"""


def build(page: gr.Blocks, store: Store) -> None:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        return first("vq-vae-cartoons", [(c.dataset, c.name) for c in store.current.of(None, "vq-vae")])

    def run(picture: str, checkpoint: str) -> dict[str, Any]:
        """Encode a picture to the code map of a VQ-VAE checkpoint."""
        checkpoints = store.current
        return shown_encoded(encode_codes(picture, checkpoint, checkpoints=checkpoints), checkpoints)

    @answering
    def decode(codes: list[list[int]], checkpoint: str) -> dict[str, Any]:
        """The picture of a code map: rows of code indices, and the VQ-VAE checkpoint whose codes they are."""
        return shown(decode_codes(codes, checkpoint, checkpoints=store.current))

    def repaint(event: gr.EventData) -> dict[str, Any]:
        # The revision goes back with the answer: the page draws that of the last edit alone.
        return {**decode(event.codes, event.checkpoint), "revision": event.revision}

    gr.Markdown(INTRODUCTION)
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=280):
            checkpoint = Menu(**options(offer()), label="VQ-VAE trained on", elem_id="codes-checkpoint")
            given = PictureInput("codes", checkpoint, offer, lambda name: store.current.get(name, "vq-vae").dataset)
        with gr.Column(scale=3, min_width=300):
            panel = Panel(
                "code_maps.js",
                description="Code map: `codes` as rows of code indices, the decoded `picture`, perplexity and bits",
                elem_id="codes-result",
                min_height=480,
            )
    given.wire(page, run, [], panel, "encode_codes")
    panel.edit(
        repaint, None, panel,
        api_visibility="private", trigger_mode="always_last", show_progress="hidden", **COMPUTING,
    )  # fmt: skip
    gr.api(decode, api_name="decode_codes", **COMPUTING)


def shown(result: DecodedCodes) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {**vars(result), "picture": sent(result.picture), "size": [result.picture.width, result.picture.height]}


def shown_encoded(result: EncodedPicture, checkpoints: Checkpoints) -> dict[str, Any]:
    """As `shown`, with the picture that went in and the codebook for the palette."""
    return {
        **shown(result),
        "seen": sent(result.seen),
        "codebook": vars(codebook(result.checkpoint, checkpoints=checkpoints)),
    }
