"""The Blocks page: a heading, five tabs, and where the weights come from."""

import gradio as gr

from vae_demo.inference import Store
from vae_demo.ui import about, beta_comparison, code_maps, reconstruction, sampling

DELETE_AFTER_SECONDS = 3600
"""Uploads and answers are deleted within two hours: looked for every hour, an hour after they were made."""

HEADING = """
# Variational autoencoders, by using them
See what four kinds of VAE keep of your picture, what they lose, and dream up.
"""


def build_page(store: Store) -> gr.Blocks:
    """The whole page on `store`'s checkpoints. Nothing is loaded or computed until the page is opened."""
    with gr.Blocks(
        title="Variational autoencoders, by using them",
        analytics_enabled=False,
        delete_cache=(DELETE_AFTER_SECONDS, DELETE_AFTER_SECONDS),
    ) as page:
        gr.Markdown(HEADING, elem_id="heading")
        weights = gr.Markdown(store.source.notice, elem_id="weights")
        page.load(lambda: store.source.notice, None, weights, api_visibility="private", show_progress="hidden")
        with gr.Tabs():
            for tab in (reconstruction, sampling, beta_comparison, code_maps, about):
                with gr.Tab(tab.TITLE, id=tab.__name__.rsplit(".", 1)[-1]):
                    tab.build(page, store)
    return page
