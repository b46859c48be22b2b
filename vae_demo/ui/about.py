"""The About tab: every checkpoint's card, and where the weights come from."""

from typing import Any

import gradio as gr

from vae_demo.inference import Store
from vae_demo.ui.widgets import Panel, answering

TITLE = "About the models"
INTRODUCTION = """
Every checkpoint behind this page, with what it measured on the test split of its dataset. Mean squared errors are
averaged over pixels and channels of values in [0, 1]; rates and distortions are nats an image.
"""
KEPT = (
    "images", "mse", "psnr", "ssim", "rate", "distortion", "negative_elbo", "active_dimensions", "mig", "usage",
    "perplexity", "bits_per_code", "parameters", "weights_sha256", "weights_bytes",
)  # fmt: skip


def build(page: gr.Blocks, store: Store) -> None:
    """Lay out the tab and wire it."""

    @answering
    def run() -> dict[str, Any]:
        """All checkpoints with their held-out numbers, and where the weights come from."""
        source = store.source
        return {
            "notice": source.notice,
            "repo": source.repo,
            "commit": source.commit,
            "checkpoints": [
                {
                    "name": checkpoint.name,
                    "title": checkpoint.title,
                    "dataset": checkpoint.dataset,
                    "dataset_licence": checkpoint.dataset_licence,
                    "image_shape": list(checkpoint.image_shape),
                    "metrics": {key: checkpoint.metrics[key] for key in KEPT if key in checkpoint.metrics},
                }
                for checkpoint in store.current.catalogue.values()
            ],
        }

    gr.Markdown(INTRODUCTION)
    panel = Panel(
        "about.js",
        description="The source of the weights, and all checkpoints with their held-out numbers",
        elem_id="about",
    )
    page.load(run, None, panel, api_name="checkpoints", show_progress="minimal")
