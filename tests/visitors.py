"""What visitors' browsers ask, over all tabs, and the book in which every right answer stands.

What moves under a visitor's hand is decoded in the browser and asks nothing: most of a visit lies between two requests.
There are more examples than uploads, as visitors open more of them.

An answer is right where it has the same bytes as the answer that a lone visitor got to the same request.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.page_client import OPENING, Answer, Request, Site, Visitor

EXAMPLES = Path(__file__).parent.parent / "vae_demo" / "examples"
PHOTOGRAPHS = Path(find_spec("gradio").origin).parent / "media_assets" / "images"
PICTURES = {
    "digits": [EXAMPLES / "digits" / name for name in ("3.png", "7.png")],
    "cartoons": [EXAMPLES / "cartoons" / name for name in ("face-1.png", "face-4.png")],
    "faces": [EXAMPLES / "faces" / name for name in ("sample-0.png", "sample-5.png")],
    "photos": [PHOTOGRAPHS / name for name in ("lion.jpg", "tower.jpg")],
}


def _wanted(choice: str, value: str, **settings: Any) -> dict[str, Any]:
    """What a tab's panel sends that shows the choice's examples already."""
    return {choice: value, **settings, "examples_of": value}


UPLOADS = {
    "reconstruction": [
        Request("tab_reconstruction", (_wanted("dataset", dataset, posterior=posterior, seed=seed),), picture)
        for dataset, posterior, seed in [
            ("digits", "mean", 0),
            ("digits", "sample", 5),
            ("cartoons", "mean", 0),
            ("faces", "mean", 0),
            ("photos", "mean", 0),
        ]
        for picture in PICTURES[dataset]
    ]
    + [Request("whole_picture", ({"dataset": "photos"},), picture) for picture in PICTURES["photos"]],
    "beta comparison": [
        Request("tab_beta_comparison", (_wanted("dataset", dataset),), picture)
        for dataset in ("digits", "cartoons", "faces")
        for picture in PICTURES[dataset]
    ],
    "code maps": [
        Request("tab_code_maps", (_wanted("checkpoint", f"vq-vae-{dataset}"),), picture)
        for dataset in PICTURES
        for picture in PICTURES[dataset]
    ],
}
"""Pictures of their own, as the tabs' panels ask for them, and photographs that come into view whole."""
OPENED = {
    tab: [
        Request(f"tab_{event}", (_wanted(choice, of + dataset, example=path.stem),))
        for dataset in ("digits", "cartoons", "faces")
        for path in sorted((EXAMPLES / dataset).glob("*.png"))
    ]
    for tab, event, choice, of in [
        ("reconstruction", "reconstruction", "dataset", ""),
        ("beta comparison", "beta_comparison", "dataset", ""),
        ("code maps", "code_maps", "checkpoint", "vq-vae-"),
    ]
}
"""The examples, as the tabs' panels ask for them."""
DRAWN_BY = ("checkpoint", "prior", "count", "seed", "temperature")
SAMPLES = [
    Request("tab_sampling", (dict(zip(DRAWN_BY, settings, strict=True)),))
    for settings in [
        ("vae-digits", "standard-normal", 16, 1, 1),
        ("conv-vae-digits", "gaussian-mixture", 16, 2, 0.8),
        ("beta-vae-cartoons-1", "standard-normal", 9, 3, 1),
        ("conv-vae-cartoons", "gaussian-mixture", 4, 4, 1),
        ("beta-vae-sprites-4", "standard-normal", 16, 5, 1),
        ("vq-vae-digits", "code-prior", 16, 6, 1),
        ("vq-vae-cartoons", "uniform-codes", 4, 7, 1),
        ("vq-vae-cartoons", "code-prior", 2, 8, 0.9),
    ]
]  # fmt: skip
ABOUT = [Request("checkpoints"), Request("model_card", ("vae-digits",)), Request("model_card", ("vq-vae-photos",))]

Tabs = dict[str, list[Request]]


class Book(dict[str, str]):
    """The right answer to each request, by its key: the first that anyone got to it."""

    def check(self, answers: list[Answer]) -> list[Answer]:
        """The same answers; those that came, but are not what the book says, are now called wrong."""
        for answer in answers:
            if answer.outcome == "right" and self.setdefault(answer.request.key, answer.content) != answer.content:
                answer.outcome, answer.said = "wrong", "not what a lone visitor was answered"
        return answers


async def rehearse(site: Site) -> tuple[Tabs, Book]:
    """Ask all that visitors will ask, once and one after another: the requests by tab, and the right answers."""
    book = Book()
    async with Visitor(site) as visitor:

        async def answer(request: Request) -> Any:
            (got,) = book.check(await visitor.ask(request))
            if got.outcome != "right":
                raise RuntimeError(f"A lone visitor's {request.event} {request.data} was not answered: {got.said}")
            return got.data[0]

        for request in OPENING:
            await answer(request)
        tabs: Tabs = {tab: [*asked, *OPENED[tab]] for tab, asked in UPLOADS.items()}
        tabs |= {"sampling": SAMPLES, "about": ABOUT}
        edits = []
        for request in UPLOADS["code maps"]:
            codes = (await answer(request))["result"]["codes"]
            codes[1][:3] = [7, 8, 9]
            checkpoint = request.data[0]["checkpoint"]
            edits.append(Request("decode_codes", (codes, checkpoint)))  # for its bits, when the hand rests
        tabs["code maps"] += edits
        for request in (request for requests in tabs.values() for request in requests):
            if request.key not in book:
                await answer(request)
    return tabs, book


async def wander(
    visitor: Visitor, tabs: Tabs, book: Book, chance: random.Random, think: float = 0
) -> AsyncIterator[list[Answer]]:
    """Open the page, then go from tab to tab for ever, thinking for a while before each request: checked answers."""
    yield book.check(await visitor.open())
    while True:
        await asyncio.sleep(chance.expovariate(1 / think) if think else 0)
        request = chance.choice(tabs[chance.choice(list(tabs))])
        yield book.check(await visitor.ask(request))
