"""The Random sampling tab: pictures that a model dreams up from its prior."""

from typing import Any

import gradio as gr

from vae_demo.inference import Samples, Store, sample
from vae_demo.inference.sampling import MAX_COUNT, MAX_TEMPERATURE, PRIORS, priors_of, sampled_checkpoints
from vae_demo.ui.pictures import sent
from vae_demo.ui.widgets import Amount, Choice, Menu, Panel, Seed, answering

TITLE = "Random sampling"
INTRODUCTION = """
No picture goes in here: a latent is drawn from a **prior** and decoded. **Try** the same model under its other prior,
or a temperature below 1; click a sample to see the latent it came from.
"""


def build(page: gr.Blocks, store: Store) -> None:
    """Lay out the tab and wire it."""

    def priors(name: str) -> list[tuple[str, str]]:
        return [(PRIORS[prior], prior) for prior in priors_of(store.get(name), store)]

    @answering
    def run(
        checkpoint: str,
        prior: str,
        count: int,
        seed: int,
        temperature: float,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> dict[str, Any]:
        """Draw pictures from a prior: standard-normal, gaussian-mixture, code-prior or uniform-codes."""
        return shown(sample(checkpoint, prior, count, seed, temperature, progress=progress, store=store))

    @answering
    def offer(name: str) -> Any:
        offered = priors(name)
        return gr.update(choices=offered, value=offered[0][1])

    names = [(f"{c.dataset} · {c.title}", c.name) for c in sampled_checkpoints(store)]
    first = next((name for _, name in names if name == "vae-digits"), names[0][1] if names else None)
    gr.Markdown(INTRODUCTION)
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=280):
            checkpoint = Menu(names, value=first, label="Checkpoint", elem_id="sample-checkpoint")
            offered = priors(first) if first else []
            prior = Choice(offered, value=offered[0][1] if offered else None, label="Prior", elem_id="sample-prior")
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
    settings = [checkpoint, prior, count, seed, temperature]
    gr.on(
        [button.click, prior.change, count.release, seed.submit, temperature.release], run, settings, panel,
        api_name="sample", trigger_mode="always_last",
    )  # fmt: skip
    # Where two checkpoints share a prior, its value stays the same and no change of it would run the tab.
    checkpoint.change(offer, checkpoint, prior, api_visibility="private", show_progress="hidden").then(
        run, settings, panel, api_visibility="private"
    )
    page.load(run, settings, panel, api_visibility="private", show_progress="minimal")


def shown(result: Samples) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {**vars(result), "prior_title": PRIORS[result.prior], "pictures": [sent(p) for p in result.pictures]}
