"""The input that three tabs share: a dataset or checkpoint to choose, a picture to give, examples to click."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from vae_demo.errors import InputError, PictureError
from vae_demo.examples import example_pictures, shown_examples
from vae_demo.inference import Store, checks
from vae_demo.ui.address import follow
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.drawing import drawn_file
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
        self, name: str, tab: str, choice: Choice | Menu, offer: Offer, dataset_of: Callable[[str], str], store: Store
    ) -> None:
        self.tab = tab
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
            self.canvas = Panel(
                "drawing.js",
                events=("draw",),
                description="The number of the drawing that was answered",
                tab=tab,
                elem_id=f"{name}-canvas",
            )
        self.examples = Panel(
            "examples.js",
            events=("pick",),
            description="The examples to click, and the name of the chosen one",
            tab=tab,
            value=self._examples(choice.value, next(iter(pictures), None)),
            elem_id=f"{name}-examples",
        )
        self.own = gr.State(False)

    def wire(
        self,
        page: gr.Blocks,
        run: Run,
        settings: list[gr.components.Component],
        panel: Panel,
        api: str,
        check_link: Callable[[Mapping[str, str], Any], None] = lambda query, answer: None,
    ) -> None:
        """Run `run` into `panel` when the page opens and on every change; the endpoint `api` is the same call.

        The page's address names the choice and the settings as `run` does. `check_link` gets what else is in the
        address, and the answer; it raises InputError for what does not fit.
        """
        run = _of_a_picture(run)
        _, *names = inspect.signature(run).parameters
        self.run, self.settings, self.panel = run, settings, panel
        run_example = cached(self.store, run)

        def arrive(request: gr.Request, *values: Any) -> tuple[Any, ...]:
            # The choices are asked anew for every visitor: the weights may have changed since the page was built.
            offered = options(self.offer())
            defaults = {"example": None} | dict(zip(names, (offered["value"], *values), strict=True))
            settings, shown = follow(
                request, self.tab, defaults, show_linked, lambda query, shown: check_link(query, shown[-1])
            )
            _, choice, *values = settings.values()
            return gr.update(**offered | {"value": choice}), *values, *shown

        def show_linked(example: str | None, choice: str | None, *values: Any) -> tuple[Any, Any, Any]:
            if choice is not None:
                checks.one_of(f"The {names[0]}", choice, [offered for _, offered in self.offer()])
            if example is not None:
                checks.one_of("The example", example, [Path(path).stem for path in self._pictures(choice)])
            return show(choice, *values, example=example)

        def show(choice: str | None, *values: Any, example: str | None = None) -> tuple[Any, Any, Any]:
            pictures = self._pictures(choice)
            shown = next((path for path in pictures if example in (None, Path(path).stem)), None)
            return self._examples(choice, shown), shown, run_example(shown, choice, *values)

        def switch(own: bool, picture: str | None, choice: str, *values: Any) -> tuple[Any, Any, Any]:
            if not (own and picture):
                return show(choice, *values)
            return self._examples(choice), gr.skip(), run(picture, choice, *values)

        def pick(event: gr.EventData, choice: str, *values: Any) -> tuple[Any, Any, bool]:
            pictures = self._pictures(choice)
            path = pictures[checks.integer("The example's place", event_field(event, "index"), 0, len(pictures) - 1)]
            return path, run_example(path, choice, *values), False

        def give(picture: str | None, choice: str, *values: Any) -> tuple[Any, Any, bool]:
            # Taking a picture away asks for nothing: the last answer stays until the next picture comes.
            if not picture:
                return gr.skip(), gr.skip(), False
            return run(picture, choice, *values), self._examples(choice), True

        def draw(event: gr.EventData, choice: str, *values: Any) -> tuple[str, Any, bool, int]:
            number, path = event_number(event, "number"), drawn_file(event_field(event, "picture"))
            return path, run(path, choice, *values), True, number

        shown = [self.examples, self.picture, panel]
        private = {"api_visibility": "private", "trigger_mode": "always_last", "show_progress": "minimal", **COMPUTING}
        page.load(arrive, settings, [self.choice, *settings, *shown], **private)
        self.choice.input(switch, [self.own, self.picture, self.choice, *settings], shown, **private)
        given = self.picture.input(
            give, [self.picture, self.choice, *settings], [panel, self.examples, self.own], **private
        )
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

    def receive(self, event: Callable[..., Any], tabs: gr.Tabs) -> None:
        """Open this tab with the `picture`, a PNG data URI, and the `dataset` that `event` brings."""

        def take(sent: gr.EventData, *values: Any) -> tuple[Any, ...]:
            path = drawn_file(event_field(sent, "picture"))
            choices = [choice for _, choice in self.offer() if self.dataset_of(choice) == event_field(sent, "dataset")]
            if not choices:
                raise InputError("Nothing here was trained on that dataset.")
            answer = self.run(path, choices[0], *values)
            examples = self._examples(choices[0])
            return gr.Tabs(selected=self.tab), choices[0], path, examples, answer, True

        event(
            take, self.settings, [tabs, self.choice, self.picture, self.examples, self.panel, self.own],
            api_visibility="private", **COMPUTING,
        )  # fmt: skip

    def _examples(self, choice: str | None, chosen: str | None = None) -> dict[str, Any]:
        pictures = shown_examples(self._pictures(choice))
        return {"pictures": pictures, "chosen": chosen and Path(chosen).stem}

    def _drawable(self, choice: str | None) -> bool:
        return bool(choice) and self.dataset_of(choice) == DRAWABLE

    def _pictures(self, choice: str | None) -> list[str]:
        offered = choice in [value for _, value in self.offer()]
        return example_pictures(self.dataset_of(choice)) if offered else []


def _of_a_picture(run: Run) -> Run:
    """`run`, which says so where there is no picture yet."""

    @wraps(run)
    def answer(picture: str | None, *settings: Any) -> Any:
        if not picture:
            raise PictureError("Give a picture first: upload one, or click an example.")
        return run(picture, *settings)

    return answer
