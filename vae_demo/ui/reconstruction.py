"""The Reconstruction tab: one picture through every variant of a dataset, side by side."""

from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.inference import Reconstruction, Store, VariantReconstruction
from vae_demo.inference.forward import MAX_SIDE
from vae_demo.inference.reconstruction import DEFAULT_DATASET, DIFFERENCE_LIMIT, takes_whole
from vae_demo.ui import directions, parts_in_view, two_pictures
from vae_demo.ui.decoders import server_decoder
from vae_demo.ui.input import PictureInput
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import Choice, Panel, Seed, explanation, first, options

TITLE = "Reconstruction"
SHORT_TITLE = "Reconstruct"
INTRODUCTION = """
Each model squeezes your picture through a narrow **latent** and draws it again from that alone. **Try** a photograph
of your own, a posterior sample, or a digit: choose *digits* and draw one.
"""


def build(page: gr.Blocks, store: Store) -> Panel:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        return first(DEFAULT_DATASET, [(name, name) for name in store.current.datasets()])

    def reconstruct(picture: str, dataset: str, posterior: str, seed: int) -> dict[str, Any]:
        """Encode a picture by every variational autoencoder trained on a dataset, and decode it again.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            dataset: The dataset that the autoencoders were trained on; /checkpoints lists them, "digits" among them.
            posterior: "mean" decodes the posterior mean, "sample" a posterior sample.
            seed: The seed of the posterior sample, a whole number from 0 to 4294967295.

        Returns:
            The reconstruction by each variant, its error (MSE, PSNR in dB, SSIM) and what its latent costs in bits.
        """
        return shown(inference.reconstruct(picture, dataset, posterior, seed, checkpoints=store.current))

    def reconstruct_here(picture: str, dataset: str, posterior: str, seed: int) -> dict[str, Any]:
        # The whole photograph follows when it comes into view: it takes far longer than all else.
        checkpoints = store.current
        answer = inference.reconstruct(picture, dataset, posterior, seed, checkpoints=checkpoints, whole=False)
        by = takes_whole(answer.dataset, checkpoints)
        return shown(answer) | {"whole_by": by and (by.weights_sha256 or by.name)}

    def reconstruct_whole(picture: str, dataset: Any) -> dict[str, Any]:
        return _shown(inference.reconstruct_whole(picture, dataset, store.current), "mean")

    def measure_codecs(picture: str, dataset: Any) -> dict[str, Any]:
        return {"codecs": [vars(curve) for curve in inference.codec_curves(picture, dataset, store.current)]}

    def show_settings(dataset: str, posterior: str, seed: int) -> list[dict[str, Any]]:
        # Codes have no posterior, and a mean no seed.
        gaussian = bool(store.current.of(dataset, "latents"))
        return [
            gr.update(value=posterior, visible=gaussian),
            gr.update(value=seed, visible=gaussian and posterior == "sample"),
        ]

    gr.Markdown(INTRODUCTION, elem_classes="introduction")
    with gr.Row(equal_height=False):
        with gr.Column(elem_classes="controls"):
            dataset = Choice(**options(offer()), label="Trained on", elem_id="reconstruct-dataset")
            given = PictureInput("reconstruct", "reconstruction", dataset, offer, lambda name: name, store)
            posterior = Choice(
                [("Posterior mean", "mean"), ("Posterior sample", "sample")],
                value="mean",
                label="Decode the",
                elem_id="reconstruct-posterior",
            )
            seed = Seed(value=0, label="Seed of the sample", precision=0, visible=False, elem_id="reconstruct-seed")
        with gr.Column(elem_classes="results"):
            panel = Panel(
                "reconstruction.js",
                description="Reconstruction: `model_input`, and for each of `variants` its pictures, errors and latent "
                "cost; `whole` is the same for the whole picture, where a variant takes any size",
                server_functions=[server_decoder(store)],
                elem_id="reconstruct-result",
                min_height=640,
            )
    explanation("reconstruction")
    given.wire(
        reconstruct, [posterior, seed], panel, "reconstruct", show_settings=show_settings, run_here=reconstruct_here
    )
    parts_in_view.offer(store, given.path_of, "codec_curves", measure_codecs)
    parts_in_view.offer(store, given.path_of, "whole_picture", reconstruct_whole)
    two_pictures.offer(store, given.path_of)
    directions.offer(store, given.path_of)
    return panel


def shown(result: Reconstruction) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser, each error put in words."""
    return {
        **vars(result),
        "difference_limit": DIFFERENCE_LIMIT,
        "max_side": MAX_SIDE,
        "model_input": encode_image(result.model_input),
        "size": [result.model_input.width, result.model_input.height],
        "variants": [_shown(variant, result.posterior) for variant in result.variants],
        "whole": result.whole and _shown(result.whole, "mean"),
    }


def _shown(answer: VariantReconstruction, posterior: str) -> dict[str, Any]:
    return {
        **vars(answer),
        "model_input": encode_image(answer.model_input),
        "size": [answer.model_input.width, answer.model_input.height],
        "reconstruction": encode_image(answer.reconstruction),
        "difference": encode_image(answer.difference),
        "verdict": verdict(answer.error_percentile, posterior),
    }


def verdict(error_percentile: float | None, posterior: str) -> str:
    """How usual an error is, in a sentence, from the share of test pictures that come out better."""
    if error_percentile is None and posterior == "sample":
        return "A sample's error is not ranked: the test images were measured by the posterior mean."
    if error_percentile is None:
        return "No test images were measured for this checkpoint."
    if error_percentile == 1:
        return "Worse than every test image: this model has never seen such a picture."
    percent = f"{100 * error_percentile:.1f} %"
    if error_percentile >= 0.995:
        return f"Worse than {percent} of test images: this model has hardly ever seen such a picture."
    if error_percentile >= 0.9:
        return f"Worse than {percent} of test images: an unusual picture for this model."
    if error_percentile <= 0.1:
        return f"Better than {100 * (1 - error_percentile):.1f} % of test images: an easy picture for this model."
    return f"Worse than {percent} of test images: a usual picture for this model."
