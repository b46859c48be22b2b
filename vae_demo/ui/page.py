"""The Blocks page: a heading, five tabs, and where the weights come from."""

from typing import Any

import gradio as gr
from markdown_it import MarkdownIt

from vae_demo.hosting.guarded_blocks import GuardedBlocks
from vae_demo.inference import Store
from vae_demo.ui import about, beta_comparison, code_maps, first_visit, reconstruction, sampling
from vae_demo.ui.browser import told

TABS = {
    "reconstruction": reconstruction,
    "sampling": sampling,
    "beta_comparison": beta_comparison,
    "code_maps": code_maps,
    "about": about,
}
"""The tabs by the names that a link calls them."""

TITLE = "Variational autoencoders, by using them"
HEADING = f"""
# {TITLE}
See what four kinds of VAE keep of your picture, what they lose, and what they generate.
"""


def first_words() -> dict[str, Any]:
    """The heading, the tabs and the first tab's introduction, which a visitor sees before the page is built."""
    return {
        "title": TITLE,
        "tabs": [{"name": name, "title": tab.TITLE, "short": tab.SHORT_TITLE} for name, tab in TABS.items()],
        "introduction": MarkdownIt().renderInline(reconstruction.INTRODUCTION.strip()),
    }


def build_page(store: Store) -> gr.Blocks:
    """The whole page on `store`'s checkpoints. Nothing is loaded or computed until the page is opened."""

    def notice() -> str:
        return store.source.notice

    with GuardedBlocks(title=TITLE, analytics_enabled=False) as page:
        with gr.Row(elem_id="head"):
            gr.Markdown(HEADING, elem_id="heading")
            first_visit.build()
            weights = gr.Markdown(store.source.notice, elem_id="weights")
        gr.api(notice, api_name="notice", api_visibility="private")
        page.load(None, None, weights, js=told("notice"))
        with gr.Tabs(overflow_behavior="wrap", elem_id="tabs") as tabs:
            titled = []
            for name, tab in TABS.items():
                with gr.Tab(tab.TITLE, id=name, elem_id=f"{name}-tab") as one:
                    panel = tab.build(page, store)
                    panel.show_tab(None, None, tabs, js=told("tabToShow"))
                titled.append(one)
        page.load(None, None, tabs, js=told("tabToShow"))
        page.load(None, None, titled, js=told("tabTitles", [tab.SHORT_TITLE for tab in TABS.values()]))
    return page
