"""Serve the page: `python app.py [--host HOST] [--port PORT] [--share] [--delete-after SECONDS]`; on Spaces as is."""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading

from vae_demo.console import use_utf8
from vae_demo.errors import CheckpointError
from vae_demo.hosting import environment, zero_gpu

DELETE_AFTER_SECONDS = 3600
"""Uploads and answers that nothing used for so long are deleted, within twice that time."""
SESSIONS = 1_000
"""The most visitors whose state is kept, some 30 KB each; whoever was away for longest is forgotten first."""
CLOSE_SECONDS = 2
"""How long connections may take to close, once all requests are answered."""


def main() -> None:
    """Serve the page as the command line asks."""
    use_utf8()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=None, help="address to listen on (default: Gradio's, 127.0.0.1 off Spaces)")
    parser.add_argument("--port", type=int, default=None, help="port (default: the first free one from 7860)")
    parser.add_argument("--share", action="store_true", help="also open a public link through Gradio's relay")
    parser.add_argument(
        "--delete-after",
        type=int,
        default=os.environ.get("VAE_DEMO_DELETE_AFTER", DELETE_AFTER_SECONDS),
        metavar="SECONDS",
        help="uploads left alone for so long are deleted (default: %(default)s, or what VAE_DEMO_DELETE_AFTER says)",
    )
    options = parser.parse_args()
    if options.delete_after < 1:
        parser.error("--delete-after must be 1 or more.")

    environment.set_up()
    zero_gpu.register()
    try:
        serve(options)
    except CheckpointError as error:
        parser.error(str(error))


def serve(options: argparse.Namespace) -> None:
    """Serve the page until told to stop, and end the process. Raises CheckpointError where it cannot start."""
    # Imported here, because Gradio and torch read the environment when they are imported.
    from vae_demo.examples import DRAWN, PACKAGED
    from vae_demo.hosting import housekeeping
    from vae_demo.hosting.door import MAX_UPLOAD, Door
    from vae_demo.hosting.gradio_internals import close_tunnels
    from vae_demo.inference import default_store
    from vae_demo.ui import build_page
    from vae_demo.ui.theme import CSS, FAVICON, HEAD, THEME

    store = default_store(wait=False)
    page = build_page(store)
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    door = Door()
    page.queue(api_open=False, max_size=200, status_update_rate=1)
    page.launch(
        server_name=options.host,
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
        app_kwargs=door.app_kwargs | {"lifespan": housekeeping.lifespan},
        prevent_thread_lock=True,
    )
    threading.Thread(target=store.keep_warm, name="load-models", daemon=True).start()
    housekeeping.start(page, options.delete_after)
    with contextlib.suppress(KeyboardInterrupt):
        told_to_stop.wait()
        door.drain()
    closing = threading.Thread(target=page.close, kwargs={"verbose": False}, daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    close_tunnels()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)  # else Python would wait for what is still being computed, or abort while a thread loads models


if __name__ == "__main__":
    main()
