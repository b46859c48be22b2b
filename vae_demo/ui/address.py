"""What the address of the page asks for: the settings of a tab by name. front/state.js writes such addresses."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo.errors import InputError


def linked_settings(link: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """`defaults`, and instead of them what a link has under their names; a number where the default is one.

    Raises InputError for what should be a number and is none. Whether a value fits is for the inference module to say.
    """
    return {name: _read(name, link.get(name), default) for name, default in defaults.items()}


def _read(name: str, written: Any, default: Any) -> Any:
    if written is None or not isinstance(default, (int, float)):
        return default if written is None else written
    try:
        value = float(written)
    except (TypeError, ValueError) as error:
        raise InputError(f"its {name} must be a number.") from error
    return int(value) if value.is_integer() else value


def follow(
    link: Mapping[str, Any],
    defaults: Mapping[str, Any],
    answer: Callable[[Mapping[str, Any]], dict[str, Any]],
    check_link: Callable[[Mapping[str, Any], dict[str, Any]], None] = lambda link, answer: None,
) -> dict[str, Any]:
    """`answer` to the settings that a link has.

    Where they cannot be used, it is the answer to `defaults`, with a `warning` that says why.
    """
    try:
        found = answer(linked_settings(link, defaults))
        check_link(link, found)
        return found
    except (InputError, gr.Error) as error:
        return answer(defaults) | {"warning": f"The link cannot be followed: {error}"}
