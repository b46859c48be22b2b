"""A canvas to draw a digit on, by mouse, finger or keyboard, and the file that a drawing becomes."""

import base64
import binascii
from typing import Any

import gradio as gr

from vae_demo.errors import InputError
from vae_demo.ui.pictures import write_once
from vae_demo.ui.widgets import ASSETS

SIDE = 280
MAX_CHARACTERS = 400_000
"""A drawing as a data URI is some 10,000 characters; noise on the whole canvas, which no pen makes, about 420,000."""
PREFIX = "data:image/png;base64,"

TEMPLATE = f"""
<div class="drawing">
  <div class="paper">
    <canvas width="{SIDE}" height="{SIDE}" tabindex="0" role="application"
      aria-label="Draw a digit. By keyboard: arrows move the pen, Space lowers or lifts it, Delete clears."></canvas>
    <i class="caret" hidden></i>
    <p class="hint" aria-hidden="true">Draw here: the models follow</p>
  </div>
  <div class="below">
    <button type="button" class="undo" disabled>Undo</button>
    <button type="button" class="clear" disabled>Clear</button>
    <span class="state" role="status"></span>
  </div>
  <p class="keys" aria-hidden="true">By keyboard: arrows move the pen, Space lowers or lifts it, Delete clears.</p>
</div>
"""


def canvas(elem_id: str) -> gr.HTML:
    """A square of white paper; while someone draws on it, its `draw` event brings the picture so far."""
    return gr.HTML(
        html_template=TEMPLATE,
        js_on_load=(ASSETS / "drawing.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
    )


def drawn_file(data_uri: Any) -> str:
    """The path of the PNG file that a drawing was written to. Raises InputError for what is no PNG data URI.

    What is in the file is checked where every picture is, when it is opened.
    """
    if not isinstance(data_uri, str) or not data_uri.startswith(PREFIX):
        raise InputError("A drawing must be a PNG picture as a data URI.")
    if len(data_uri) > MAX_CHARACTERS:
        raise InputError("The drawing is too large: upload it as a picture instead.")
    try:
        content = base64.b64decode(data_uri.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("The drawing is damaged: draw it again.") from error
    return str(write_once(content, "drawing.png"))
