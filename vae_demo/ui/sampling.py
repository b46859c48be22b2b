"""The Random sampling tab: pictures that a model dreams up from its prior."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.inference import Checkpoints, Samples, Store, codebook, sample_in_steps
from vae_demo.inference.beta_comparison import beta_datasets
from vae_demo.inference.sampling import MAX_COUNT, MAX_TEMPERATURE
from vae_demo.models.variant import PRIORS
from vae_demo.ui.address import follow
from vae_demo.ui.cached_answers import cached
from vae_demo.ui.decoders import server_decoder
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.widgets import (
    COMPUTING,
    Amount,
    Choice,
    Menu,
    Panel,
    Seed,
    event_field,
    explanation,
    first,
    options,
)
from vae_demo.weights.catalogue import Checkpoint

TITLE = "Random sampling"
INTRODUCTION = """
No picture goes in here: a latent is drawn from a **prior** and decoded. **Try** the same model under its other prior,
or a temperature below 1; click a sample to see the latent it came from.
"""


WALK_STEPS = 9


def build(page: gr.Blocks, store: Store) -> Panel:
    """Lay out the tab and wire it; the panel's events `reconstruct_it`, `compare_it` and `encode_it` are the page's."""

    def offer() -> list[tuple[str, str]]:
        names = [(f"{c.dataset} · {c.title}", c.name) for c in store.current.of()]
        return first("vae-digits", names)

    def priors(name: str) -> list[tuple[str, str]]:
        checkpoints = store.current
        return [(PRIORS[prior], prior) for prior in checkpoints.priors(checkpoints.get(name))]

    offered = options(offer())

    def sample(
        checkpoint: str = offered["value"], prior: str = "", count: int = 16, seed: int = 0, temperature: float = 1.0
    ) -> dict[str, Any]:
        """Draw new pictures from a variational autoencoder, by decoding what is drawn at random from a prior.

        Args:
            checkpoint: The name of the autoencoder's checkpoint, such as "vae-digits"; /checkpoints lists them.
            prior: "standard-normal" or "gaussian-mixture", of a VQ-VAE "code-prior" or "uniform-codes"; "": its first.
            count: How many pictures, 1 to 64.
            seed: The seed, a whole number from 0 to 4294967295: the same one gives the same pictures.
            temperature: 0 to 2: below 1 the pictures are more usual, and above more unusual.

        Returns:
            The pictures, and the latents or code maps that they were decoded from.
        """
        checkpoints = store.current
        return shown(inference.sample(checkpoint, prior, count, seed, temperature, checkpoints), checkpoints)

    first_sample = cached(store, sample)

    def fill_in(checkpoint: str, prior: str, count: int, seed: int, temperature: float) -> Iterator[dict[str, Any]]:
        checkpoints = store.current
        for samples in sample_in_steps(checkpoint, prior, count, seed, temperature, checkpoints):
            yield shown(samples, checkpoints)

    def switch(checkpoint: str, count: int, seed: int, temperature: float) -> Iterator[tuple[Any, Any]]:
        offered = options(priors(checkpoint))
        for answer in fill_in(checkpoint, offered["value"], count, seed, temperature):
            yield gr.update(**offered), answer

    def arrive(request: gr.Request, *amounts: float) -> tuple[Any, ...]:
        # The choices are asked anew for every visitor: the weights may have changed since the page was built.
        offered = options(offer())
        names = ("checkpoint", "prior", "count", "seed", "temperature")
        defaults = dict(zip(names, (offered["value"], "", *amounts), strict=True))
        settings, answer = follow(request, "sampling", defaults, first_sample)
        checkpoint, _, *amounts = settings.values()
        offered_priors = options(priors(checkpoint)) | {"value": answer["prior"]}
        return gr.update(**offered | {"value": checkpoint}), gr.update(**offered_priors), *amounts, answer

    def walk(checkpoint: str, start: list[Any], end: list[Any], steps: int = WALK_STEPS) -> dict[str, Any]:
        """Walk from one latent or code map to another, and decode the steps on the way.

        Args:
            checkpoint: The name of an autoencoder's checkpoint, such as "vae-digits"; /checkpoints lists them.
            start: Where the walk begins: one of the latents or code maps that /sample gives for this checkpoint.
            end: Where the walk ends, of the same form.
            steps: How many pictures, both ends included, 2 to 32.

        Returns:
            The pictures on the way.
        """
        found = inference.walk(checkpoint, start, end, steps, store.current)
        return {**vars(found), "pictures": [encode_image(picture) for picture in found.pictures]}

    def go_from_page(event: gr.EventData) -> dict[str, Any]:
        return {"walk": walk(*(event_field(event, name) for name in ("checkpoint", "start", "end")))}

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
                events=("walk", "reconstruct_it", "compare_it", "encode_it"),
                description="Samples: `pictures`, and the `latents` or `codes` they were decoded from",
                server_functions=[server_decoder(store)],
                elem_id="sample-result",
                min_height=420,
            )
    explanation("sampling")
    amounts = [count, seed, temperature]
    private = {"api_visibility": "private", "trigger_mode": "always_last", "show_progress_on": panel, **COMPUTING}
    page.load(arrive, amounts, [checkpoint, prior, *amounts, panel], **private)
    checkpoint.input(switch, [checkpoint, *amounts], [prior, panel], **private)
    gr.on(
        [button.click, prior.input, count.release, seed.submit, temperature.release],
        fill_in, [checkpoint, prior, *amounts], panel, **private,
    )  # fmt: skip
    panel.walk(go_from_page, None, panel, **private)
    gr.api(sample, api_name="sample", **COMPUTING)
    gr.api(walk, api_name="walk", **COMPUTING)
    if offered["value"]:
        page.examples["walk"] = {"checkpoint": offered["value"], **_ends(store.current.get(offered["value"]))}
    return panel


def _ends(checkpoint: Checkpoint) -> dict[str, Any]:
    """Two ends of a walk, for the snippets of the API."""
    if checkpoint.latent_kind == "codes":
        return {"start": [[0, 1], [2, 3]], "end": [[3, 2], [1, 0]]}
    size = checkpoint.arguments["latent_dim"]
    return {"start": [1.0] * size, "end": [(-1.0) ** number for number in range(size)]}


def shown(result: Samples, checkpoints: Checkpoints) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser, and the tabs that a sample can be sent to."""
    checkpoint = checkpoints.get(result.checkpoint)
    sends = ["reconstruct_it"]
    if checkpoint.dataset in beta_datasets(checkpoints):
        sends.append("compare_it")
    if checkpoints.of(checkpoint.dataset, "codes"):
        sends.append("encode_it")
    return {
        **vars(result),
        "dataset": checkpoint.dataset,
        "prior_title": PRIORS[result.prior],
        "pictures": [encode_image(picture) for picture in result.pictures],
        "colours": codebook(checkpoint.name, checkpoints).colours if result.codes else None,
        "sends": sends,
    }
