"""What the address of the page asks for: the settings of a tab by name. front/state.js writes such addresses."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from vae_demo.errors import InputError


def linked_settings(request: gr.Request, tab: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """`defaults`, and instead of them what the address has for this tab; a number where the default is one.

    Raises InputError for what should be a number and is none. Whether a value fits is for the inference module to say.
    """
    if request.query_params.get("tab") != tab:
        return defaults
    return {name: _read(name, request.query_params.get(name), default) for name, default in defaults.items()}


def _read(name: str, written: str | None, default: Any) -> Any:
    if written is None or not isinstance(default, (int, float)):
        return default if written is None else written
    try:
        value = float(written)
    except ValueError as error:
        raise InputError(f"its {name} must be a number.") from error
    return int(value) if value.is_integer() else value


def follow(
    request: gr.Request,
    tab: str,
    defaults: dict[str, Any],
    answer: Callable[..., Any],
    check_link: Callable[[Mapping[str, str], Any], None] = lambda query, answer: None,
) -> tuple[dict[str, Any], Any]:
    """The settings of a tab as the address has them, and `answer` to them.

    Where they cannot be used, the visitor is told why, and both are as by `defaults`.
    """
    try:
        settings = linked_settings(request, tab, defaults)
        found = answer(*settings.values())
        if request.query_params.get("tab") == tab:
            check_link(request.query_params, found)
        return settings, found
    except (InputError, gr.Error) as error:
        gr.Warning(f"The link cannot be followed: {error}")
        return defaults, answer(*defaults.values())
