"""What the page asks as it opens, answered before it asks: front/carried_answers.js finds the answers in the page, and
front/first_view.js shows the first of them while Gradio builds it."""

import asyncio
import json
import logging
import time
from contextlib import suppress
from typing import Any

import gradio as gr

from vae_demo.hosting.gradio_internals import answer_of
from vae_demo.hosting.guarded_blocks import files_in, paths_in
from vae_demo.inference import Checkpoints, Store
from vae_demo.ui.browser import ADDRESS
from vae_demo.ui.cached_answers import is_there

log = logging.getLogger(__name__)

REST_SECONDS = 60
"""How long nothing is tried again that failed: each visitor's page asks by itself then, and is told why."""


class Opening:
    """The answers that travel with the page: those of the weights in use, as soon as they are computed.

    Until then visitors are not kept waiting for them: their page asks by itself.
    """

    def __init__(self, page: gr.Blocks, store: Store, words: dict[str, Any]) -> None:
        """`words` is what front/first_view.js says beside the first answer, until the page itself is there."""
        self._page, self._store, self._words = page, store, words
        self._answering: asyncio.Task[None] | None = None
        self._failed: tuple[Any, float] = None, 0.0  # what could not be answered by, and when
        self._forget()

    def scripts(self) -> bytes:
        """Script elements with them, and one that shows the first of them; nothing where they are not there yet. Only
        on the event loop."""
        in_use = self._store.current, self._store.source.notice
        if in_use == self._of and all(map(is_there, self._files)):
            return self._scripts
        self._forget()  # what is not in use any more need not be kept
        rests = in_use == self._failed[0] and time.monotonic() < self._failed[1] + REST_SECONDS
        if not rests and (self._answering is None or self._answering.done()):
            self._answering = asyncio.create_task(self._answer(in_use))
        return b""

    def _forget(self) -> None:
        self._of: tuple[Checkpoints, str] | None = None
        self._scripts, self._files = b"", list[str]()

    async def _answer(self, in_use: tuple[Checkpoints, str]) -> None:
        answers: list[list[Any]] = []
        try:
            await self._ask(answers, "notice")
            shown = await self._ask(answers, "tab_reconstruction", {"link": {}, "examples_of": None})
            with suppress(gr.Error):  # it is the least of them
                asked = {name: shown["settings"][name] for name in ("dataset", "example")}
                await self._ask(answers, "codec_curves", asked)
            scripts = _as_json("opening", answers) + _as_json("first-words", self._words)
        except Exception as error:
            self._failed = in_use, time.monotonic()
            log.warning("The first answer does not travel with the page: %s", error)
            return
        self._scripts = f'{scripts}<script type="module" async src="{ADDRESS}/first_view.js"></script>'.encode()
        self._files = [*paths_in(answers)]
        self._of = in_use

    async def _ask(self, answers: list[list[Any]], endpoint: str, *data: Any) -> Any:
        answer = await answer_of(self._page, endpoint, *data)
        for file in files_in(answer):
            file["url"] = file["url"].removeprefix("/")  # below the page's address, whatever that is
        answers.append([endpoint, [*data], answer])
        return answer


def _as_json(name: str, value: Any) -> str:
    written = json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{written}</script>'
