"""What the page asks a tab for: front/tabs.js sends the whole of what a visitor wants, and gets all that is shown."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from vae_demo.errors import InputError
from vae_demo.ui.browser import told
from vae_demo.ui.widgets import COMPUTING, Panel

Answer = Callable[[Mapping[str, Any]], dict[str, Any] | Iterator[dict[str, Any]]]
"""What a visitor wants, by name, to an answer, or, of a generator function, to several, each instead of the one before
it. An answer has

- `settings`: what it is the answer to, by the names that the page's address has for them;
- `controls`: an update for each of the tab's controls, so that they show these settings;
- `result`: the panel's value;
- `examples`, where the tab has some, and a `warning`, where a visitor must know something."""


def serve_tab(tab: str, panel: Panel, controls: list[gr.components.Component | gr.Accordion], answer: Answer) -> None:
    """Let the page ask for what `tab` shows, and have its `controls` follow what was answered."""

    def ask(wanted: dict[str, Any]) -> dict[str, Any]:
        return answer(_checked(wanted))

    def ask_on(wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from answer(_checked(wanted))

    # The last answer of a generator is sent twice.
    function = ask_on if inspect.isgeneratorfunction(answer) else ask
    gr.api(function, api_name=f"tab_{tab}", api_visibility="private", **COMPUTING)
    panel.controls(None, None, controls, js=told("controls", tab))


def _checked(wanted: Any) -> Mapping[str, Any]:
    if not isinstance(wanted, dict) or not isinstance(wanted.get("link", {}), dict):
        raise InputError("What is wanted must be an object of names and values.")
    return wanted


def tell_moves(tab: str, sliders: dict[str, gr.Slider]) -> None:
    """Have the page ask anew when one of a tab's sliders rests or is let go: Gradio's release event knows no arrow
    keys, and happens as well when a slider's number is left as it was."""
    for name, slider in sliders.items():
        slider.input(None, [*sliders.values()], None, js=told("moved", tab, [*sliders]), show_progress="hidden")
        slider.release(None, slider, None, js=told("released", tab, [name]), show_progress="hidden")


def tell(event: Callable[..., Any], tab: str, names: list[str], components: list[gr.components.Component]) -> None:
    """Have the page ask anew when `event` happens: the visitor has changed these settings of a tab."""
    event(None, components, None, js=told("changed", tab, names), show_progress="hidden")
