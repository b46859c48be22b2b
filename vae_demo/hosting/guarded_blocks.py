"""Blocks that read no file but uploads, keep no answer, and refuse in sentences: API callers come past the widgets."""

import logging
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from vae_demo.errors import CheckpointError, InputError

log = logging.getLogger(__name__)

MISFIT = "The values do not fit this endpoint: its types are under “Use via API” at the foot of the page."
FOREIGN = "Only a file that was uploaded here can be read: upload the picture first."
OUT_OF_MEMORY = "This server has no memory left for that: try again in a moment, or with a smaller picture."
UNEXPECTED = "Something went wrong on the server, and it is in its log. Your request may be fine: try again."
NESTING = {dict, list}
NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory")


class GuardedBlocks(gr.Blocks):
    """Blocks that check a request's files before Gradio touches them, and answer every failure with a sentence.

    A file that is asked about, or answered with, counts as new, so that what is in use is not deleted for its age.
    """

    async def process_api(self, block_fn: Any, inputs: list[Any], state: Any = None, **kwargs: Any) -> dict[str, Any]:
        try:
            return await super().process_api(block_fn, inputs, state, **kwargs)
        finally:
            _forget_values(state)

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *args: Any, **kwargs: Any) -> Any:
        _require_uploads(inputs)
        _touch(inputs)
        try:
            return await super().preprocess_data(block_fn, inputs, *args, **kwargs)
        except gr.Error:
            raise
        except MemoryError as error:
            raise gr.Error(_sentence(error), print_exception=False) from error
        except Exception as error:  # whatever Gradio's own checks raise: the values were the caller's
            # One line, not a traceback, for strangers can fill a log; but enough to tell a fault of the server's own.
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.warning("Values did not fit: %s (%s:%s).", type(error).__name__, place.filename, place.lineno)
            raise gr.Error(MISFIT, print_exception=False) from error

    async def call_function(self, *args: Any, **kwargs: Any) -> Any:
        for event in (value for value in (*args, *kwargs.values()) if isinstance(value, gr.EventData)):
            _require_uploads(vars(event).get("_data"))
        with _in_sentences():
            return await super().call_function(*args, **kwargs)

    async def postprocess_data(self, *args: Any, **kwargs: Any) -> Any:
        with _in_sentences():
            answer = await super().postprocess_data(*args, **kwargs)
        _touch(answer)
        return answer


@contextmanager
def _in_sentences() -> Iterator[None]:
    try:
        yield
    except gr.Error:
        raise
    except (InputError, CheckpointError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    except Exception as error:
        log.exception("A request failed.")
        raise gr.Error(_sentence(error), print_exception=False) from error


def paths_in(value: Any) -> Iterator[Any]:
    """Everything that a request's values call a `path`, at any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("path") is not None:
                yield item["path"]
            waiting.extend(item.values())
        elif isinstance(item, list) and not NESTING.isdisjoint(map(type, item)):  # a row of codes needs no look at each
            waiting.extend(item)


def uploaded(path: Any) -> bool:
    """Whether a path leads into the folder of uploads, links followed; a URL does not."""
    try:
        return Path(path).resolve().is_relative_to(Path(get_upload_folder()).resolve())
    except (TypeError, ValueError, OSError, RuntimeError):
        return False


def _forget_values(state: Any) -> None:
    # Gradio keeps what every visitor sent and saw last, half a megabyte each, for links that no button here makes.
    if state:
        state.config_values = {key: {} for key in state.config_values}


def _touch(values: Any) -> None:
    for path in filter(uploaded, paths_in(values)):
        with suppress(OSError):  # it has gone, which whoever reads it says
            os.utime(path)


def _require_uploads(values: Any) -> None:
    if not all(map(uploaded, paths_in(values))):
        raise gr.Error(FOREIGN, print_exception=False)


def _sentence(error: Exception) -> str:
    if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)):
        return OUT_OF_MEMORY
    if isinstance(error, OSError):
        return f"This server cannot store files just now ({error.strerror or type(error).__name__}): try again later."
    return UNEXPECTED
