"""Where a browser gets a checkpoint's decoder, to decode by itself; and what it asks where it cannot."""

import threading
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vae_demo.errors import CheckpointError, InputError
from vae_demo.inference import Store, decode_between, decode_latent
from vae_demo.inference.browser_decoder import decoder_file
from vae_demo.ui.browser import KEPT_FOR_GOOD
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import COMPUTING

DIGEST_LENGTH = 16
"""So many of the digest are in an address; front/live.js has the same number."""
KEPT = 8
"""The decoders, of up to 4 MB each, that stay packed for the next visitor."""
PATIENCE = 10.0
"""Seconds that a picture waits for its turn."""
BUSY = "Too many pictures are being decoded just now: try again in a moment."
_computing = threading.BoundedSemaphore(COMPUTING["concurrency_limit"])


def decoder_routes(store: Store) -> list[Route]:
    """The decoders of the store's checkpoints as routes beside Gradio's own: decoders/NAME/DIGEST.

    DIGEST begins the SHA-256 of the checkpoint's weights, as answers name them. Other weights have another address, so
    each is kept for good.
    """

    @lru_cache(KEPT)
    def packed(name: str, digest: str) -> bytes:
        checkpoints = store.current
        checkpoint = checkpoints.get(name, "latents", "codes")
        if (checkpoint.weights_sha256 or "")[:DIGEST_LENGTH] != digest:
            raise InputError("These weights are not here now.")
        content = decoder_file(checkpoint, checkpoints)
        if content is None:
            raise InputError("A browser cannot compute what this decoder does.")
        return content

    def serve(request: Request) -> Response:
        try:
            content = packed(request.path_params["name"], request.path_params["digest"])
        except (CheckpointError, InputError):
            return Response("There is no such decoder here now.", 404)
        return Response(content, headers=KEPT_FOR_GOOD, media_type="application/octet-stream")

    return [Route("/decoders/{name}/{digest}", serve)]


def server_decoder(store: Store) -> Any:
    """A panel's `server.decode_for_page({checkpoint, latent})`: the picture, where the browser cannot decode.

    Instead of the latent it may be `start`, `end` and the `share` of the way from one to the other.
    """

    def decode_for_page(asked: Any) -> Any:
        asked = asked if isinstance(asked, dict) else {}
        checkpoint, checkpoints = asked.get("checkpoint"), store.current
        if not _computing.acquire(timeout=PATIENCE):
            raise InputError(BUSY)
        try:
            if "share" in asked:
                way = (asked.get("start"), asked.get("end"), asked["share"])
                return encode_image(decode_between(checkpoint, *way, checkpoints))
            return encode_image(decode_latent(checkpoint, asked.get("latent"), checkpoints))
        finally:
            _computing.release()

    return decode_for_page
