"""The floor: a Gradio page with a line of text that gives back the picture it was given, and nothing more.

`python tests/benchmarks/bare_page.py [--host HOST] [--torch]`; with --torch it imports that too, as ours must.
"""

import argparse
import os
from typing import Any

import gradio as gr


def echo(path: str) -> dict[str, Any]:
    """A picture as it came."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def say(value: Any) -> Any:
    """A value as it came."""
    return value


def main() -> None:
    """Serve the page with the settings of app.py until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--torch", action="store_true")
    options = parser.parse_args()
    if options.torch:
        import torch  # noqa: F401
    # As app.py has it: this page is to be the floor of what the platform asks, not of its defaults.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**12))

    with gr.Blocks(analytics_enabled=False) as page:
        gr.HTML("A bare page.", elem_id="words")
        given = gr.Image(type="filepath", sources=["upload"], elem_id="given")
        # A gr.Image would write the same file anew, in place, and whoever reads it meanwhile gets half of it.
        shown = gr.JSON()
        given.input(echo, given, shown, api_name="echo")

        gr.api(say, api_name="say")
    page.queue(api_open=False, max_size=200)
    page.launch(server_name=options.host, enable_monitoring=False)


if __name__ == "__main__":
    main()
