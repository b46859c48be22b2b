"""Where a browser gets a checkpoint's plane of latents."""

import logging

from starlette.routing import Route

from vae_demo.errors import CheckpointError
from vae_demo.inference import Checkpoints, Store
from vae_demo.inference.latent_plane import latent_plane
from vae_demo.ui.kept_files import DIGEST_LENGTH, kept_file_route
from vae_demo.weights.catalogue import Checkpoint

log = logging.getLogger(__name__)


def plane_routes(store: Store) -> list[Route]:
    """The planes of the store's checkpoints: planes/NAME/DIGEST, as `plane_digest` has it."""

    def content(name: str, digest: str, checkpoints: Checkpoints) -> bytes | None:
        plane = latent_plane(checkpoints.get(name, "latents"), checkpoints)
        return plane.content if plane and plane.sha256[:DIGEST_LENGTH] == digest else None

    return [kept_file_route("planes", store, content)]


def plane_digest(checkpoint: Checkpoint, checkpoints: Checkpoints) -> str | None:
    """What a checkpoint's plane is called in its address; None where there is none, or it cannot be read."""
    if checkpoint.latent_kind != "latents":
        return None
    try:
        plane = latent_plane(checkpoint, checkpoints)
    except CheckpointError as error:  # samples can be had without it
        log.warning("%s", error)
        return None
    return plane and plane.sha256[:DIGEST_LENGTH]
