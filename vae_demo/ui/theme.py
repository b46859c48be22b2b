"""How the page looks: Gradio's own variables throughout, so that light and dark both follow."""

from pathlib import Path

import gradio as gr

# Without the explicit weights Gradio's bundled bold is a subset that lacks most capitals.
FONT = gr.themes.LocalFont("Source Sans Pro", weights=(400, 700))
FONT_FACES = FONT.stylesheet()["css"].replace("font-style: normal;", "font-style: normal; font-display: swap;")
"""As in Gradio's style sheet, which comes late; what is read does not wait for them."""

# Some of Soft's colours are too pale to read, down to 2.6 to 1, where 4.5 is asked for (WCAG 2.2, 1.4.3).
THEME = gr.themes.Soft(
    primary_hue="indigo", secondary_hue="indigo", neutral_hue="slate", font=[FONT, "system-ui", "sans-serif"]
).set(
    body_text_color_subdued="*neutral_500",
    block_info_text_color="*neutral_500",
    block_label_text_color="*body_text_color",
    block_label_text_color_dark="*body_text_color",
    block_label_background_fill="*background_fill_primary",
    block_label_background_fill_dark="*background_fill_primary",
    # A control's name is quiet: the pictures are what the eye should meet.
    block_title_text_color="*body_text_color",
    block_title_text_color_dark="*body_text_color",
    block_title_background_fill="transparent",
    block_title_background_fill_dark="transparent",
    block_title_padding="0",
    block_title_text_size="*text_sm",
    checkbox_label_border_width="1px",
    checkbox_label_border_width_dark="1px",
    checkbox_label_border_color="*border_color_primary",
    checkbox_label_shadow="none",
    checkbox_label_padding="*spacing_sm *spacing_md",
    layout_gap="*spacing_lg",
    input_border_width="1px",
    input_border_color="*border_color_primary",
    input_shadow="none",
    checkbox_label_background_fill_selected="*primary_600",
    checkbox_label_background_fill_selected_dark="*primary_600",
    button_primary_background_fill="*primary_600",
    button_primary_background_fill_hover="*primary_700",
)
FAVICON = Path(__file__).parent / "assets" / "favicon.svg"
HEAD = (
    '<meta name="description" content="See what four kinds of variational autoencoder keep of your picture, what they '
    'lose, and what they generate.">'
)
