"""Draw the page's example pictures: `python -m vae_demo.training.examples` writes vae_demo/examples/DATASET/*.png.

None comes from a dataset: digits are pen strokes, cartoon faces are drawn from ellipses after the style of Cartoon Set,
sprites are rendered, faces are samples of `conv-vae-faces` as bundled.
"""

from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFilter

from vae_demo.datasets import sprites
from vae_demo.images import to_picture
from vae_demo.inference import Checkpoints, sample
from vae_demo.weights.hub import bundled

FOLDER = Path(__file__).parent.parent / "examples"

# Pen strokes on a unit square, y down; each stroke is a polyline or an arc (box, from, to) in degrees.
Stroke = list[tuple[float, float]] | tuple[tuple[float, float, float, float], float, float]
DIGITS: dict[str, list[Stroke]] = {
    "0": [((0.28, 0.15, 0.72, 0.85), 0, 360)],
    "2": [((0.3, 0.15, 0.7, 0.5), 160, 395), [(0.67, 0.4), (0.28, 0.83), (0.74, 0.83)]],
    "3": [((0.3, 0.13, 0.68, 0.48), 170, 450), ((0.28, 0.46, 0.72, 0.87), -90, 170)],
    "4": [[(0.36, 0.15), (0.28, 0.55), (0.74, 0.55)], [(0.64, 0.2), (0.58, 0.88)]],
    "5": [[(0.7, 0.15), (0.38, 0.15), (0.34, 0.46)], ((0.26, 0.4, 0.7, 0.86), -115, 160)],
    "7": [[(0.28, 0.2), (0.72, 0.17), (0.44, 0.87)]],
    "8": [((0.34, 0.12, 0.66, 0.46), 0, 360), ((0.29, 0.46, 0.71, 0.87), 0, 360)],
    "9": [((0.32, 0.14, 0.68, 0.5), 0, 360), [(0.68, 0.34), (0.6, 0.87)]],
}

FACES = [
    # skin, hair, hair style, eyes, mouth, glasses
    ("#f3c9a0", "#3b2417", "short", "#6b4a2f", "smile", False),
    ("#c98b5e", "#1d1b1a", "curly", "#3a2a20", "smile", True),
    ("#f7dcc4", "#c0392b", "long", "#3f7f5f", "flat", False),
    ("#8d5a3b", "#2a1a12", "short", "#2c1d15", "open", False),
    ("#f0bf95", "#e8c65a", "long", "#3b78b5", "smile", True),
    ("#e8b48c", "#8a8f98", "bald", "#4d6a80", "flat", True),
]

FACE_SAMPLES = (0, 2, 3, 5, 6, 7)
"""Of the samples with seed 0, those that vary most."""

SPRITES = [
    (0, 5, 3, 10, 20),
    (1, 5, 12, 22, 9),
    (2, 5, 0, 16, 16),
    (0, 2, 8, 25, 25),
    (1, 3, 30, 6, 15),
    (2, 4, 18, 24, 6),
]


def draw_digit(strokes: list[Stroke], size: int = 280) -> Image.Image:
    """A digit in black ink on white, as someone would write it, (size, size) grey."""
    picture = Image.new("L", (size, size), 255)
    pen = ImageDraw.Draw(picture)
    width = size // 11
    for stroke in strokes:
        if isinstance(stroke, list):
            points = [(x * size, y * size) for x, y in stroke]
            pen.line(points, fill=0, width=width, joint="curve")
            for x, y in points:
                pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=0)
        else:
            box, start, end = stroke
            pen.arc([side * size for side in box], start, end, fill=0, width=width)
    return picture.filter(ImageFilter.GaussianBlur(size / 90))


def draw_face(skin: str, hair: str, style: str, eyes: str, mouth: str, glasses: bool, size: int = 64) -> Image.Image:
    """A cartoon face on white, (size, size) RGB, drawn four times as large and averaged down."""
    scale = 4 * size
    picture = Image.new("RGB", (scale, scale), "white")
    pen = ImageDraw.Draw(picture)

    def box(x0: float, y0: float, x1: float, y1: float) -> list[float]:
        return [side * scale for side in (x0, y0, x1, y1)]

    ink = {"outline": "#2b1d16", "width": scale // 80}
    if style == "long":
        pen.rounded_rectangle(box(0.22, 0.16, 0.78, 0.84), radius=0.24 * scale, fill=hair, **ink)
    if style == "curly":
        curls = [(0.25, 0.36), (0.31, 0.24), (0.42, 0.18), (0.58, 0.18), (0.69, 0.24), (0.75, 0.36)]
        curls += [(0.23, 0.48), (0.77, 0.48)]
        for x, y in curls:
            pen.ellipse(box(x - 0.1, y - 0.1, x + 0.1, y + 0.1), fill=hair, **ink)
    for x in (0.29, 0.71):
        pen.ellipse(box(x - 0.045, 0.46, x + 0.045, 0.6), fill=skin, **ink)
    pen.ellipse(box(0.29, 0.22, 0.71, 0.84), fill=skin, **ink)
    if style in ("short", "long"):
        pen.pieslice(box(0.27, 0.15, 0.73, 0.66), 180, 360, fill=hair, **ink)
        pen.ellipse(box(0.32, 0.33, 0.68, 0.56), fill=skin)
    if style == "curly":
        for x in (0.38, 0.5, 0.62):
            pen.ellipse(box(x - 0.09, 0.17, x + 0.09, 0.34), fill=hair)
    for x in (0.4, 0.6):
        pen.ellipse(box(x - 0.05, 0.46, x + 0.05, 0.545), fill="white")
        pen.ellipse(box(x - 0.032, 0.465, x + 0.032, 0.54), fill=eyes)
        pen.ellipse(box(x - 0.017, 0.48, x + 0.017, 0.525), fill="#151515")
        pen.line(box(x - 0.06, 0.415, x + 0.06, 0.41), fill=hair if style != "bald" else "#6b6b6b", width=scale // 40)
    if glasses:
        for x in (0.4, 0.6):
            pen.ellipse(box(x - 0.085, 0.42, x + 0.085, 0.585), outline="#222222", width=scale // 50)
        pen.line(box(0.485, 0.5, 0.515, 0.5), fill="#222222", width=scale // 50)
    pen.arc(box(0.465, 0.54, 0.535, 0.625), 10, 170, fill="#7a4b30", width=scale // 70)
    if mouth == "smile":
        pen.arc(box(0.41, 0.6, 0.59, 0.73), 20, 160, fill="#7a2e2e", width=scale // 45)
    elif mouth == "open":
        pen.chord(box(0.42, 0.61, 0.58, 0.75), 0, 180, fill="white", **ink)
    else:
        pen.line(box(0.44, 0.7, 0.56, 0.7), fill="#7a2e2e", width=scale // 45)
    return picture.resize((size, size), Image.Resampling.BOX)


def main() -> None:
    """Draw all of them."""
    drawn = {f"digits/{name}": draw_digit(strokes) for name, strokes in DIGITS.items()}
    drawn |= {f"cartoons/face-{i}": draw_face(*face) for i, face in enumerate(FACES, start=1)}
    rendered = sprites.render(torch.tensor(SPRITES))
    drawn |= {f"sprites/sprite-{i}": to_picture(picture) for i, picture in enumerate(rendered, start=1)}
    samples = sample("conv-vae-faces", "gaussian-mixture", max(FACE_SAMPLES) + 1, checkpoints=Checkpoints(bundled()))
    drawn |= {f"faces/sample-{i}": samples.pictures[i] for i in FACE_SAMPLES}
    for name, picture in drawn.items():
        path = FOLDER / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, optimize=True)


if __name__ == "__main__":
    main()
