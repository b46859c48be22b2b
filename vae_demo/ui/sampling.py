"""The Random sampling tab: pictures that a model generates from its prior."""

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.inference import Checkpoints, Samples, Store, codebook, sample_in_steps
from vae_demo.inference.sampling import DEFAULT_CHECKPOINT, MAX_COUNT, MAX_TEMPERATURE
from vae_demo.models.variant import PRIORS
from vae_demo.ui.address import follow
from vae_demo.ui.browser import told
from vae_demo.ui.cached_answers import CachedAnswers
from vae_demo.ui.decoders import server_decoder
from vae_demo.ui.latent_planes import plane_digest
from vae_demo.ui.pictures import encode_image
from vae_demo.ui.requests import serve_tab, tell, tell_moves
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
from vae_demo.weights.catalogue import Checkpoint

TITLE = "Random sampling"
SHORT_TITLE = "Sample"
INTRODUCTION = """
No picture goes in here: a latent is drawn from a **prior** and decoded. **Try** the same model under its other prior,
or a temperature below 1; open a sample to see the latent it came from.
"""


WALK_STEPS = 9


def build(page: gr.Blocks, store: Store) -> Panel:
    """Lay out the tab and wire it."""

    def offer() -> list[tuple[str, str]]:
        names = [(f"{c.dataset} · {c.title}", c.name) for c in store.current.of()]
        return first(DEFAULT_CHECKPOINT, names)

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

    drawn_before = CachedAnswers(store)
    names = ("checkpoint", "prior", "count", "seed", "temperature")

    def answer(wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        # The choices are asked anew for every visitor: the weights may have changed since the page was built.
        defaults = dict(zip(names, (options(offer())["value"], "", *initial), strict=True))
        if "link" in wanted:
            yield follow(wanted["link"], defaults, lambda settings: answered([*drawn(settings, False)][-1]))
            return
        settings = {name: default if wanted.get(name) is None else wanted[name] for name, default in defaults.items()}
        yield from map(answered, drawn(settings))

    def drawn(settings: dict[str, Any], on_the_way: bool = True) -> Iterator[dict[str, Any]]:
        """The samples, and before them what there is of code maps on the way, where they were not drawn before."""
        checkpoints = store.current
        if (known := drawn_before.find(*settings.values())) is not None:
            yield known
            return
        draw = sample_in_steps if on_the_way else lambda *asked: [inference.sample(*asked)]
        for samples in draw(*settings.values(), checkpoints):
            yield (found := shown(samples, checkpoints))
        drawn_before.keep(found, checkpoints, *settings.values())

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

    gr.Markdown(INTRODUCTION, elem_classes="introduction")
    with gr.Row(equal_height=False):
        with gr.Column(elem_classes="controls"):
            checkpoint = Menu(**offered, label="Checkpoint", elem_id="sample-checkpoint")
            first_priors = priors(offered["value"]) if offered["value"] else []
            prior = Choice(**options(first_priors), label="Prior", elem_id="sample-prior")
            count = Amount(1, MAX_COUNT, value=16, step=1, label="How many", elem_id="sample-count")
            with gr.Row(elem_id="sample-seeds"):
                seed = Seed(value=0, label="Seed", precision=0, elem_id="sample-seed")
                die = gr.Button("⚄ Next seed", elem_id="sample-die")
            temperature = Amount(
                0, MAX_TEMPERATURE, value=1, step=0.05, label="Temperature", elem_id="sample-temperature"
            )
            button = gr.Button("Sample", variant="primary", elem_id="sample-button")
        with gr.Column(elem_classes="results"):
            panel = Panel(
                "sampling.js",
                description="Samples: `pictures`, and the `latents` or `codes` they were decoded from",
                server_functions=[server_decoder(store)],
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
    die.click(None, None, None, js=told("nextSeed", "sampling"), show_progress="hidden")
    for name, event, control in [
        ("prior", prior.input, prior),
        ("seed", seed.submit, seed),
    ]:
        tell(event, "sampling", [name], [control])
    tell_moves("sampling", {"count": count, "temperature": temperature})
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
    """The result as JSON: pictures ready for a browser, the checkpoint's priors by name and title, and its plane."""
    checkpoint = checkpoints.get(result.checkpoint)
    return {
        **vars(result),
        "dataset": checkpoint.dataset,
        "prior_title": PRIORS[result.prior],
        "priors": [(prior, PRIORS[prior]) for prior in checkpoints.priors(checkpoint)],
        "pictures": [encode_image(picture) for picture in result.pictures],
        "colours": codebook(checkpoint.name, checkpoints).colours if result.codes else None,
        "plane": plane_digest(checkpoint, checkpoints),
    }
