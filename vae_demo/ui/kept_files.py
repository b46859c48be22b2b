"""Files of the models that a browser fetches and keeps for good: other content has another address."""

from collections.abc import Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vae_demo.errors import CheckpointError, InputError
from vae_demo.inference import Checkpoints, Store
from vae_demo.ui.browser import KEPT_FOR_GOOD

DIGEST_LENGTH = 16
"""So many hex digits of a SHA-256 are in an address; front/live.js has the same number."""

KEPT = 8
"""The files, of up to 4 MB each, that stay packed for the next visitor."""
MISSING = "There is no such file here now."


def kept_file_route(folder: str, store: Store, content_of: Callable[[str, str, Checkpoints], bytes | None]) -> Route:
    """FOLDER/NAME/DIGEST as a route beside Gradio's own: what `content_of` gives for a checkpoint's name and a digest.

    It gives None for another digest than that of what is in use now, which is then answered by 404.
    """

    @lru_cache(KEPT)
    def content(name: str, digest: str) -> bytes:
        found = content_of(name, digest, store.current)
        if found is None:
            raise InputError(MISSING)  # which is not remembered: it may come
        return found

    def serve(request: Request) -> Response:
        try:
            found = content(request.path_params["name"], request.path_params["digest"])
        except (CheckpointError, InputError):
            return Response(MISSING, 404)
        return Response(found, headers=KEPT_FOR_GOOD, media_type="application/octet-stream")

    return Route(f"/{folder}/{{name}}/{{digest}}", serve)
