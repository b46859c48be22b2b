"""Serve the page: `python app.py [--host HOST] [--port PORT] [--share] [--delete-after SECONDS]`; on Spaces as is."""

import argparse
import os
import signal
import threading

import vae_demo.hosting.environment  # noqa: F401 (before what imports gradio or torch)
from vae_demo.hosting import housekeeping, zero_gpu  # before what imports torch

# isort: split
from gradio.tunneling import CURRENT_TUNNELS

from vae_demo.errors import CheckpointError
from vae_demo.examples import DRAWN, PACKAGED
from vae_demo.hosting.door import MAX_UPLOAD, Door
from vae_demo.inference import default_store
from vae_demo.ui import build_page
from vae_demo.ui.browser import CSS, ROUTES
from vae_demo.ui.theme import FAVICON, HEAD, THEME
from vae_demo.ui.widgets import COMPUTING

DELETE_AFTER_SECONDS = 3600
"""Uploads and answers left alone for so long are deleted; it is looked for as often, so within twice that."""
SESSIONS = 1_000
"""The most visitors whose state is kept, some 30 KB each; the longest away goes first."""
CLOSE_SECONDS = 2
"""How long connections may take to close, once nothing is owed to them."""


def main() -> None:
    """Build the page, launch it, load the models while the first visitors arrive, and serve until told to stop."""
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

    try:
        store = default_store(wait=False)
        page = build_page(store)
    except CheckpointError as error:
        parser.error(str(error))
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    door = Door()
    page.queue(api_open=False, max_size=200, status_update_rate=1)
    if zero_gpu.lend_gpu(page, COMPUTING["concurrency_id"]):
        # A lent GPU comes with a fork of this process, in which a lock that another thread holds would never open.
        store.warm()
    else:
        threading.Thread(target=store.keep_warm, name="load-models", daemon=True).start()
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
        app_kwargs=door.app_kwargs | {"lifespan": housekeeping.lifespan, "routes": ROUTES},
        prevent_thread_lock=True,
    )
    housekeeping.start(page, options.delete_after)
    answered = False
    try:
        told_to_stop.wait()
        answered = door.drain()
    except KeyboardInterrupt:
        pass
    page.server.config.timeout_graceful_shutdown = CLOSE_SECONDS
    page.close(verbose=False)
    if not answered:
        for tunnel in CURRENT_TUNNELS:
            tunnel.kill()
        os._exit(0)  # else the process would wait for what is still being computed


if __name__ == "__main__":
    main()
