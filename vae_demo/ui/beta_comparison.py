"""The Beta comparison tab: one picture through a whole family of betas."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.inference import BetaComparison, Store, checks
from vae_demo.inference.beta_comparison import TRAVERSAL_VALUES, beta_datasets
from vae_demo.ui.decoders import server_decoder
from vae_demo.ui.input import PictureInput
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import Choice, Panel, explanation, first, options

TITLE = "Beta comparison"
SHORT_TITLE = "Betas"
INTRODUCTION = """
The same architecture, trained again with a larger and larger weight **β** on the KL term, which limits what the latent
tells: what does it buy, and what does it cost? **Try** following one picture from the smallest β to the largest.
"""


def build(page: gr.Blocks, store: Store) -> Panel:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        return first("digits", [(name, name) for name in beta_datasets(store.current)])

    def compare_betas(picture: str, dataset: str) -> dict[str, Any]:
        """Reconstruct a picture by every beta-VAE trained on a dataset, from the smallest beta to the largest.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            dataset: The dataset that the beta-VAEs were trained on, such as "digits", "cartoons" or "sprites".

        Returns:
            For each beta the reconstruction, its rate in nats and its distortion, and traversals of its latents.
        """
        return shown(inference.compare_betas(picture, dataset, checkpoints=store.current))

    def check_link(link: Mapping[str, Any], result: dict[str, Any]) -> None:
        if "beta" in link:
            checks.one_of("The beta", link["beta"], [f"{member['beta']:g}" for member in result["members"]])

    gr.Markdown(INTRODUCTION, elem_classes="introduction")
    with gr.Row(equal_height=False):
        with gr.Column(elem_classes="controls"):
            dataset = Choice(**options(offer()), label="Trained on", elem_id="beta-dataset")
            given = PictureInput("beta", "beta_comparison", dataset, offer, lambda name: name, store)
        with gr.Column(elem_classes="results"):
            panel = Panel(
                "beta_comparison.js",
                description="Comparison: `model_input`, and for each of `members` its beta, reconstruction, rate, "
                "distortion, KL per dimension and traversal",
                server_functions=[server_decoder(store)],
                elem_id="beta-result",
            )
    explanation("beta_comparison")
    given.wire(compare_betas, [], panel, "compare_betas", check_link)
    return panel


def shown(result: BetaComparison) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {
        "dataset": result.dataset,
        "model_input": encode_image(result.model_input),
        "size": [result.model_input.width, result.model_input.height],
        "downsampled": result.downsampled,
        "traversal_values": list(TRAVERSAL_VALUES),
        "members": [
            {
                **vars(member),
                "reconstruction": encode_image(member.reconstruction),
                "traversal": [[encode_image(picture) for picture in row] for row in member.traversal],
            }
            for member in result.members
        ],
    }
