"""Blocks that read no files but uploads, and answer every failure with a sentence; API callers come past widgets."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr

from vae_demo.errors import CheckpointError, InputError
from vae_demo.hosting.environment import upload_folder
from vae_demo.hosting.failures import MISFIT, UNEXPECTED, is_raised_while_reading, sentence
from vae_demo.hosting.gradio_internals import FILE_ROUTE, HookedBlocks

log = logging.getLogger(__name__)

FOREIGN = "Only a file that was uploaded here can be read: upload the picture first."
NESTING = {dict, list}


class GuardedBlocks(HookedBlocks):
    """Blocks that check a request's files before Gradio touches them, and answer every failure with a sentence.

    A file that is asked about, or answered with, counts as new, so that what is in use is not deleted for its age.
    """

    def check_values(self, values: Any) -> None:
        for file in files_in(values):
            file["path"] = path_of_address(file["path"])
        if not all(map(uploaded, paths_in(values))):
            raise gr.Error(FOREIGN, print_exception=False)
        _touch(values)

    @contextmanager
    def reading(self) -> Iterator[None]:
        try:
            yield
        except gr.Error:
            raise
        except Exception as error:
            said = sentence(error)
            if said == UNEXPECTED and is_raised_while_reading(error):
                # The values do not fit. One line in the log, not a traceback: strangers could fill it.
                log.warning("Values did not fit their event: %s.", type(error).__name__)
                said = MISFIT
            else:
                log.exception("The values of a request could not be read.")
            raise gr.Error(said, print_exception=False) from error

    @contextmanager
    def answering(self) -> Iterator[None]:
        try:
            yield
        except gr.Error:
            raise
        except (InputError, CheckpointError) as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:
            log.exception("A request failed.")
            raise gr.Error(sentence(error), print_exception=False) from error

    def answered(self, values: Any) -> None:
        _touch(values)


def paths_in(value: Any) -> Iterator[Any]:
    """Everything that a request's values call a `path`, at any depth."""
    return (file["path"] for file in files_in(value))


def files_in(value: Any) -> Iterator[dict[str, Any]]:
    """The files among a request's values, as Gradio names them, at any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("path") is not None:
                yield item
            waiting.extend(item.values())
        elif isinstance(item, list) and not NESTING.isdisjoint(map(type, item)):  # a row of codes needs no look at each
            waiting.extend(item)


def path_of_address(address: Any) -> Any:
    """The path of a file that this page serves, from its address, as answers, the API's examples and agents have it;
    anything else as it is. Nothing is fetched, and whether the path may be read is for `uploaded` to say."""
    if not (isinstance(address, str) and address.startswith(("http://", "https://"))):
        return address
    path = address.partition(FILE_ROUTE)[2]
    return unquote(path) if path else address


def uploaded(path: Any) -> bool:
    """Whether a path leads into the folder of uploads, links followed; a URL does not."""
    try:
        return Path(path).resolve().is_relative_to(upload_folder().resolve())
    except (TypeError, ValueError, OSError, RuntimeError):
        return False


def _touch(values: Any) -> None:
    for path in filter(uploaded, paths_in(values)):
        with suppress(OSError):  # it has been deleted: whoever reads it says so
            os.utime(path)
