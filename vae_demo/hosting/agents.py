"""An endpoint's answer as an agent takes it: the numbers as JSON, and the pictures apart, as pictures."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

MOST_PICTURES = 16
"""The most pictures that an agent is sent: the outermost ones, for each costs it as much as a page of text."""
LEFT_OUT = "a picture, left out"


def answer_apart(answer: Any, address: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """An endpoint's answer as text, and its pictures, each as its MIME type and base64.

    The text is JSON (an answer that is a text stays one), in which "picture 1" stands for the first picture. A picture
    that is a file stands there as its address, which `address` gives for the path.
    """
    if isinstance(answer, str):
        return answer, []
    numbered, pictures = [deepcopy(answer)], []
    for _, holder, key in sorted(_pictures_in(numbered), key=lambda found: found[0]):
        value = holder[key]
        if isinstance(value, dict):
            holder[key] = address(value["path"])
        elif len(pictures) < MOST_PICTURES:
            kind, _, content = value.removeprefix("data:").partition(";base64,")
            pictures.append((kind, content))
            holder[key] = f"picture {len(pictures)}"
        else:
            holder[key] = LEFT_OUT
    return json.dumps(numbered[0], ensure_ascii=False), pictures


def _pictures_in(holder: Any, depth: int = 0) -> Iterator[tuple[int, Any, Any]]:
    """Every picture with how deep it lies, in what, and where in it."""
    for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
        inline = isinstance(value, str) and value.startswith("data:image/")
        if inline or (isinstance(value, dict) and isinstance(value.get("path"), str) and "meta" in value):
            yield depth, holder, key
        elif isinstance(value, (dict, list)):
            yield from _pictures_in(value, depth + 1)
