"""The few components that the platform lacks."""

import math
import os
from pathlib import Path
from typing import Any

import gradio as gr

from vae_demo.hosting.gradio_internals import drawn_by_parent
from vae_demo.ui.browser import mounting_script

ARTICLES = Path(__file__).parent / "articles"
WAITING = '<div class="panel-body"><p class="waiting">Loading the models…</p></div>'


def cores() -> int:
    """How many this process may use: what it is bound to, and no more than its container's share (cgroup v2)."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="utf-8").split()
        return min(bound, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # there is no such file, or its quota is "max"
        return bound


COMPUTING = {"concurrency_id": "computing", "concurrency_limit": min(max(2, cores()), 8)}
"""For every event that computes: on the whole page one at a time for each core, and 2 to 8, so that memory is bounded
however many visit."""


class Panel(gr.HTML):
    """A JSON value drawn in the browser by a module of front/: the page and the API get the same answer.

    `events` are those that the module triggers; each is a method of the panel, as `click` is one of a button. Every
    panel has `controls`, when the controls of its tab must follow an answer, and `show_tab`, when a tab must be opened.
    """

    def __init__(self, module: str, *, description: str, events: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.description = description
        script = mounting_script(module, ("controls", "show_tab", *events))
        super().__init__(html_template=WAITING, js_on_load=script, apply_default_css=False, **kwargs)

    def api_info(self) -> dict[str, Any]:
        return {"type": "object", "description": self.description}

    def example_payload(self) -> Any:
        return {}

    def example_value(self) -> Any:
        return {}


def explanation(tab: str) -> gr.Markdown:
    """The short article below a tab, from articles/TAB.md: what to look for, the equation, the paper."""
    return gr.Markdown(
        (ARTICLES / f"{tab}.md").read_text(encoding="utf-8"),
        latex_delimiters=[{"left": mark, "right": mark, "display": mark == "$$"} for mark in ("$$", "$")],
        elem_id=f"{tab}-explanation",
        elem_classes="explanation",
    )


def first(preferred: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(title, value) pairs with the preferred value, where there is one, in front."""
    return sorted(choices, key=lambda choice: choice[1] != preferred)


def options(choices: list[tuple[str, str]]) -> dict[str, Any]:
    """What a Choice or a Menu is made of, or updated by: the choices, and the first of them chosen."""
    return {"choices": choices, "value": choices[0][1] if choices else None}


def unchecked(self: gr.components.Component, payload: Any) -> Any:
    """Hand the request's value on as it came: the inference module checks it, and says what would be right."""
    return payload


def any_name(self: gr.components.Component) -> dict[str, str]:
    """A name in the API's types: the choices of the moment are no part of a contract."""
    return {"type": "string"}


@drawn_by_parent
class Choice(gr.Radio):
    """A radio group whose choices may change while the page is open."""

    preprocess = unchecked
    api_info = any_name


@drawn_by_parent
class Menu(gr.Dropdown):
    """A dropdown whose choices may change while the page is open."""

    preprocess = unchecked
    api_info = any_name


@drawn_by_parent
class Amount(gr.Slider):
    """A slider."""

    preprocess = unchecked


@drawn_by_parent
class Seed(gr.Number):
    """A number field for a seed."""

    preprocess = unchecked


@drawn_by_parent
class Picture(gr.Image):
    """A picture that the inference module opens: Gradio would answer a damaged one with no sentence at all."""

    def preprocess(self, payload: Any) -> str | None:
        return payload.path if isinstance(payload, self.data_model) else None
