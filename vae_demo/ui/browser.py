"""The browser's half of the page: the modules in front/, where they are served, and the style sheets."""

import gzip
import hashlib
import json
import mimetypes
import os
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vae_demo.inference.reconstruction import DIFFERENCE_COLOURS
from vae_demo.ui.theme import FONT_FACES

FRONT = Path(__file__).parent / "front"
_FILES = {
    path.relative_to(FRONT).as_posix(): path.read_bytes()
    for path in sorted(FRONT.rglob("*"))
    if path.suffix in {".js", ".css", ".wasm"}
}
_CONTENT = b"\0".join(part for name, content in _FILES.items() for part in (name.encode(), content))
ADDRESS = f"front/{hashlib.sha256(_CONTENT).hexdigest()[:12]}"
"""Where the modules are, beside the page's own address: other content has another address, so each is kept for good.
What is served is what was read here: files that are replaced under a running page must not come under its address."""


KEPT_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return Response("There is no such file.", 404)
    return Response(_FILES[name], media_type=mimetypes.guess_type(name)[0], headers=KEPT_FOR_GOOD)


# Not a mounted folder: where a proxy takes the prefix of GRADIO_ROOT_PATH away, Starlette would look for it in there.
ROUTES = [Route(f"/{ADDRESS}/{{name:path}}", _serve)]
"""The modules as routes beside Gradio's own."""

# All modules are fetched at once, while Gradio's own scripts are, and not one after another when these have run.
# A worker's are fetched when it starts.
_OF_PAGE = [name for name in _FILES if name.endswith(".js") and "/" not in name]
# Those of what is seen first, before all others.
_SEEN_FIRST = {"first_view.js", "first_view_style.js", "carried_answers.js", "parts.js", "visits.js"}
_OF_PAGE.sort(key=lambda name: name not in _SEEN_FIRST)
_PRELOAD = "".join(f'<link rel="modulepreload" href="{ADDRESS}/{name}">' for name in _OF_PAGE)
_HEAD = f"<style>{FONT_FACES}</style>{_PRELOAD}"


NAMING = ("host", "x-forwarded-host", "x-forwarded-proto", "x-gradio-server")
"""The headers in which a caller or a proxy names the page's address."""
MOST_PAGES = 16
"""The addresses whose page is kept."""


class PageMiddleware:
    """Writes into the page what Gradio does not: into its head what must stand there before any script runs, which
    `head=` is too late for, and at its end what `opening` gives by then. It keeps the page for whoever comes by the
    same address: Gradio would write it anew for each visitor.

    In the head are the fonts, the modules to fetch, and the address that all others are relative to: a proxy that
    serves the page below a path may do so without a slash at the end, and then the browser would look one folder too
    high.
    """

    def __init__(self, app: ASGIApp, opening: Callable[[], bytes]) -> None:
        self._app = app
        self._opening = opening
        root = os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/")
        base = f'<base href="{escape(root)}/">' if root else ""
        self._head = f"<head>{base}{_HEAD}".encode()
        self._pages: dict[tuple[Any, ...], tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        key = _address_of(scope)
        opening = self._opening() if key else b""
        key = key and (*key, opening)
        if key in self._pages:
            return await _send_all(send, self._pages[key])
        if key:
            scope = {**scope, "query_string": b""}  # whatever is in it, the kept page must not have it
        start: Message | None = None  # of an answer that is held back until all of it is there
        body = b""

        async def write(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    start = message
                    return
            if start is None:
                return await send(message)
            body += message.get("body", b"")
            if not message.get("more_body"):
                body = body.replace(b"<head>", self._head, 1)
                headers = MutableHeaders(raw=start["headers"])
                if keeps := bool(key) and start["status"] == 200:
                    before, tag, after = body.rpartition(b"</body>")
                    body = b"".join((before, opening if tag else b"", tag, after))
                    body = _packed(body, headers, Headers(scope=scope))
                headers["content-length"] = str(len(body))
                page: tuple[Message, Message] = (start, {"type": "http.response.body", "body": body})
                if keeps:
                    if len(self._pages) >= MOST_PAGES:
                        self._pages.clear()
                    self._pages[key] = page
                await _send_all(send, page)

        await self._app(scope, receive, write)


async def _send_all(send: Send, page: tuple[Message, Message]) -> None:
    start, whole = page
    await send({**start, "headers": [*start["headers"]]})  # what is around this may change them
    await send(whole)


def _packed(body: bytes, headers: MutableHeaders, asked: Headers) -> bytes:
    """The page packed once for all visitors; as it is where a browser takes no gzip."""
    headers.add_vary_header("Accept-Encoding")
    if not _takes_gzip(asked):
        return body
    headers["content-encoding"] = "gzip"
    return gzip.compress(body, mtime=0)


def _takes_gzip(asked: Headers) -> bool:
    accepted = asked.get("accept-encoding", "").split(",")
    return any(re.fullmatch(r"\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?", one) for one in accepted)


def _address_of(scope: Scope) -> tuple[Any, ...]:
    """All that Gradio writes the page by, where that is its address alone; nothing for another page or a visitor's own.

    The page's settings are no part of it: its scripts read them.
    """
    headers = Headers(scope=scope)
    root = scope.get("root_path", "")
    if scope["path"] not in ("/", f"{root}/") or "deep_link" in QueryParams(scope["query_string"]):
        return ()
    if "access-token" in headers.get("cookie", ""):
        return ()
    return (scope["scheme"], scope["path"], root, _takes_gzip(headers), *(headers.get(name) for name in NAMING))


_SCALE = f"linear-gradient(to right, {', '.join(DIFFERENCE_COLOURS)})"
# page.css, what all tabs share, comes first.
_SHEETS = sorted((name for name in _FILES if name.endswith(".css")), key=lambda name: name != "page.css")
CSS = f":root {{ --difference-scale: {_SCALE}; }}\n" + "\n".join(_FILES[name].decode() for name in _SHEETS)


def mounting_script(module: str, events: tuple[str, ...]) -> str:
    """The script of a component that hands itself to a module's `mount`.

    Gradio knows an event of a component by its name in quotes in this text, so all of them are listed.
    """
    return f"""
        // Events: {" ".join(f"trigger('{event}')" for event in events)}
        import(new URL('{ADDRESS}/{module}', document.baseURI))
          .then(({{ mount }}) => mount({{ element, props, trigger, watch, server }}))
          .catch((error) => {{
            element.querySelector('.panel-body').textContent = 'This part of the page failed: reload the page.';
            import(new URL('{ADDRESS}/first_view.js', document.baseURI)).then((view) => view.leaveFirstView());
            throw error;
          }});"""


def told(function: str, *arguments: Any) -> str:
    """An event's script that calls a function of tabs.js with these arguments, and then the event's own values."""
    written = "".join(f"{json.dumps(argument)}, " for argument in arguments)
    return f"""async (...values) => {{
        const tabs = await import(new URL('{ADDRESS}/tabs.js', document.baseURI));
        return tabs.{function}({written}...values);
    }}"""
