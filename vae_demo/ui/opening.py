"""What the page asks as it opens, answered before it asks: front/transport.js finds the answers in the page itself."""

import asyncio
import json
from typing import Any

import gradio as gr

from vae_demo.hosting.gradio_internals import answer_of
from vae_demo.hosting.guarded_blocks import paths_in
from vae_demo.inference import Checkpoints, Store
from vae_demo.ui.cached_answers import is_there


class Opening:
    """The answers that travel with the page: those of the weights in use, as soon as they are computed.

    Until then visitors are not kept waiting for them: their page asks by itself.
    """

    def __init__(self, page: gr.Blocks, store: Store) -> None:
        self._page, self._store = page, store
        self._of: tuple[Checkpoints, str] | None = None
        self._script, self._files = b"", list[str]()
        self._answering: asyncio.Task[None] | None = None

    def script(self) -> bytes:
        """A script element with them as JSON; nothing where they are not there yet. Only on the event loop."""
        in_use = self._store.current, self._store.source.notice
        if in_use == self._of and all(map(is_there, self._files)):
            return self._script
        if self._answering is None or self._answering.done():
            self._answering = asyncio.create_task(self._answer(in_use))
        return b""

    async def _answer(self, in_use: tuple[Checkpoints, str]) -> None:
        answers: list[tuple[str, list[Any], Any]] = []
        try:
            await self._ask(answers, "notice")
            shown = await self._ask(answers, "tab_reconstruction", {"link": {}, "examples_of": None})
            asked = {name: shown["settings"][name] for name in ("dataset", "example")}
            await self._ask(answers, "codec_curves", asked)
        except gr.Error:
            return  # the page asks for it, and tells its visitor why there is none
        written = json.dumps(answers, separators=(",", ":")).replace("<", "\\u003c")
        self._script = f'<script type="application/json" id="opening">{written}</script>'.encode()
        self._files = [*paths_in(answers)]
        self._of = in_use

    async def _ask(self, answers: list[tuple[str, list[Any], Any]], endpoint: str, *data: Any) -> Any:
        answer = await answer_of(self._page, endpoint, *data)
        answers.append((endpoint, [*data], answer))
        return answer
