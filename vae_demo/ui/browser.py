"""The browser's half of the page: the modules in front/, where they are served, and the style sheets."""

import hashlib
import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from vae_demo.inference.reconstruction import DIFFERENCE_COLOURS

FRONT = Path(__file__).parent / "front"
_FILES = sorted(path for path in FRONT.iterdir() if path.suffix in (".js", ".css"))
_CONTENT = b"\0".join(part for path in _FILES for part in (path.name.encode(), path.read_bytes()))
ADDRESS = f"front/{hashlib.sha256(_CONTENT).hexdigest()[:12]}"
"""Where the modules are, beside the page's own address: other content has another address, so each is kept for good."""


async def _serve(request: Request) -> Response:
    if request.path_params["name"] not in {path.name for path in _FILES}:
        return Response("There is no such file.", 404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(FRONT / request.path_params["name"], headers=headers)


# Not a mounted folder: where a proxy takes the prefix of GRADIO_ROOT_PATH away, Starlette would look for it in there.
ROUTES = [Route(f"/{ADDRESS}/{{name}}", _serve)]
"""The modules as routes beside Gradio's own."""

# All modules are fetched at once, and not one after another as each names what it imports.
PRELOAD = "\n".join(f'<link rel="modulepreload" href="{ADDRESS}/{p.name}">' for p in _FILES if p.suffix == ".js")

_SCALE = f"linear-gradient(to right, {', '.join(DIFFERENCE_COLOURS)})"
# page.css, what all tabs share, comes first.
_SHEETS = sorted((path for path in _FILES if path.suffix == ".css"), key=lambda path: path.stem != "page")
CSS = f":root {{ --difference-scale: {_SCALE}; }}\n" + "\n".join(sheet.read_text(encoding="utf-8") for sheet in _SHEETS)


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
            throw error;
          }});"""


def told(function: str, *arguments: Any) -> str:
    """An event's script that calls a function of tabs.js with these arguments, and then the event's own values."""
    written = "".join(f"{json.dumps(argument)}, " for argument in arguments)
    return f"""async (...values) => {{
        const tabs = await import(new URL('{ADDRESS}/tabs.js', document.baseURI));
        return tabs.{function}({written}...values);
    }}"""
