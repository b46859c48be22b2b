"""The input that three tabs share: a dataset or checkpoint to choose, a picture to give, examples to click."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from vae_demo.errors import InputError
from vae_demo.examples import example_pictures, shown_examples
from vae_demo.inference import Store, checks
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.drawing import canvas, drawn_file
from vae_demo.ui.widgets import COMPUTING, Choice, Menu, Panel, Picture, event_field, event_number, options

Offer = Callable[[], list[tuple[str, str]]]
"""What can be chosen just now: (title, value) pairs, the first of them the default."""
Run = Callable[..., Any]
"""(picture, choice, *settings) to the panel's value."""
DRAWABLE = "digits"
"""The dataset whose pictures a visitor can draw."""


class PictureInput:
    """A choice, a picture and its examples, wired so that any change runs the tab once.

    A visitor's own picture stays when the choice changes; an example gives way to one of the new choice's dataset.
    """

    def __init__(
        self, name: str, choice: Choice | Menu, offer: Offer, dataset_of: Callable[[str], str], store: Store
    ) -> None:
        self.store = store
        self.choice = choice
        self.offer = offer
        self.dataset_of = dataset_of
        pictures = self._pictures(choice.value)
        self.picture = Picture(
            value=next(iter(pictures), None),
            label="Picture",
            type="filepath",
            sources=["upload", "webcam", "clipboard"],
            height=260,
            elem_id=f"{name}-picture",
            elem_classes="crisp",
        )
        with gr.Accordion("Draw a digit", open=False, visible=self._drawable(choice.value)) as self.desk:
            self.canvas = canvas(f"{name}-canvas")
        self.examples = Panel(
            "examples.js",
            description="The examples to click",
            value=shown_examples(pictures),
            elem_id=f"{name}-examples",
        )
        self.own = gr.State(False)

    def wire(self, page: gr.Blocks, run: Run, settings: list[gr.components.Component], panel: Panel, api: str) -> None:
        """Run `run` into `panel` when the page opens and on every change; the endpoint `api` is the same call."""
        self.run, self.settings, self.panel = run, settings, panel
        run_example = cached(self.store, run)

        def arrive(*values: Any) -> tuple[Any, ...]:
            # The choices are asked anew for every visitor: the weights may have changed since the page was built.
            offered = options(self.offer())
            return gr.update(**offered), *show(offered["value"], *values)

        def show(choice: str | None, *values: Any) -> tuple[Any, Any, Any]:
            pictures = self._pictures(choice)
            shown = next(iter(pictures), None)
            return shown_examples(pictures), shown, run_example(shown, choice, *values)

        def switch(own: bool, picture: str | None, choice: str, *values: Any) -> tuple[Any, Any, Any]:
            if not (own and picture):
                return show(choice, *values)
            return shown_examples(self._pictures(choice)), gr.skip(), run(picture, choice, *values)

        def pick(event: gr.EventData, choice: str, *values: Any) -> tuple[Any, Any, bool]:
            pictures = self._pictures(choice)
            path = pictures[checks.integer("The example's place", event_field(event, "index"), 0, len(pictures) - 1)]
            return path, run_example(path, choice, *values), False

        def give(picture: str | None, choice: str, *values: Any) -> tuple[Any, bool]:
            # Taking a picture away asks for nothing: the last answer stays until the next picture comes.
            return run(picture, choice, *values) if picture else gr.skip(), picture is not None

        def draw(event: gr.EventData, choice: str, *values: Any) -> tuple[str, Any, bool, int]:
            number, path = event_number(event, "number"), drawn_file(event_field(event, "picture"))
            return path, run(path, choice, *values), True, number

        shown = [self.examples, self.picture, panel]
        private = {"api_visibility": "private", "trigger_mode": "always_last", "show_progress": "minimal", **COMPUTING}
        page.load(arrive, settings, [self.choice, *shown], **private)
        self.choice.input(switch, [self.own, self.picture, self.choice, *settings], shown, **private)
        given = self.picture.input(give, [self.picture, self.choice, *settings], [panel, self.own], **private)
        # What cannot be used goes, so that no broken picture stands there and the next setting asks for none of it.
        given.failure(
            lambda: (None, False), None, [self.picture, self.own],
            queue=False, api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        self.examples.pick(pick, [self.choice, *settings], [self.picture, panel, self.own], **private)
        self.canvas.draw(
            draw, [self.choice, *settings], [self.picture, panel, self.own, self.canvas],
            **private | {"show_progress": "hidden", "trigger_mode": "multiple"},
        )  # fmt: skip
        self.choice.change(
            lambda choice: gr.update(visible=self._drawable(choice)), self.choice, self.desk,
            api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        gr.on(
            [setting.input for setting in settings], run, [self.picture, self.choice, *settings], panel,
            api_name=api, trigger_mode="always_last", show_progress="minimal", **COMPUTING,
        )  # fmt: skip

    def receive(self, event: Callable[..., Any], tabs: gr.Tabs, tab: str) -> None:
        """Open `tab` with the `picture`, a PNG data URI, and the `dataset` that `event` brings."""

        def take(sent: gr.EventData, *values: Any) -> tuple[Any, ...]:
            path = drawn_file(event_field(sent, "picture"))
            choices = [choice for _, choice in self.offer() if self.dataset_of(choice) == event_field(sent, "dataset")]
            if not choices:
                raise InputError("Nothing here was trained on that dataset.")
            answer = self.run(path, choices[0], *values)
            samples = shown_examples(self._pictures(choices[0]))
            return gr.Tabs(selected=tab), choices[0], path, samples, answer, True

        event(
            take, self.settings, [tabs, self.choice, self.picture, self.examples, self.panel, self.own],
            api_visibility="private", **COMPUTING,
        )  # fmt: skip

    def _drawable(self, choice: str | None) -> bool:
        return bool(choice) and self.dataset_of(choice) == DRAWABLE

    def _pictures(self, choice: str | None) -> list[str]:
        offered = choice in [value for _, value in self.offer()]
        return example_pictures(self.dataset_of(choice)) if offered else []
