"""A checkpoint's model card, from its README.md, as markup for the page."""

import base64
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from vae_demo.weights.catalogue import Checkpoint

PICTURE_TYPES = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}
MAX_PICTURE_BYTES = 1_000_000

# Markup inside a card is shown as text, not obeyed: the card may be a host's.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def card_html(checkpoint: Checkpoint) -> str:
    """The checkpoint's card as HTML, or a sentence where it has none.

    Headings start at the fourth level, below the page's own. Pictures beside the card become data URIs; any other
    picture gives way to its alternative text, so that reading a card asks nothing of another machine.
    """
    tokens = _markdown.parse(checkpoint.card or "This checkpoint brings no model card.")
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{min(6, int(token.tag[1]) + 3)}"
        token.children = [_at_home(child, checkpoint.folder) for child in token.children or []]
    return _markdown.renderer.render(tokens, _markdown.options, {})


def _at_home(token: Token, folder: Path) -> Token:
    if token.type == "link_open":
        token.attrs |= {"target": "_blank", "rel": "noreferrer"}
    if token.type != "image":
        return token
    path = folder / Path(str(token.attrs["src"])).name
    mime = PICTURE_TYPES.get(path.suffix.lower())
    if not mime or path.name != token.attrs["src"] or not path.is_file() or path.stat().st_size > MAX_PICTURE_BYTES:
        return Token("text", "", 0, content=token.content)
    token.attrs["src"] = f"data:{mime};base64,{base64.b64encode(path.read_bytes()).decode()}"
    return token
