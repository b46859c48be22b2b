"""Where a browser gets a checkpoint's decoder, to decode by itself; and what it asks where it cannot."""

import hashlib
import threading
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vae_demo.errors import CheckpointError, InputError
from vae_demo.inference import Checkpoints, Store, decode_latent
from vae_demo.inference.browser_decoder import decoder_digest, decoder_file
from vae_demo.ui.browser import KEPT_FOR_GOOD
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import COMPUTING

_computing = threading.BoundedSemaphore(COMPUTING["concurrency_limit"])


def decoder_address(name: str, checkpoints: Checkpoints) -> str | None:
    """Where the decoder of a checkpoint is, beside the page's own address; None where the server has to decode.

    Other weights have another address, so each is kept for good.
    """
    digest = decoder_digest(checkpoints.get(name), checkpoints)
    return digest and f"decoders/{name}/{digest[:16]}"


def decoder_routes(store: Store) -> list[Route]:
    """The decoders of the store's checkpoints as routes beside Gradio's own."""

    def serve(request: Request) -> Response:
        name, digest = request.path_params["name"], request.path_params["digest"]
        try:
            content = decoder_file(store.current.get(name, "latents", "codes"), store.current)
        except (CheckpointError, InputError):
            content = None
        if content is None or hashlib.sha256(content).hexdigest()[:16] != digest:
            return Response("There are no such weights here now.", 404)
        return Response(content, headers=KEPT_FOR_GOOD, media_type="application/octet-stream")

    return [Route("/decoders/{name}/{digest}", serve)]


def server_decoder(store: Store) -> Any:
    """A panel's `server.decode_for_page({checkpoint, latent})`: the picture, where the browser cannot decode."""

    def decode_for_page(asked: Any) -> Any:
        asked = asked if isinstance(asked, dict) else {}
        with _computing:
            return encode_image(decode_latent(asked.get("checkpoint"), asked.get("latent"), store.current))

    return decode_for_page
