"""Files of the models that a browser fetches and keeps for good: other content has another address."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vae_demo.errors import CheckpointError, InputError
from vae_demo.inference import Checkpoints, Store
from vae_demo.ui.browser import KEPT_FOR_GOOD

DIGEST_LENGTH = 16
"""So many hex digits of a SHA-256 are in an address; front/live.js has the same number."""


def kept_file_route(folder: str, store: Store, content_of: Callable[[str, str, Checkpoints], bytes | None]) -> Route:
    """FOLDER/NAME/DIGEST as a route beside Gradio's own: what `content_of` gives for a checkpoint's name and a digest.

    It gives None for another digest than that of what is in use now, which is then answered by 404.
    """

    def serve(request: Request) -> Response:
        try:
            content = content_of(request.path_params["name"], request.path_params["digest"], store.current)
        except (CheckpointError, InputError):
            content = None
        if content is None:
            return Response("There is no such file here now.", 404)
        return Response(content, headers=KEPT_FOR_GOOD, media_type="application/octet-stream")

    return Route(f"/{folder}/{{name}}/{{digest}}", serve)
