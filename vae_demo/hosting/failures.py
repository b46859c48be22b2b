"""Whose fault a failure is, and what is said of it: what callers did wrong is a 4xx, all else is the server's own."""

import errno
import logging
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from vae_demo.errors import CheckpointError, InputError
from vae_demo.hosting.environment import upload_folder
from vae_demo.hosting.gradio_internals import FnIndexInferError, is_full_queue, is_unknown_name

log = logging.getLogger(__name__)

NO_ENDPOINT = "There is no such endpoint: “Use via API” at the foot of the page lists them."
NO_ANSWER = "There is no such answer: each can be fetched once, within five minutes of being ready. Ask again for it."
MISFIT = "The values do not fit this endpoint: “Use via API” at the foot of the page has its types."
BUSY = "Many visitors are here just now, and the queue is full: try again in a minute."
STOPPING = "This server is being restarted: try again in a few seconds."
OUT_OF_MEMORY = "This server has no memory left for that: try again in a moment, or with a smaller picture."
UNEXPECTED = "Something went wrong on the server, and it is in its log. Your request may be fine: try again."

NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory")
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
LIBRARIES = {"anyio", "fastapi", "gradio", "gradio_client", "pydantic", "starlette"} | sys.stdlib_module_names
"""The packages through which a request's values pass before they reach the product's own code."""


def is_raised_while_reading(error: BaseException) -> bool:
    """Whether an exception came out of Gradio's reading of a request, without passing through the product's code."""
    while error.__cause__ is not None:
        error = error.__cause__
    modules = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    inside = (module for module in modules if not module.startswith("vae_demo.hosting."))
    return all(module.partition(".")[0] in LIBRARIES for module in inside)


def is_full_storage(error: BaseException) -> bool:
    """Whether a file could not be stored: the disk is full, or something is wrong with the folder of uploads."""
    if not isinstance(error, OSError):
        return False
    names = (name for name in (error.filename, error.filename2) if isinstance(name, str))
    return error.errno in NO_SPACE or any(Path(name).is_relative_to(upload_folder()) for name in names)


def sentence(error: BaseException) -> str:
    """What a visitor reads about a fault of the server's."""
    if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)):
        return OUT_OF_MEMORY
    if is_full_storage(error):
        return f"This server cannot store files just now ({error.strerror}): try again later."
    return UNEXPECTED


def json_answer(status: int, detail: str) -> JSONResponse:
    """A refusal as JSON; with status 503 it says after how many seconds to ask again."""
    headers = {"Retry-After": "10"} if status == 503 else None
    return JSONResponse({"detail": detail}, status, headers)


def _refused(request: Request, error: Exception) -> JSONResponse:
    return json_answer(400, str(error))


def _damaged(request: Request, error: CheckpointError) -> JSONResponse:
    log.error("%s", error)
    return json_answer(500, str(error))


def _malformed(request: Request, error: RequestValidationError) -> JSONResponse:
    # FastAPI's own answer repeats what was sent, and fails where that cannot be written as UTF-8.
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:] if str(part).isascii())
    return json_answer(422, f"The request is malformed{f' at {where}' if where else ''}: {first['msg']}.")


def _busy(request: Request, error: HTTPException) -> JSONResponse:
    return json_answer(503, BUSY if is_full_queue(error.detail) else STOPPING)


def _lookup_failed(request: Request, error: Exception) -> JSONResponse:
    if not (is_unknown_name(error) and is_raised_while_reading(error)):
        return _failed(request, error)
    return json_answer(400, MISFIT) if isinstance(error, TypeError) else json_answer(404, NO_ENDPOINT)


def _failed(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed.", request.method, request.url.path, exc_info=error)
    return json_answer(507 if is_full_storage(error) else 500, sentence(error))


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], JSONResponse]] = {
    InputError: _refused,
    CheckpointError: _damaged,
    RequestValidationError: _malformed,
    503: _busy,
    FnIndexInferError: _lookup_failed,
    KeyError: _lookup_failed,
    TypeError: _lookup_failed,
    OSError: _failed,
    Exception: lambda request, error: json_answer(500, sentence(error)),  # which uvicorn logs, with its traceback
}
"""FastAPI's exception handlers, for what is raised outside of the page's events."""
