"""Which requests reach the page: only to its endpoints, within limits of size, and none once the server is stopping."""

import logging
import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vae_demo.hosting.environment import upload_folder
from vae_demo.hosting.failures import HANDLERS, NO_ANSWER, NO_ENDPOINT, STOPPING, json_answer
from vae_demo.hosting.gradio_internals import is_kept, queue_of

log = logging.getLogger(__name__)

API = "/gradio_api"
ENDPOINTS = re.compile(rf"{API}/(upload|cancel|reset|component_server|queue/join|mcp|(run|api|call|call/v2)/[^/]+)/?")
"""All that may be posted to. Gradio has more, such as one that runs ffmpeg on what is sent."""
ANSWER = re.compile(rf"{API}/call/(?:v2/)?[^/]+/(?P<event>[^/]+)/?")
"""Where a caller of the API fetches an answer."""
REFUSED_PATHS = re.compile(rf"{API}/(deep_link|mcp/(sse|messages))/?")
"""Always refused: Gradio's deep links, which store what a visitor saw where the page's links hold settings, and MCP's
older transport, which keeps a connection open."""
MAX_UPLOAD = 20 * 2**20
"""The most bytes of an uploaded file."""
MAX_BODY = 2 * 2**20
"""The most bytes of any other request: the largest code map or drawing takes a quarter of it."""
MIN_FREE_DISK = 2**30
"""With fewer bytes free on the disk no upload is accepted, because uploads are deleted only by their age."""
DRAIN_SECONDS = 6.0
"""How long a server that was told to stop waits until all requests are answered."""
IDLE_SECONDS = 0.5
"""No open request for so long means that all are answered: callers of the API fetch their answer by a second one."""


class Door:
    """Admits requests, counts those that are not answered yet, and closes before the server stops."""

    def __init__(self) -> None:
        self._closed = False
        self._lock = threading.Lock()
        self._open_requests = 0

    @property
    def app_kwargs(self) -> dict[str, Any]:
        """Arguments of FastAPI that put this door, and the sentences for failures, around the page."""
        return {"middleware": [Middleware(DoorMiddleware, door=self)], "exception_handlers": HANDLERS}

    def drain(self) -> bool:
        """Admit nothing new, and wait for the open requests; False where they take more than `DRAIN_SECONDS`."""
        self._closed = True
        deadline = time.monotonic() + DRAIN_SECONDS
        idle_since = time.monotonic()
        while time.monotonic() < deadline:
            if self._open_requests:
                idle_since = time.monotonic()
            if time.monotonic() - idle_since >= IDLE_SECONDS:
                return True
            time.sleep(0.05)
        return False

    def admit(self, scope: Scope, declared: str | None) -> None:
        """Raises HTTPException for a request that is not admitted; `declared` is its Content-Length."""
        path = path_of(scope)
        if REFUSED_PATHS.fullmatch(path) or (scope["method"] == "POST" and not ENDPOINTS.fullmatch(path)):
            raise HTTPException(404, NO_ENDPOINT)
        answer = ANSWER.fullmatch(path) if scope["method"] == "GET" else None
        if answer and not is_kept(queue_of(scope["app"]), answer["event"]):
            raise HTTPException(404, NO_ANSWER)
        if declared and declared.isdigit() and int(declared) > limit_of(scope):
            raise HTTPException(413, too_large(scope))
        if is_upload(scope) and free_bytes(upload_folder()) < MIN_FREE_DISK:
            raise HTTPException(507, "This server's disk is nearly full: try again later.")
        if self._closed and begins_something(scope):
            raise HTTPException(503, STOPPING)

    def count(self, change: int) -> None:
        """One open request more or less."""
        with self._lock:
            self._open_requests += change


class DoorMiddleware:
    """The door as ASGI middleware; it also counts the bytes of bodies that come without a length."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        received, opened = 0, 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit_of(scope):
                raise HTTPException(413, too_large(scope))
            return message

        try:
            self._door.admit(scope, Headers(scope=scope).get("content-length"))
            opened = 0 if is_heartbeat(scope) else 1
            self._door.count(+opened)
            await self._app(scope, counted, send)
        except HTTPException as error:
            await json_answer(error.status_code, error.detail)(scope, receive, send)
        except RuntimeError as error:
            # Starlette's for a refusal in mid-answer, as of an event that somebody asks for twice: one line in the log.
            if not isinstance(error.__cause__, HTTPException):
                raise
            log.warning("%s %s ended with status %s.", scope["method"], scope["path"], error.__cause__.status_code)
            await send({"type": "http.response.body"})
        finally:
            self._door.count(-opened)


def path_of(scope: Scope) -> str:
    """A request's path without the prefix under which a proxy serves the page."""
    path, prefix = scope["path"], scope.get("root_path", "").rstrip("/") + "/"
    return "/" + path.removeprefix(prefix) if path.startswith(prefix) else path


def is_heartbeat(scope: Scope) -> bool:
    """Whether a request is one that stays open for as long as the page, or an agent, does."""
    path = path_of(scope)
    return scope["method"] == "GET" and (path.startswith(f"{API}/heartbeat/") or path.rstrip("/") == f"{API}/mcp")


def is_upload(scope: Scope) -> bool:
    """Whether a request uploads a file."""
    return path_of(scope).rstrip("/") == f"{API}/upload"


def begins_something(scope: Scope) -> bool:
    """Whether a request asks for new work, or is a load balancer's question whether the server takes any."""
    path = path_of(scope).rstrip("/").removeprefix(API)
    return (scope["method"] == "POST" and path not in ("/cancel", "/reset")) or path == "/startup-events"


def limit_of(scope: Scope) -> int:
    """The most bytes of a request's body; an upload's file has boundaries and headers around it."""
    return MAX_UPLOAD + 2**16 if is_upload(scope) else MAX_BODY


def free_bytes(folder: Path) -> int:
    """The bytes free on the disk of a folder, which need not exist yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def too_large(scope: Scope) -> str:
    """What is said of a request beyond the limit."""
    return f"The request is too large: at most {limit_of(scope) // 2**20} MB are accepted here."
