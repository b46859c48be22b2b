"""The VQ code maps tab: a picture as a grid of codes, to read and to repaint."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.entropy_coding.probabilities import Progress
from vae_demo.errors import InputError
from vae_demo.examples import example_pictures
from vae_demo.inference import (
    Checkpoints,
    DecodedCodes,
    EncodedPicture,
    Store,
    codebook,
    compare_codecs,
    from_text,
    open_codes_text,
    open_compressed,
)
from vae_demo.inference.codes import DEFAULT_CHECKPOINT
from vae_demo.inference.compression import MAX_LINKED_CODES
from vae_demo.ui import codebooks, compression
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.compression import shown_comparison
from vae_demo.ui.input import PictureInput
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.progress import with_progress
from vae_demo.ui.widgets import COMPUTING, Menu, Panel, Picture, explanation, first, options

TITLE = "VQ code maps"
SHORT_TITLE = "Codes"
INTRODUCTION = """
A VQ-VAE writes a picture as a grid of **codes**, each the index of a vector in its **codebook**; alike codes have alike
colours. **Try** painting over an eye, or swapping a region with a second picture: the picture follows.
"""


def build(page: gr.Blocks, store: Store) -> Panel:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        return first(DEFAULT_CHECKPOINT, [(c.dataset, c.name) for c in store.current.of(None, "codes")])

    offered = options(offer())

    def encode_codes(picture: str, checkpoint: str) -> dict[str, Any]:
        """Encode a picture to its code map by a VQ-VAE, with a code for each 4 x 4 pixels.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            checkpoint: The name of a VQ-VAE's checkpoint, such as "vq-vae-cartoons"; /checkpoints lists them.

        Returns:
            The codes as rows of numbers, the picture decoded from them, its error, and what the codes cost in bits.
        """
        checkpoints = store.current
        return shown_encoded(inference.encode_codes(picture, checkpoint, checkpoints=checkpoints), checkpoints)

    def decode_codes(codes: list[list[int]], checkpoint: str = offered["value"]) -> dict[str, Any]:
        """Decode a code map, as /encode_codes and /sample give it, edited or not, to its picture by a VQ-VAE.

        Args:
            codes: The code map: 1 to 256 rows of equal length, each of 1 to 256 codes, whole numbers from 0.
            checkpoint: The name of the VQ-VAE's checkpoint whose codes they are, such as "vq-vae-cartoons".

        Returns:
            The picture, and what the codes cost in bits.
        """
        return shown(inference.decode_codes(codes, checkpoint, checkpoints=store.current))

    def restore(written: Any, progress: Progress) -> tuple[str, dict[str, Any], str]:
        checkpoints = store.current
        if isinstance(written, str) and written.startswith("{"):
            opened = open_codes_text(written, checkpoints)
        else:
            opened = open_compressed(from_text(written) if written else b"", checkpoints, progress)
        value = {**shown(opened), "codebook": shown_codebook(opened.checkpoint, checkpoints)}
        return opened.checkpoint, value, written if value["linkable"] else opened.file

    def beside_codecs(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not isinstance(asked, dict):
            raise InputError("What is asked for must be an object with a checkpoint and a picture or an example.")
        checkpoint, whole = asked.get("checkpoint"), asked.get("whole") is True
        path, checkpoints = given.path_of(checkpoint, asked), store.current
        if asked.get("picture") is None and not whole:
            yield compare_example(path, checkpoint)
        else:
            yield from with_progress(
                lambda progress: shown_comparison(compare_codecs(path, checkpoint, whole, checkpoints, progress))
            )

    def compare_small(path: str, checkpoint: str) -> dict[str, Any]:
        return shown_comparison(compare_codecs(path, checkpoint, False, store.current))

    compare_example = cached(store, compare_small)

    def encode_second(picture: str | None, checkpoint: str) -> Any:
        if not picture:
            return gr.skip()
        encoded = inference.encode_codes(picture, checkpoint, checkpoints=store.current)
        return {
            "second": {
                "checkpoint": checkpoint,
                "codes": encoded.codes,
                "model_input": encode_image(encoded.model_input),
            }
        }

    def offer_second(checkpoint: str) -> tuple[str | None, Any]:
        pictures = example_pictures(store.current.get(checkpoint, "codes").dataset)
        picture = pictures[1] if len(pictures) > 1 else None
        return picture, encode_second(picture, checkpoint)

    gr.Markdown(INTRODUCTION, elem_classes="introduction")
    with gr.Row(equal_height=False):
        with gr.Column(elem_classes="controls"):
            checkpoint = Menu(**offered, label="VQ-VAE trained on", elem_id="codes-checkpoint")
            given = PictureInput(
                "codes", "code_maps", checkpoint, offer, lambda name: store.current.get(name, "codes").dataset, store
            )
            with gr.Accordion("A second picture", open=False, elem_id="codes-second") as accordion:
                second = Picture(
                    label="Second picture",
                    type="filepath",
                    sources=["upload", "webcam", "clipboard"],
                    height=200,
                    elem_id="codes-second-picture",
                    elem_classes="crisp",
                )
        with gr.Column(elem_classes="results"):
            panel = Panel(
                "code_maps.js",
                description="Code map: `codes` as rows of code indices, the decoded `picture`, perplexity and bits",
                elem_id="codes-result",
                min_height=480,
            )
    explanation("code_maps")
    given.wire(encode_codes, [], panel, "encode_codes", restore=restore)
    quiet = {"api_visibility": "private", "show_progress": "hidden", **COMPUTING}
    accordion.expand(offer_second, checkpoint, [second, panel], **quiet)
    second.input(encode_second, [second, checkpoint], panel, **quiet)
    gr.api(decode_codes, api_name="decode_codes", **COMPUTING)
    gr.api(beside_codecs, api_name="beside_codecs", api_visibility="private", **COMPUTING)
    page.examples["decode_codes"] = {"codes": [[0, 1], [2, 3]]}
    compression.offer(page, store)
    codebooks.offer(store, given.path_of)
    return panel


def shown(result: DecodedCodes) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {
        **vars(result),
        "picture": encode_image(result.picture),
        "size": [result.picture.width, result.picture.height],
        "linkable": len(result.codes) * len(result.codes[0]) <= MAX_LINKED_CODES,
    }


def shown_encoded(result: EncodedPicture, checkpoints: Checkpoints) -> dict[str, Any]:
    """As `shown`, with the picture that went in and the codebook for the palette."""
    chosen = checkpoints.get(result.checkpoint)
    return {
        **shown(result),
        "model_input": encode_image(result.model_input),
        "codebook": shown_codebook(result.checkpoint, checkpoints),
        "any_size": chosen.any_size,
        "codebooks": len(checkpoints.of(chosen.dataset, "codes")),
    }


def shown_codebook(checkpoint: str, checkpoints: Checkpoints) -> dict[str, Any]:
    """The codebook for the palette."""
    return vars(codebook(checkpoint, checkpoints=checkpoints))
