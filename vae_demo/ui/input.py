"""The input that three tabs share: a dataset or checkpoint to choose, a picture to give, examples to choose."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr

from vae_demo.entropy_coding.probabilities import Progress
from vae_demo.errors import InputError, PictureError
from vae_demo.examples import example_pictures
from vae_demo.inference import Store, checks, choose_dataset
from vae_demo.inference.dataset_choice import DatasetChoice
from vae_demo.ui.address import follow
from vae_demo.ui.browser import told
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.drawing import drawn_file
from vae_demo.ui.example_pictures import shown_examples
from vae_demo.ui.pictures import NO_PICTURE, file_data, preview, write_once
from vae_demo.ui.progress import with_progress
from vae_demo.ui.requests import serve_tab, tell
from vae_demo.ui.widgets import COMPUTING, Choice, Menu, Panel, Picture, options
from vae_demo.weights.checkpoints import Checkpoints

Offer = Callable[[], list[tuple[str, str]]]
"""What can be chosen just now: (title, value) pairs, the first of them the default."""
Run = Callable[..., Any]
"""(picture, choice, *settings) to the panel's value."""
Restore = Callable[[Any, Progress], tuple[str, dict[str, Any], str]]
"""Codes as they are written in a file or a link to the choice that they are of, the panel's value, and the codes as the
page keeps them."""
DRAWABLE = "digits"
"""The dataset whose pictures a visitor can draw."""
MOST_KNOWN = 1024
"""The most uploads whose dataset is remembered."""
UNKNOWN = object()


class PictureInput:
    """A choice, a picture and its examples, wired so that any change asks the tab anew.

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
            height=210,
            elem_id=f"{name}-picture",
            elem_classes="crisp",
        )
        with gr.Accordion("Draw a digit", open=False, visible=self._drawable(choice.value)) as self.desk:
            Panel("drawing.js", description="A drawing", tab=tab, elem_id=f"{name}-canvas")
        self.examples = Panel(
            "examples.js",
            description="The examples to choose",
            tab=tab,
            value=shown_examples(pictures),
            elem_id=f"{name}-examples",
        )

    def wire(
        self,
        run: Run,
        settings: list[gr.components.Component],
        panel: Panel,
        api: str,
        check_link: Callable[[Mapping[str, Any], Any], None] = lambda link, result: None,
        show_settings: Callable[..., list[dict[str, Any]]] = lambda choice, *values: [],
        restore: Restore | None = None,
        run_here: Run | None = None,
    ) -> None:
        """Run `run` into `panel` when the tab opens and on every change; the endpoint `api` is the same call, unless
        the tab has a `run_here` of its own.

        The page's address names the choice and the settings as `run` does. `check_link` gets what else is in a link,
        and the panel's value; it raises InputError for what does not fit. `show_settings` gives the settings' controls
        for a choice and the settings' values. `restore` opens `codes` that the tab saved or a link has; what the value
        lacks then is the picture's, where one is wanted too.
        """
        run = _of_a_picture(run)
        _, choice_name, *names = inspect.signature(run).parameters
        initial = {name: setting.value for name, setting in zip(names, settings, strict=True)}
        run_tab = _of_a_picture(run_here) if run_here else run
        run_example = cached(self.store, run_tab)

        def answers(wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
            yield from with_progress(lambda progress: found(wanted, progress))

        def found(wanted: Mapping[str, Any], progress: Progress = lambda share: None) -> dict[str, Any]:
            if "link" in wanted:
                # The choices are asked anew for every visitor: the weights may have changed since the page was built.
                defaults = {choice_name: options(self.offer())["value"], "example": None} | initial
                if restore:
                    defaults["codes"] = None
                return follow(
                    wanted["link"],
                    defaults,
                    lambda settings: show(settings, progress),
                    lambda link, answered: check_link(link, answered["result"]),
                )
            return show(wanted, progress)

        def show(wanted: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
            wanted = self._placed(choice_name, wanted)
            codes = wanted.get("codes") if restore else None
            given = wanted.get("picture")
            found, reason = self._choose_by_picture(choice_name, wanted)
            wanted = wanted if found is None else {**wanted, choice_name: found}
            if codes is None:
                choice, restored, kept = self._chosen(choice_name, wanted), {}, None
            else:
                choice, restored, kept = restore(codes, progress)
            values = {name: value if (value := wanted.get(name)) is not None else initial[name] for name in names}
            pictures = self._pictures(choice)
            if given is not None:
                path, example = given_file(given), None
                result = run_tab(path, choice, *values.values())
                shown = preview(path)
            elif codes is not None and wanted.get("example") is None:
                example, result, shown = None, {}, None
            else:
                path, example = self._example(pictures, wanted.get("example"))
                result = run_example(path, choice, *values.values())
                shown = path and file_data(path)
            own = None if given is None else file_data(path)
            fresh = wanted.get("examples_of") != choice  # else the page has them
            return {
                "settings": {choice_name: choice, "example": example, "picture": own, **values}
                | ({"codes": kept} if restore else {}),
                "controls": [
                    gr.update(choices=self.offer(), value=choice, info=reason),
                    *show_settings(choice, *values.values()),
                    gr.update(visible=self._drawable(choice)),
                    gr.update(value=shown),
                ],
                "result": result | restored,
                "dataset": self.dataset_of(choice),
                **({"examples": shown_examples(pictures)} if fresh else {}),
            }

        controls = [self.choice, *settings, self.desk, self.picture]
        serve_tab(self.tab, panel, controls, answers if restore else found)
        tell(self.choice.input, self.tab, [choice_name], [self.choice])
        tell(self.picture.input, self.tab, ["picture"], [self.picture])
        self.picture.clear(None, self.picture, None, js=told("removed", self.tab), show_progress="hidden")
        for name, setting in zip(names, settings, strict=True):
            tell(setting.input, self.tab, [name], [setting])
        gr.on([], run, [self.picture, self.choice, *settings], panel, api_name=api, **COMPUTING)

    def path_of(self, choice: Any, wanted: Mapping[str, Any]) -> str:
        """The path of the picture that is wanted: a visitor's own, or the choice's example of that name.

        Raises PictureError where there is neither.
        """
        given, example = wanted.get("picture"), wanted.get("example")
        if given is not None:
            return given_file(given)
        if example is None:
            raise PictureError(NO_PICTURE)
        return self._example(self._pictures(choice), example)[0]

    def _placed(self, name: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is wanted, without the `dataset_of_picture`, which says whose a picture or an example of another tab is.

        It decides on the choice where none is wanted, if anything here was trained on it. An example that is none of
        the choice's is from then on a picture like an upload.
        """
        dataset = wanted.get("dataset_of_picture")
        if dataset is None:
            return wanted
        checks.one_of("The dataset of the picture", dataset, self.store.current.datasets())
        placed = {key: value for key, value in wanted.items() if key != "dataset_of_picture"}
        if placed.get(name) is None:
            placed[name] = next((value for _, value in self.offer() if self.dataset_of(value) == dataset), None)
        if (example := placed.get("example")) is not None:
            choice = None if placed[name] is None else self._chosen(name, placed)
            if choice is None or self.dataset_of(choice) != dataset:
                path = Path(self._example(example_pictures(dataset), example)[0])
                placed |= {"example": None, "picture": file_data(write_once(path.read_bytes(), path.name))}
        return placed

    def _choose_by_picture(self, name: str, wanted: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """For an upload for which nothing was chosen, the first choice of its dataset, and why that one."""
        given = wanted.get("picture")
        if not isinstance(given, dict) or any(wanted.get(key) is not None for key in (name, "codes")):
            return None, None
        found = _dataset_of(given_file(given), self.store.current)
        offered = [value for _, value in self.offer() if found and self.dataset_of(value) == found.dataset]
        if not offered:
            return None, None
        ratio = f"at most {found.error_ratios[found.dataset]:.1f} times their median test error"
        reason = f"Chosen by your picture: on it the errors of the {found.dataset} models are {ratio}."
        return offered[0], reason if found.usual else reason + " No dataset here has such pictures."

    def _chosen(self, name: str, wanted: Mapping[str, Any]) -> str:
        """The choice that is wanted, or the first."""
        offered = [value for _, value in self.offer()]
        if (choice := wanted.get(name)) is not None:
            return checks.one_of(f"The {name}", choice, offered)
        if not offered:
            raise InputError("There is no checkpoint here that this tab could use.")
        return offered[0]

    def _example(self, pictures: list[str], name: Any) -> tuple[str | None, str | None]:
        """The path and the name of the example that is wanted, or of the first one."""
        if name is not None:
            checks.one_of("The example", name, [Path(path).stem for path in pictures])
        path = next((path for path in pictures if name in (None, Path(path).stem)), None)
        return path, path and Path(path).stem

    def _drawable(self, choice: str | None) -> bool:
        return bool(choice) and self.dataset_of(choice) == DRAWABLE

    def _pictures(self, choice: str | None) -> list[str]:
        offered = choice in [value for _, value in self.offer()]
        return example_pictures(self.dataset_of(choice)) if offered else []


def given_file(picture: Any) -> str:
    """The path of a visitor's picture: an upload, as Gradio names one, or a drawing as a PNG data URI."""
    path = picture.get("path") if isinstance(picture, dict) else None
    return path if isinstance(path, str) else drawn_file(picture)


def _dataset_of(path: str, checkpoints: Checkpoints) -> DatasetChoice | None:
    """As `choose_dataset`, of an upload, whose path has its content's hash: each tab asks for a visitor's anew."""
    known = _datasets.setdefault(checkpoints, {})
    if (found := known.get(path, UNKNOWN)) is UNKNOWN:
        if len(known) >= MOST_KNOWN:
            known.clear()
        found = known[path] = choose_dataset(path, checkpoints)
    return found


_datasets: WeakKeyDictionary[Checkpoints, dict[str, DatasetChoice | None]] = WeakKeyDictionary()


def _of_a_picture(run: Run) -> Run:
    """`run`, which says so where there is no picture yet."""

    @wraps(run)
    def answer(picture: str | None, *settings: Any) -> Any:
        if not picture:
            raise PictureError(NO_PICTURE)
        return run(picture, *settings)

    return answer
