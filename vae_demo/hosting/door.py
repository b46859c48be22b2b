"""What stands between strangers and the page: how much a request may bring, refusals in sentences, and the way down."""

import logging
import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from gradio.route_utils import FnIndexInferError
from gradio.utils import get_upload_folder
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vae_demo.errors import CheckpointError, InputError

log = logging.getLogger(__name__)

API = "/gradio_api"
ENDPOINTS = re.compile(rf"{API}/(upload|cancel|reset|component_server|queue/join|(run|api|call|call/v2)/[^/]+)/?")
"""All that may be posted to. Gradio has more, such as one that lets ffmpeg loose on what is sent."""
DEEP_LINK = f"{API}/deep_link"
"""Gradio's links store what a visitor saw; nothing is kept of that here, and the page's own links hold its settings."""
MAX_UPLOAD = 20 * 2**20
"""The most bytes of an uploaded file."""
MAX_BODY = 2 * 2**20
"""The most bytes of any other request: the largest code map or drawing takes a quarter of it."""
KEPT_FREE = 2**30
"""The bytes of disk below which no upload is taken: uploads are deleted by their age alone."""
DRAIN_SECONDS = 6.0
"""How long a server that was told to stop waits for the answers that it owes."""
IDLE_SECONDS = 0.5
"""Nothing owed for so long means that all is answered: a caller asks, and then comes for the answer."""

STOPPING = "This server is being restarted: try again in a few seconds."
NO_ENDPOINT = "There is no such endpoint: “Use via API” at the foot of the page lists them."
BUSY = "Many visitors are here just now, and the queue is full: try again in a minute."


class Door:
    """Lets requests in that are small enough, counts those that are owed an answer, and closes before a restart."""

    def __init__(self) -> None:
        self._closed = False
        self._lock = threading.Lock()
        self._owed = 0

    @property
    def app_kwargs(self) -> dict[str, Any]:
        """FastAPI's settings that put this door before the page."""
        handlers = {FnIndexInferError: _no_endpoint, KeyError: _no_endpoint, TypeError: _misfit}
        handlers |= {RequestValidationError: _malformed, OSError: _no_storage, 503: _busy}
        handlers |= dict.fromkeys((InputError, CheckpointError), _refused)
        return {"middleware": [Middleware(DoorMiddleware, door=self)], "exception_handlers": handlers}

    def drain(self) -> bool:
        """Let no new work in, and wait for what is under way; False where it takes over `DRAIN_SECONDS`."""
        self._closed = True
        deadline = time.monotonic() + DRAIN_SECONDS
        idle_since = time.monotonic()
        while time.monotonic() < deadline:
            if self._owed:
                idle_since = time.monotonic()
            if time.monotonic() - idle_since >= IDLE_SECONDS:
                return True
            time.sleep(0.05)
        return False

    def admit(self, scope: Scope, declared: str | None) -> None:
        """Raises HTTPException for a request that may not come in."""
        path = path_of(scope)
        if path.rstrip("/") == DEEP_LINK or (scope["method"] == "POST" and not ENDPOINTS.fullmatch(path)):
            raise HTTPException(404, NO_ENDPOINT)
        if declared and declared.isdigit() and int(declared) > limit_of(scope):
            raise HTTPException(413, too_large(scope))
        if is_upload(scope) and free_bytes(Path(get_upload_folder())) < KEPT_FREE:
            raise HTTPException(507, "This server's disk is nearly full: try again later.")
        if self._closed and begins_something(scope):
            raise HTTPException(503, STOPPING)

    def count(self, change: int) -> None:
        """One answer more or less is owed."""
        with self._lock:
            self._owed += change


class DoorMiddleware:
    """The door as ASGI middleware."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        received, owed = 0, 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit_of(scope):
                raise HTTPException(413, too_large(scope))
            return message

        try:
            self._door.admit(scope, Headers(scope=scope).get("content-length"))
            owed = 0 if is_heartbeat(scope) else 1
            self._door.count(+owed)
            await self._app(scope, counted, send)
        except HTTPException as error:
            await _answer(error.status_code, error.detail)(scope, receive, send)
        finally:
            self._door.count(-owed)


def path_of(scope: Scope) -> str:
    """A request's path as the page knows it, behind whatever prefix it is served."""
    path, prefix = scope["path"], scope.get("root_path", "").rstrip("/") + "/"
    return "/" + path.removeprefix(prefix) if path.startswith(prefix) else path


def is_heartbeat(scope: Scope) -> bool:
    """Whether a request is answered for as long as its visit lasts."""
    return scope["method"] == "GET" and path_of(scope).startswith(f"{API}/heartbeat/")


def is_upload(scope: Scope) -> bool:
    """Whether a request brings a file."""
    return path_of(scope).rstrip("/") == f"{API}/upload"


def begins_something(scope: Scope) -> bool:
    """Whether a request asks for new work, or, as a balancer does, whether there may be any."""
    path = path_of(scope).rstrip("/").removeprefix(API)
    return (scope["method"] == "POST" and path not in ("/cancel", "/reset")) or path == "/startup-events"


def limit_of(scope: Scope) -> int:
    """The most bytes that a request may bring; an upload's file has its boundaries and headers around it."""
    return MAX_UPLOAD + 2**16 if is_upload(scope) else MAX_BODY


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder, which need not be there yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def too_large(scope: Scope) -> str:
    """What is said of a request that brings more."""
    return f"The request is too large: at most {limit_of(scope) // 2**20} MB are accepted here."


def _answer(status: int, detail: str) -> JSONResponse:
    headers = {"Retry-After": "10"} if status == 503 else None
    return JSONResponse({"detail": detail}, status, headers)


def _no_endpoint(request: Request, error: Exception) -> JSONResponse:
    # Gradio's for a name or a number that none has. A KeyError is logged, lest it hide a fault of the server's own.
    if isinstance(error, KeyError):
        log.warning("A request found no endpoint.", exc_info=error)
    return _answer(404, NO_ENDPOINT)


def _malformed(request: Request, error: RequestValidationError) -> JSONResponse:
    # FastAPI's own answer repeats what was sent, and fails where that cannot be written as UTF-8.
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:] if str(part).isascii())
    return _answer(422, f"The request is malformed{f' at {where}' if where else ''}: {first['msg']}.")


def _misfit(request: Request, error: Exception) -> JSONResponse:
    # Gradio's for arguments that an endpoint does not have; in the log, lest it hide a fault of the server's own.
    log.warning("A request did not fit its endpoint.", exc_info=error)
    return _answer(400, "The values do not fit this endpoint: “Use via API” at the foot of the page has its types.")


def _refused(request: Request, error: Exception) -> JSONResponse:
    return _answer(400, str(error))


def _no_storage(request: Request, error: OSError) -> JSONResponse:
    if error.errno is None:  # Pillow's own, for a file that is no picture
        return _answer(400, "That cannot be read.")
    log.error("A file could not be stored.", exc_info=error)
    return _answer(507, f"This server cannot store files just now ({error.strerror or type(error).__name__}).")


def _busy(request: Request, error: HTTPException) -> JSONResponse:
    return _answer(503, BUSY if "full" in error.detail else STOPPING)
