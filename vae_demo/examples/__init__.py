"""The example pictures: drawn by `python -m vae_demo.training.examples`, or among Gradio's packaged media."""

from pathlib import Path
from typing import Any

import gradio

DRAWN = Path(__file__).parent
PACKAGED = Path(gradio.__file__).parent / "media_assets" / "images"
PHOTOGRAPHS = ("cheetah1.jpg", "lion.jpg", "tower.jpg", "cheetah.jpg")


def example_pictures(dataset: str) -> list[str]:
    """Paths of a dataset's example pictures; photographs for a dataset that we have not drawn any for."""
    drawn = sorted(str(path) for path in (DRAWN / dataset).glob("*.png"))
    return drawn or [str(path) for name in PHOTOGRAPHS if (path := PACKAGED / name).is_file()]


def shown_examples(paths: list[str]) -> list[dict[str, Any]]:
    """The examples with their names, as the page's panel takes them."""
    return [
        {"name": Path(path).stem, "picture": {"path": path, "meta": {"_type": "gradio.FileData"}}} for path in paths
    ]
