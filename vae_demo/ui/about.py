"""The About tab: every checkpoint's card, and where the weights come from."""

from typing import Any

import gradio as gr

from vae_demo.inference import Checkpoints, Store, trade_offs
from vae_demo.ui.model_cards import card_html
from vae_demo.ui.requests import serve_tab
from vae_demo.ui.widgets import Panel

TITLE = "About the models"
SHORT_TITLE = "Models"
INTRODUCTION = """
Every checkpoint behind this page, with what it measured on pictures that it never saw: the test split of its dataset.
**Open one** for all its numbers, its weights' SHA-256 and its model card.
"""
KEPT = (
    "images", "mse", "psnr", "ssim", "rate", "distortion", "distortion_mean", "negative_elbo",
    "negative_log_likelihood", "active_dimensions", "mig", "usage", "perplexity", "bits_per_code",
    "bits_per_code_unigram", "bits_per_code_uniform", "parameters",
)  # fmt: skip


def build(page: gr.Blocks, store: Store) -> Panel:
    """Lay out the tab and wire it."""

    def checkpoints() -> dict[str, Any]:
        """List all checkpoints by name: variant, dataset, and what was measured on the dataset's test split.

        Returns:
            The checkpoints, where their weights come from, and each variant's trade-off: rate in bits, PSNR in dB,
            Fréchet distance of its samples and mutual information gap, null where one was not measured.
        """
        current = store.current
        source = current.source
        return {
            "notice": " ".join([store.source.notice, *_own(current)]),  # its reason may change while the weights stay
            "repo": source.repo,
            "commit": source.commit,
            "checkpoints": [
                {
                    "name": checkpoint.name,
                    "title": checkpoint.title,
                    "dataset": checkpoint.dataset,
                    "dataset_licence": checkpoint.dataset_licence,
                    "image_shape": list(checkpoint.image_shape),
                    "metrics": {
                        key: checkpoint.metrics[key] for key in KEPT if checkpoint.metrics.get(key) is not None
                    },
                    "weights_bytes": checkpoint.weights_bytes,
                    "weights_sha256": checkpoint.weights_sha256,
                    "measured_sha256": checkpoint.metrics.get("weights_sha256"),
                }
                for checkpoint in current.catalogue.values()
            ],
            "trade_offs": [vars(measured) for measured in trade_offs(current)],
        }

    def model_card(checkpoint: str) -> str:
        """Read a checkpoint's model card: how it was trained, what its numbers mean and where it fails.

        Args:
            checkpoint: The name of a checkpoint; /checkpoints lists them.

        Returns:
            The card as Markdown, without its front matter; empty where there is none.
        """
        return store.current.get(checkpoint).card

    def drawn_card(checkpoint: str) -> str:
        return card_html(store.current.get(checkpoint))

    gr.Markdown(INTRODUCTION, elem_classes="introduction")
    panel = Panel(
        "about.js",
        description="The source of the weights, and all checkpoints with their held-out numbers",
        server_functions=[drawn_card],
        elem_id="about",
    )
    gr.on([], checkpoints, None, panel, api_name="checkpoints")
    gr.api(model_card, api_name="model_card")
    page.examples["model_card"] = {"checkpoint": next(iter(store.current.catalogue), "")}
    serve_tab("about", panel, [], lambda wanted: {"settings": {}, "controls": [], "result": checkpoints()})
    return panel


def _own(checkpoints: Checkpoints) -> list[str]:
    own = checkpoints.own()
    return [f"{', '.join(own)} {'is' if len(own) == 1 else 'are'} of this host's own folder."] if own else []
