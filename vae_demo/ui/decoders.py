"""Where a browser gets a checkpoint's decoder, to decode by itself; and what it asks where it cannot."""

import threading
from typing import Any

from starlette.routing import Route

from vae_demo.errors import InputError
from vae_demo.inference import Checkpoints, Store, decode_between, decode_latent
from vae_demo.inference.browser_decoder import decoder_file
from vae_demo.ui.kept_files import DIGEST_LENGTH, kept_file_route
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import COMPUTING

PATIENCE = 10.0
"""Seconds that a picture waits for its turn."""
BUSY = "Too many pictures are being decoded just now: try again in a moment."
_computing = threading.BoundedSemaphore(COMPUTING["concurrency_limit"])


def decoder_routes(store: Store) -> list[Route]:
    """The decoders of the store's checkpoints: decoders/NAME/DIGEST, by the SHA-256 of the checkpoint's weights."""

    def content(name: str, digest: str, checkpoints: Checkpoints) -> bytes | None:
        checkpoint = checkpoints.get(name, "latents", "codes")
        known = (checkpoint.weights_sha256 or "")[:DIGEST_LENGTH] == digest
        return decoder_file(checkpoint, checkpoints) if known else None

    return [kept_file_route("decoders", store, content)]


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
