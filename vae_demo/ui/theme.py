"""How the page looks: Gradio's own variables throughout, so that light and dark both follow."""

import gradio as gr

from vae_demo.inference.reconstruction import DIFFERENCE_COLOURS
from vae_demo.ui.widgets import ASSETS

# Without the explicit weights Gradio's bundled bold is a subset that lacks most capitals.
FONT = gr.themes.LocalFont("Source Sans Pro", weights=(400, 700))

# Soft's own subdued text is too pale to read: 2.6 to 1 on white, where 4.5 is asked for (WCAG 2.2, 1.4.3).
THEME = gr.themes.Soft(
    primary_hue="indigo", secondary_hue="indigo", neutral_hue="slate", font=[FONT, "system-ui", "sans-serif"]
).set(body_text_color_subdued="*neutral_500", block_info_text_color="*neutral_500")
FAVICON = ASSETS / "favicon.svg"
# The fonts are asked for at once: a heading that changes its font may change its lines, and all below would jump.
HEAD = "".join(
    f'<link rel="preload" as="font" type="font/woff2" crossorigin href="static/fonts/SourceSansPro/{name}.woff2">'
    for name in ("SourceSansPro-Regular", "SourceSansPro-Bold")
) + (
    '<meta name="description" content="Give four kinds of variational autoencoder a picture and see what each keeps of '
    'it, what it throws away, and what it dreams up.">'
)
_SCALE = f"linear-gradient(to right, {', '.join(DIFFERENCE_COLOURS)})"
# What all tabs share in page.css, which comes first; each tab's own beside its script.
_SHEETS = ("page", "drawing", "examples", "reconstruction", "sampling", "beta_comparison", "code_maps", "about")
CSS = f":root {{ --difference-scale: {_SCALE}; }}\n" + "\n".join((ASSETS / f"{s}.css").read_text() for s in _SHEETS)
