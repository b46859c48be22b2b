"""The decoders in the browser: from the move of a control to the drawn picture, in this machine's Chromium.

One latent of a Gaussian checkpoint is moved, one code of a map edited, or a whole map decoded, each `MOVES` times
on an empty page beside the real modules. `aim` is the p95 that a picture under a finger should keep to, the baseline.
"""

from statistics import quantiles
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.report import Row, Table
from tests.chromium import chromium
from tests.served import serve
from vae_demo.ui.browser import ADDRESS
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import bundled

MOVES = 60
AIMS = {"vae": 16, "beta-vae": 16, "conv-vae": 33, "one code": 16, "whole map": 300}
"""Milliseconds, by variant or by what is decoded of a code map."""
SIDE = 32
"""The codes a side of a map that is edited: 128 pixels."""
MEASURE = """
    async ([module, answer, moves]) => {
      const { LivePicture } = await import(module);
      const canvas = document.body.appendChild(document.createElement('canvas'));
      const live = new LivePicture(canvas, answer, () => { throw new Error('The browser cannot decode.'); });
      const times = [];
      for (const values of moves) {
        const drawn = new Promise((resolve) => canvas.addEventListener('drawn', resolve, { once: true }));
        const start = performance.now();
        live.show(values);
        await drawn;
        times.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
      }
      canvas.remove();
      return times;
    }"""


def run(rounds: int) -> list[Table]:
    """For each kind of move a table of p50 and p95 in milliseconds, as times of the aim."""
    tables = []
    with serve() as server, chromium() as browser:
        page = browser.new_page()
        page.route("**/blank", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        page.goto(f"{server.address}/blank")
        for checkpoint in Checkpoints(bundled()).of(None, "latents", "codes"):
            for kind, moves in _moves(checkpoint).items():
                found = [time for _ in range(rounds) for time in _measured(page, checkpoint, moves)]
                tables.append(_table(f"{checkpoint.name}, {kind}", found, AIMS.get(kind) or _aim(checkpoint)))
    return tables


def _measured(page: Page, checkpoint: Checkpoint, moves: list[dict[str, Any]]) -> list[float]:
    answer = {"checkpoint": checkpoint.name, "weights_sha256": checkpoint.weights_sha256}
    warm = 5  # the decoder is fetched, and the loops are compiled, before anything counts
    return page.evaluate(MEASURE, [f"/{ADDRESS}/live.js", answer, moves])[warm:]


def _moves(checkpoint: Checkpoint) -> dict[str, list[dict[str, Any]]]:
    if checkpoint.latent_kind == "latents":
        rest = [0.0] * (checkpoint.arguments["latent_dim"] - 1)
        return {"one latent": [{"latent": [step / MOVES, *rest]} for step in range(MOVES)]}
    size = checkpoint.arguments["num_embeddings"]
    maps = [[code % size for code in range(SIDE * SIDE)]]
    for place in range(MOVES):
        maps.append([*maps[-1]])
        maps[-1][(37 * place) % (SIDE * SIDE)] = place % size
    whole = [[(code + shift) % size for code in maps[0]] for shift in range(MOVES // 4)]
    return {
        kind: [{"codes": {"rows": SIDE, "columns": SIDE, "first": codes}} for codes in found]
        for kind, found in (("one code", maps), ("whole map", whole))
    }


def _aim(checkpoint: Checkpoint) -> float:
    return AIMS[checkpoint.architecture.name]


def _table(title: str, times: list[float], aim: float) -> Table:
    found = {"aim": aim, "p50": quantiles(times, n=2)[0], "p95": quantiles(times, n=20)[-1]}
    return Table(title, "ms", "aim", [Row(case, value, value / aim) for case, value in found.items()])
