"""One contact sheet a dataset: the product's examples through every variant, and samples under every prior."""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

from vae_demo.examples import example_pictures
from vae_demo.inference.forward import fitted, open_input
from vae_demo.inference.reconstruction import compared_checkpoints, reconstruct_by
from vae_demo.inference.sampling import sample
from vae_demo.models.variant import PRIORS
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import WeightsSource

FOLDER = Path(__file__).parent / "contact_sheets"
CELL, GAP, LABEL = 128, 6, 170
MOST_COLUMNS = 6
INK, PAPER = "#334155", "#ffffff"

Row = tuple[str, Sequence[Image.Image]]


def contact_sheets(checkpoints_dir: Path) -> list[Path]:
    """Write contact_sheets/DATASET.webp, lossless, for every dataset of the checkpoints in a folder.

    The same weights on the same machine give the same bytes.
    """
    checkpoints = Checkpoints(WeightsSource(checkpoints_dir))
    FOLDER.mkdir(exist_ok=True)
    written = []
    for dataset in checkpoints.datasets():
        members = compared_checkpoints(checkpoints.of(dataset))
        sheet = _lay_out([*_reconstructions(members, checkpoints), *_samples(members, checkpoints)])
        path = FOLDER / f"{dataset}.webp"
        sheet.save(path, lossless=True, quality=100, method=6)
        written.append(path)
    return written


@torch.inference_mode()
def _reconstructions(members: list[Checkpoint], checkpoints: Checkpoints) -> list[Row]:
    """The examples as the dataset has them, then as each variant draws them from the posterior mean."""
    pictures = example_pictures(members[0].dataset)[:MOST_COLUMNS]
    answers = [
        [reconstruct_by(member, fitted(open_input(path), member), checkpoints)[0] for path in pictures]
        for member in members
    ]
    finest = max(answers, key=lambda row: row[0].model_input.width)
    rows = [("examples", [found.model_input for found in finest])]
    return rows + [
        (_label(member), [found.reconstruction for found in row]) for member, row in zip(members, answers, strict=True)
    ]


def _samples(members: list[Checkpoint], checkpoints: Checkpoints) -> list[Row]:
    rows = []
    for member in members:
        for prior in checkpoints.priors(member):
            drawn = sample(member.name, prior, MOST_COLUMNS, checkpoints=checkpoints)
            rows.append((f"{_label(member)},\nsamples under\n{_short(prior)}", drawn.pictures))
    return rows


def _label(member: Checkpoint) -> str:
    return member.title.replace("β", "beta")  # the font has no Greek


def _short(prior: str) -> str:
    return PRIORS[prior].removesuffix(" fitted to the encoder")


def _lay_out(rows: list[Row]) -> Image.Image:
    """Each row a label and its pictures, enlarged by a whole factor so that pixels stay square and crisp."""
    cells = [[_enlarged(picture) for picture in pictures] for _, pictures in rows]
    width = max(picture.width for row in cells for picture in row) + GAP
    heights = [max(picture.height for picture in row) + GAP for row in cells]
    sheet = Image.new("RGB", (LABEL + width * max(map(len, cells)), sum(heights) + GAP), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=14)
    top = GAP
    for (label, _), row, height in zip(rows, cells, heights, strict=True):
        pen.multiline_text((GAP, top + height / 2), label, fill=INK, font=font, anchor="lm")
        for column, picture in enumerate(row):
            left = LABEL + column * width + (width - GAP - picture.width) // 2
            sheet.paste(picture, (left, top + (height - GAP - picture.height) // 2))
        top += height
    return sheet


def _enlarged(picture: Image.Image) -> Image.Image:
    factor = max(1, CELL // max(picture.size))
    return picture.convert("RGB").resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
