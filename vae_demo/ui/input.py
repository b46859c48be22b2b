"""The input that three tabs share: a dataset or checkpoint to choose, a picture to give, examples to click."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from vae_demo.ui.examples import example_pictures
from vae_demo.ui.widgets import Panel, Picture, answering

Run = Callable[..., Any]
"""(picture, choice, *settings) to the panel's value."""


class PictureInput:
    """A choice, a picture and its examples, wired so that any change runs the tab once.

    A visitor's own picture stays when the choice changes; an example gives way to one of the new choice's dataset.
    """

    def __init__(self, name: str, choice: gr.components.Component, dataset_of: Callable[[str], str]) -> None:
        self.choice = choice
        self.dataset_of = dataset_of
        pictures = example_pictures(dataset_of(choice.value)) if choice.value else []
        self.picture = Picture(
            value=pictures[0] if pictures else None,
            label="Picture",
            type="filepath",
            sources=["upload", "webcam", "clipboard"],
            height=260,
            elem_id=f"{name}-picture",
            elem_classes="crisp",
        )
        with gr.Row(elem_classes="examples"):
            self.examples = gr.Dataset(
                components=[gr.Image(render=False, type="filepath")],
                samples=[[path] for path in pictures],
                type="index",
                label="Or click an example",
                elem_id=f"{name}-examples",
            )
        self.own = gr.State(False)

    def wire(self, page: gr.Blocks, run: Run, settings: list[gr.components.Component], panel: Panel, api: str) -> None:
        """Run `run` into `panel` when the page opens and on every change; the endpoint `api` is the same call."""
        run = answering(run)

        def pick(index: int, choice: str, *values: Any) -> tuple[Any, Any, bool]:
            pictures = example_pictures(self.dataset_of(choice))
            path = pictures[index % len(pictures)]
            return path, run(path, choice, *values), False

        def switch(own: bool, picture: str, choice: str, *values: Any) -> tuple[Any, Any, Any]:
            pictures = example_pictures(self.dataset_of(choice))
            samples = gr.Dataset(samples=[[path] for path in pictures])
            kept = own and picture
            shown = picture if kept else pictures[0]
            return samples, gr.skip() if kept else shown, run(shown, choice, *values)

        def give(picture: str | None, choice: str, *values: Any) -> tuple[Any, bool]:
            # Taking a picture away asks for nothing: the last answer stays until the next picture comes.
            return run(picture, choice, *values) if picture else gr.skip(), picture is not None

        inputs = [self.picture, self.choice, *settings]
        gr.on(
            [page.load, *(setting.change for setting in settings)], run, inputs, panel,
            api_name=api, trigger_mode="always_last", show_progress="minimal",
        )  # fmt: skip
        self.picture.input(
            answering(give), inputs, [panel, self.own],
            api_visibility="private", trigger_mode="always_last", show_progress="minimal",
        )  # fmt: skip
        self.examples.click(
            answering(pick), [self.examples, self.choice, *settings], [self.picture, panel, self.own],
            api_visibility="private", show_progress="minimal",
        )  # fmt: skip
        self.choice.change(
            answering(switch), [self.own, self.picture, self.choice, *settings], [self.examples, self.picture, panel],
            api_visibility="private", trigger_mode="always_last", show_progress="minimal",
        )  # fmt: skip
