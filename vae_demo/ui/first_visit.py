"""Three steps that point at what to do, on a visitor's first visit; front/first_visit.js shows them."""

import gradio as gr

from vae_demo.ui.browser import mounting_script


def build() -> gr.HTML:
    """The place for them, in the page's head; without a script, and on every other visit, it is not there."""
    script = mounting_script("first_visit.js", ())
    return gr.HTML('<div class="panel-body"></div>', js_on_load=script, apply_default_css=False, elem_id="first-visit")
