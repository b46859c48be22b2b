"""Serve the page: `python app.py [--host HOST] [--port PORT] [--share] [--delete-after SECONDS]`; on Spaces as is."""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

from vae_demo.console import use_utf8
from vae_demo.errors import CheckpointError
from vae_demo.hosting import environment, zero_gpu

if TYPE_CHECKING:
    import gradio

    from vae_demo.hosting.door import Door

FIRST_PORT = 7860
"""Where no port is named, it is this one or the next that is free."""
DELETE_AFTER_SECONDS = 3600
"""Uploads and answers that nothing used for so long are deleted, within twice that time."""
SESSIONS = 1_000
"""The most visitors whose state is kept, some 30 KB each; whoever was away for longest is forgotten first."""
OPENED_BYTES = 128 * 10**6
"""The memory for uploads as they were opened: those of some ten photographs, for each tab asks for a visitor's anew."""
CLOSE_SECONDS = 2
"""How long connections may take to close, once all requests are answered."""


def main() -> None:
    """Serve the page as the command line asks; with a sentence and status 2 where it cannot start."""
    signal.signal(signal.SIGINT, _interrupted)
    use_utf8()
    options = _options()
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    _require_address(options.host or "127.0.0.1", options.port)
    os.environ["GRADIO_SERVER_PORT"] = str(options.port or FIRST_PORT)  # Gradio reads it as it is imported
    environment.set_up()
    environment.bypass_proxies(options.host)
    zero_gpu.register()
    page, door = start(options)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        told_to_stop.wait()
        door.drain()
    signal.signal(signal.SIGINT, _interrupted)
    closing = threading.Thread(target=page.close, kwargs={"verbose": False}, daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    _end(0)


def _options() -> argparse.Namespace:
    environ = os.environ
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--host",
        default=environ.get("GRADIO_SERVER_NAME") or None,
        help="address to listen on (default: GRADIO_SERVER_NAME, or 127.0.0.1 off Spaces)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=environ.get("GRADIO_SERVER_PORT") or environ.get("PORT") or None,
        help="port (default: GRADIO_SERVER_PORT, PORT, or the first free one from 7860)",
    )
    parser.add_argument("--share", action="store_true", help="also open a public link through Gradio's relay")
    parser.add_argument(
        "--delete-after",
        type=int,
        default=environ.get("VAE_DEMO_DELETE_AFTER") or DELETE_AFTER_SECONDS,
        metavar="SECONDS",
        help=f"uploads left alone for so long are deleted (default: VAE_DEMO_DELETE_AFTER, or {DELETE_AFTER_SECONDS})",
    )
    options = parser.parse_args()
    if options.delete_after < 1:
        parser.error("--delete-after must be 1 or more.")
    if options.port is not None and not 1 <= options.port < 2**16:
        parser.error("--port must be from 1 to 65535.")
    return options


def start(options: argparse.Namespace) -> "tuple[gradio.Blocks, Door]":
    """Begin to serve the page, or end the process where that cannot be."""
    # Imported here, because Gradio and torch read the environment when they are imported.
    from starlette.middleware import Middleware

    from vae_demo.examples import DRAWN, PACKAGED
    from vae_demo.hosting import housekeeping
    from vae_demo.hosting.door import MAX_UPLOAD, Door
    from vae_demo.images.opened_files import OPENED
    from vae_demo.inference import default_store
    from vae_demo.ui import build_page
    from vae_demo.ui.browser import CSS, ROUTES, PageMiddleware
    from vae_demo.ui.decoders import decoder_routes
    from vae_demo.ui.example_pictures import EXAMPLE_ROUTES
    from vae_demo.ui.latent_planes import plane_routes
    from vae_demo.ui.opening import Opening
    from vae_demo.ui.page import first_words
    from vae_demo.ui.theme import FAVICON, HEAD, THEME

    if not os.access(environment.upload_folder(), os.W_OK):
        _fail(f"Nothing can be stored in {environment.upload_folder()}: set GRADIO_TEMP_DIR to a folder that can.")
    try:
        store = default_store(wait=False)
        page = build_page(store)
    except CheckpointError as error:
        _fail(str(error))
    OPENED.keep(environment.upload_folder(), OPENED_BYTES)
    door = Door()
    kwargs = door.app_kwargs
    kwargs["middleware"].append(Middleware(PageMiddleware, opening=Opening(page, store, first_words()).scripts))
    routes = [*ROUTES, *EXAMPLE_ROUTES, *decoder_routes(store), *plane_routes(store)]
    page.queue(api_open=False, max_size=200, status_update_rate=1)
    host = f"[{options.host}]" if ":" in (options.host or "") else options.host  # as Gradio takes IPv6
    page.launch(
        server_name=host,
        server_port=options.port,
        share=options.share,
        max_file_size=MAX_UPLOAD,
        theme=THEME,
        css=CSS,
        head=HEAD,
        favicon_path=str(FAVICON),
        # Gradio hands out files of the working directory alone, and the examples may lie elsewhere.
        allowed_paths=[str(DRAWN), str(PACKAGED)],
        enable_monitoring=False,
        run_history=False,  # it would show visitors the buckets of whoever's token this process has
        state_session_capacity=SESSIONS,
        footer_links=["api", "settings"],
        app_kwargs=kwargs | {"lifespan": housekeeping.lifespan, "routes": routes},
        prevent_thread_lock=True,
    )
    threading.Thread(target=store.keep_warm, name="load-models", daemon=True).start()
    housekeeping.start(page, options.delete_after)
    return page, door


def _require_address(host: str, port: int | None) -> None:
    # Gradio would try a hundred ports, some seconds each, where it is the host that cannot be.
    try:
        family, *_, address = socket.getaddrinfo(host, port or 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
    except OSError as error:
        _fail(f"It cannot listen on {host}{f', port {port}' if port else ''}: {error.strerror}.")


def _fail(reason: str) -> NoReturn:
    print(f"The page cannot start. {reason}", file=sys.stderr)
    _end(2)


def _interrupted(*_: object) -> NoReturn:
    """Ctrl-C while the page starts, or a second one while it ends."""
    _end(128 + signal.SIGINT)


def _end(status: int) -> NoReturn:
    """End the process at once: else Python would wait for what is still computed, or abort while models are loaded."""
    internals = sys.modules.get("vae_demo.hosting.gradio_internals")
    if hasattr(internals, "close_tunnels"):  # it may be half imported
        internals.close_tunnels()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
