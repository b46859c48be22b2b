"""What every result can do: show itself in a notebook, and be saved."""

import base64
import dataclasses
import json
import math
from collections.abc import Iterable
from html import escape
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, Generic, TypeVar

from PIL import Image

from vae_demo.errors import InputError

LEAST_SHOWN, MOST_SHOWN = 112, 256
"""The long side in pixels at which a notebook shows a picture: a small one is enlarged, a large one shrunk."""
LEAST_IN_GRID = 32
"""The same for the pictures of a grid, of which there are many."""
MOST_LISTED = 8
"""Of a longer list of numbers a notebook shows how many there are."""
R = TypeVar("R", bound="Result")


def saved_as(name: str) -> Any:
    """A dataclass's field with text that `save` writes to a file of this name, and that a notebook does not show."""
    return dataclasses.field(metadata={"file": name})


class Result:
    """Pictures, numbers and names, and perhaps results, as the fields of a dataclass."""

    def _repr_html_(self) -> str:
        """A table of the fields, the pixels of its pictures enlarged and crisp: what a notebook shows."""
        return _table([self])

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write the result into `folder`, which is made where it is missing; returns its path.

        Each picture is a lossless PNG named by its field, as variants-0-reconstruction.png. result.json holds all
        else, by field; a picture is there by its file's name, and a number that is not finite is null. What is a code
        map is also in codes.json, for `open_codes`. Files of these names are replaced, and no others are touched.
        Raises InputError where nothing can be written there.
        """
        place = Path(folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
            fields = json.dumps(_save(self, place, ""), indent=1, ensure_ascii=False, allow_nan=False)
            (place / "result.json").write_text(fields, encoding="utf-8")  # last: where it is, all is
        except OSError as error:
            raise InputError(f"The result cannot be saved in {place}: {error.strerror or error}.") from error
        return place


class Results(list[R], Generic[R]):
    """The results for a list of pictures, in the pictures' order: a list, which shows itself and is saved like one
    result."""

    def _repr_html_(self) -> str:
        return "<hr>".join(result._repr_html_() for result in self)

    def save(self, folder: str | PathLike[str]) -> Path:
        """Save each result in a folder of its own within `folder`: 0, 1, 2 … Raises InputError as `Result.save`."""
        for number, result in enumerate(self):
            result.save(Path(folder, str(number)))
        return Path(folder)


def _save(value: Any, place: Path, name: str) -> Any:
    """`value` as JSON has it; its pictures, and its texts that are files, are written into `place`."""
    if isinstance(value, Image.Image):
        value.save(place / f"{name}.png")
        return f"{name}.png"
    if isinstance(value, Result):
        found = {}
        for field in dataclasses.fields(value):
            content, part = getattr(value, field.name), f"{name}-{field.name}".removeprefix("-")
            if "file" in field.metadata:
                (place / field.metadata["file"]).write_text(content, encoding="utf-8")
            else:
                found[field.name] = _save(content, place, part)
        return found
    if isinstance(value, list):
        digits = len(str(len(value) - 1))
        return [_save(item, place, f"{name}-{index:0{digits}}") for index, item in enumerate(value)]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _table(results: list[Result]) -> str:
    """A row for each field, a column for each result; rows in which there is nothing are left out."""
    rows = []
    for field in dataclasses.fields(results[0]):
        values = [getattr(result, field.name) for result in results]
        if "file" not in field.metadata and any(value is not None for value in values):
            cells = "".join(f'<td style="text-align: left">{_cell(value)}</td>' for value in values)
            rows.append(f'<tr><th style="text-align: left">{escape(field.name.replace("_", " "))}</th>{cells}</tr>')
    return f"<table>{''.join(rows)}</table>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Image.Image):
        return _image(value)
    if isinstance(value, Result):
        return _table([value])
    if isinstance(value, dict):
        return "<br>".join(f"{escape(str(key))}: {_cell(item)}" for key, item in value.items())
    if isinstance(value, list):
        return _list(value)
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))


def _list(values: list[Any]) -> str:
    first = values[0] if values else None
    if isinstance(first, Result):
        return _table(values)
    if isinstance(first, Image.Image):
        return " ".join(map(_image, values))
    if isinstance(first, list) and first and isinstance(first[0], Image.Image):
        rows = (" ".join(_image(picture, LEAST_IN_GRID) for picture in row) for row in values)
        return f'<div style="white-space: nowrap">{"<br>".join(rows)}</div>'
    if len(values) <= MOST_LISTED and not isinstance(first, list):
        return ", ".join(map(_cell, values))
    return " × ".join(f"{length:,}" for length in _shape(values)) + " values"


def _shape(values: Any) -> Iterable[int]:
    while isinstance(values, list):
        yield len(values)
        values = values[0] if values else None


def _image(picture: Image.Image, least: int = LEAST_SHOWN) -> str:
    """The picture as it is, in its own pixels, which the browser enlarges; one above `MOST_SHOWN` is shrunk."""
    side = max(picture.size)
    if side > MOST_SHOWN:
        picture = picture.convert("RGB")
        picture.thumbnail((MOST_SHOWN, MOST_SHOWN))
    scale = max(1, math.ceil(least / side))
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return (
        f'<img src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}" '
        f'width="{scale * picture.width}" height="{scale * picture.height}" alt="" '
        'style="display: inline-block; max-width: none; margin: 1px; image-rendering: pixelated">'
    )
