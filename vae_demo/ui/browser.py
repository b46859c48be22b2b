"""The browser's half of the page: the modules in front/, where they are served, and the style sheets."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from vae_demo.inference.reconstruction import DIFFERENCE_COLOURS

FRONT = Path(__file__).parent / "front"
_FILES = {path.relative_to(FRONT).as_posix(): path for path in sorted(FRONT.rglob("*.*s"))}
_CONTENT = b"\0".join(part for name, path in _FILES.items() for part in (name.encode(), path.read_bytes()))
ADDRESS = f"front/{hashlib.sha256(_CONTENT).hexdigest()[:12]}"
"""Where the modules are, beside the page's own address: other content has another address, so each is kept for good."""


KEPT_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


async def _serve(request: Request) -> Response:
    path = _FILES.get(request.path_params["name"])
    return FileResponse(path, headers=KEPT_FOR_GOOD) if path else Response("There is no such file.", 404)


# Not a mounted folder: where a proxy takes the prefix of GRADIO_ROOT_PATH away, Starlette would look for it in there.
ROUTES = [Route(f"/{ADDRESS}/{{name:path}}", _serve)]
"""The modules as routes beside Gradio's own."""

# All modules are fetched at once, and not one after another as each names what it imports; a worker's when it starts.
_OF_PAGE = [name for name in _FILES if name.endswith(".js") and "/" not in name]
PRELOAD = "\n".join(f'<link rel="modulepreload" href="{ADDRESS}/{name}">' for name in _OF_PAGE)

_SCALE = f"linear-gradient(to right, {', '.join(DIFFERENCE_COLOURS)})"
# page.css, what all tabs share, comes first.
_SHEETS = sorted((path for path in _FILES.values() if path.suffix == ".css"), key=lambda path: path.stem != "page")
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
