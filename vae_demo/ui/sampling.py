"""The Random sampling tab: pictures that a model dreams up from its prior."""

from typing import Any

import gradio as gr

from vae_demo.inference import Samples, Store, sample
from vae_demo.inference.sampling import MAX_COUNT, MAX_TEMPERATURE, PRIORS, priors_of, sampled_checkpoints
from vae_demo.ui.pictures import sent
from vae_demo.ui.widgets import COMPUTING, Amount, Choice, Menu, Panel, Seed, answering, first, options

TITLE = "Random sampling"
INTRODUCTION = """
No picture goes in here: a latent is drawn from a **prior** and decoded. **Try** the same model under its other prior,
or a temperature below 1; click a sample to see the latent it came from.
"""


def build(page: gr.Blocks, store: Store) -> None:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        names = [(f"{c.dataset} · {c.title}", c.name) for c in sampled_checkpoints(store.current)]
        return first("vae-digits", names)

    def priors(name: str) -> list[tuple[str, str]]:
        checkpoints = store.current
        return [(PRIORS[prior], prior) for prior in priors_of(checkpoints.get(name), checkpoints)]

    @answering
    def run(
        checkpoint: str,
        prior: str,
        count: int,
        seed: int,
        temperature: float,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 (how Gradio is asked for one)
    ) -> dict[str, Any]:
        """Draw pictures from a prior: standard-normal, gaussian-mixture, code-prior or uniform-codes."""
        result = sample(checkpoint, prior, count, seed, temperature, progress=progress, checkpoints=store.current)
        return shown(result)

    @answering
    def arrive(count: int, seed: int, temperature: float) -> tuple[Any, Any, Any]:
        # The choices are asked anew for every visitor: the weights may have changed since the page was built.
        offered = options(offer())
        answer = run(offered["value"], "", count, seed, temperature)
        return gr.update(**offered), gr.update(**options(priors(offered["value"]))), answer

    @answering
    def switch(
        checkpoint: str,
        count: int,
        seed: int,
        temperature: float,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple[Any, Any]:
        offered = options(priors(checkpoint))
        return gr.update(**offered), run(checkpoint, offered["value"], count, seed, temperature, progress)

    offered = options(offer())
    gr.Markdown(INTRODUCTION)
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=280):
            checkpoint = Menu(**offered, label="Checkpoint", elem_id="sample-checkpoint")
            first_priors = priors(offered["value"]) if offered["value"] else []
            prior = Choice(**options(first_priors), label="Prior", elem_id="sample-prior")
            count = Amount(1, MAX_COUNT, value=16, step=1, label="How many", elem_id="sample-count")
            seed = Seed(value=0, label="Seed", precision=0, elem_id="sample-seed")
            temperature = Amount(
                0, MAX_TEMPERATURE, value=1, step=0.05, label="Temperature", elem_id="sample-temperature"
            )
            button = gr.Button("Sample", variant="primary", elem_id="sample-button")
        with gr.Column(scale=3, min_width=300):
            panel = Panel(
                "sampling.js",
                description="Samples: `pictures`, and the `latents` or `codes` they were decoded from",
                elem_id="sample-result",
                min_height=420,
            )
    amounts = [count, seed, temperature]
    page.load(arrive, amounts, [checkpoint, prior, panel], api_visibility="private", **COMPUTING)
    checkpoint.input(
        switch, [checkpoint, *amounts], [prior, panel],
        api_visibility="private", trigger_mode="always_last", show_progress_on=panel, **COMPUTING,
    )  # fmt: skip
    gr.on(
        [button.click, prior.input, count.release, seed.submit, temperature.release],
        run, [checkpoint, prior, *amounts], panel, api_name="sample", trigger_mode="always_last", **COMPUTING,
    )  # fmt: skip


def shown(result: Samples) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {**vars(result), "prior_title": PRIORS[result.prior], "pictures": [sent(p) for p in result.pictures]}
