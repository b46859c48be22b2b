"""The example pictures: drawn by `python -m vae_demo.training.examples`, or among Gradio's packaged media."""

from pathlib import Path

import gradio

DRAWN = Path(__file__).parent
PACKAGED = Path(gradio.__file__).parent / "media_assets" / "images"
PHOTOGRAPHS = ("cheetah1.jpg", "lion.jpg", "tower.jpg", "cheetah.jpg")


def example_pictures(dataset: str) -> list[str]:
    """Paths of a dataset's example pictures; photographs for a dataset that we have not drawn any for."""
    return sorted(str(path) for path in (DRAWN / dataset).glob("*.png")) or _photographs()


def every_example() -> list[str]:
    """Paths of the example pictures of all datasets."""
    return [*sorted(str(path) for path in DRAWN.glob("*/*.png")), *_photographs()]


def _photographs() -> list[str]:
    return [str(path) for name in PHOTOGRAPHS if (path := PACKAGED / name).is_file()]
