"""The Random sampling tab: pictures that a model dreams up from its prior."""

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from vae_demo.inference import Checkpoints, Samples, Store, codebook, sample, sample_in_steps, walk
from vae_demo.inference.beta_comparison import beta_datasets
from vae_demo.inference.sampling import MAX_COUNT, MAX_TEMPERATURE
from vae_demo.models.variant import PRIORS
from vae_demo.ui.address import follow
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.requests import serve_tab, tell
from vae_demo.ui.widgets import (
    COMPUTING,
    Amount,
    Choice,
    Menu,
    Panel,
    Seed,
    explanation,
    first,
    options,
)

TITLE = "Random sampling"
INTRODUCTION = """
No picture goes in here: a latent is drawn from a **prior** and decoded. **Try** the same model under its other prior,
or a temperature below 1; click a sample to see the latent it came from.
"""


WALK_STEPS = 9


def build(store: Store) -> Panel:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        names = [(f"{c.dataset} · {c.title}", c.name) for c in store.current.of()]
        return first("vae-digits", names)

    def priors(name: str) -> list[tuple[str, str]]:
        checkpoints = store.current
        return [(PRIORS[prior], prior) for prior in checkpoints.priors(checkpoints.get(name))]

    def run(checkpoint: str, prior: str, count: int, seed: int, temperature: float) -> dict[str, Any]:
        """Draw pictures from a prior: standard-normal, gaussian-mixture, code-prior or uniform-codes."""
        checkpoints = store.current
        return shown(sample(checkpoint, prior, count, seed, temperature, checkpoints), checkpoints)

    run_first = cached(store, run)
    names = ("checkpoint", "prior", "count", "seed", "temperature")

    def answer(wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        # The choices are asked anew for every visitor: the weights may have changed since the page was built.
        defaults = dict(zip(names, (options(offer())["value"], "", *initial), strict=True))
        if "link" in wanted:
            yield follow(wanted["link"], defaults, lambda settings: answered(run_first(*settings.values())))
            return
        checkpoints = store.current
        settings = {name: default if wanted.get(name) is None else wanted[name] for name, default in defaults.items()}
        for samples in sample_in_steps(*settings.values(), checkpoints):
            yield answered(shown(samples, checkpoints))

    def answered(result: dict[str, Any]) -> dict[str, Any]:
        settings = {name: result[name] for name in names if name != "count"} | {"count": len(result["pictures"])}
        checkpoint, prior, *amounts = (settings[name] for name in names)
        return {
            "settings": settings,
            "controls": [
                gr.update(choices=offer(), value=checkpoint),
                gr.update(choices=priors(checkpoint), value=prior),
                *(gr.update(value=amount) for amount in amounts),
            ],
            "result": result,
        }

    def go(checkpoint: str, start: list[Any], end: list[Any], steps: int = WALK_STEPS) -> dict[str, Any]:
        """The pictures on the way between two latents or code maps, as /sample gives them."""
        found = walk(checkpoint, start, end, steps, store.current)
        return {**vars(found), "pictures": [encode_image(picture) for picture in found.pictures]}

    offered = options(offer())
    gr.Markdown(INTRODUCTION, elem_classes="introduction")
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
    explanation("sampling")
    amounts = [count, seed, temperature]
    initial = [amount.value for amount in amounts]
    controls = [checkpoint, prior, *amounts]
    serve_tab("sampling", panel, controls, answer)
    tell(checkpoint.input, "sampling", ["checkpoint"], [checkpoint])
    tell(button.click, "sampling", list(names), controls)
    for name, event, control in [
        ("prior", prior.input, prior),
        ("count", count.release, count),
        ("seed", seed.submit, seed),
        ("temperature", temperature.release, temperature),
    ]:
        tell(event, "sampling", [name], [control])
    gr.api(run, api_name="sample", **COMPUTING)
    gr.api(go, api_name="walk", **COMPUTING)
    return panel


def shown(result: Samples, checkpoints: Checkpoints) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser, and the tabs that a sample can be sent to."""
    checkpoint = checkpoints.get(result.checkpoint)
    sends = ["reconstruction"]
    if checkpoint.dataset in beta_datasets(checkpoints):
        sends.append("beta_comparison")
    if checkpoints.of(checkpoint.dataset, "codes"):
        sends.append("code_maps")
    return {
        **vars(result),
        "dataset": checkpoint.dataset,
        "prior_title": PRIORS[result.prior],
        "pictures": [encode_image(picture) for picture in result.pictures],
        "colours": codebook(checkpoint.name, checkpoints).colours if result.codes else None,
        "sends": sends,
    }
