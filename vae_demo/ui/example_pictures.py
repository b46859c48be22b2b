"""The example pictures as the page offers them: small, each at an address of its own that a browser keeps for good."""

import hashlib
import mimetypes
from functools import cache
from io import BytesIO
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vae_demo.examples import every_example
from vae_demo.images import open_picture
from vae_demo.ui.browser import KEPT_FOR_GOOD

SIDE = 160
"""The longest side of what is shown, in pixels: a photograph is chosen by less than all of it."""
_contents: dict[str, bytes] = {}  # by address


def shown_examples(paths: list[str]) -> list[dict[str, str]]:
    """The examples with their names, as the page's panel takes them."""
    return [{"name": Path(path).stem, "picture": _address(path)} for path in paths]


@cache
def _address(path: str) -> str:
    """Where an example is, beside the page's own address."""
    content, suffix = Path(path).read_bytes(), Path(path).suffix
    picture = open_picture(path)
    if max(picture.size) > SIDE:
        picture.thumbnail((SIDE, SIDE))
        picture.save(buffer := BytesIO(), "webp")
        content, suffix = buffer.getvalue(), ".webp"
    address = f"examples/{hashlib.sha256(content).hexdigest()[:12]}/{Path(path).stem}{suffix}"
    _contents[address] = content
    return address


@cache
def _offer_all() -> None:
    for path in every_example():
        _address(path)


async def _serve(request: Request) -> Response:
    address = "examples/{digest}/{name}".format(**request.path_params)
    if address not in _contents:
        _offer_all()  # another process has offered it, or this one before it was started anew
    content = _contents.get(address)
    if content is None:
        return Response("There is no such picture.", 404)
    return Response(content, media_type=mimetypes.guess_type(request.path_params["name"])[0], headers=KEPT_FOR_GOOD)


EXAMPLE_ROUTES = [Route("/examples/{digest}/{name}", _serve)]
"""They as a route beside Gradio's own."""
