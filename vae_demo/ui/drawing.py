"""The file that a drawing becomes."""

import base64
import binascii
from typing import Any

from vae_demo.errors import InputError
from vae_demo.ui.pictures import write_once

MAX_CHARACTERS = 400_000
"""A drawing as a data URI is some 10,000 characters; noise on the whole canvas, which no pen makes, about 420,000."""
PREFIX = "data:image/png;base64,"


def drawn_file(data_uri: Any) -> str:
    """The path of the PNG file that a drawing was written to. Raises InputError for what is no PNG data URI.

    What is in the file is checked where every picture is, when it is opened.
    """
    if not isinstance(data_uri, str) or not data_uri.startswith(PREFIX):
        raise InputError("A drawing must be a PNG picture as a data URI.")
    if len(data_uri) > MAX_CHARACTERS:
        raise InputError("The drawing is too large: upload it as a picture instead.")
    try:
        content = base64.b64decode(data_uri.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("The drawing is damaged: draw it again.") from error
    return str(write_once(content, "drawing.png"))
