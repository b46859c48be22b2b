"""A file of codes as text that may stand in an address: base64url without padding (RFC 4648, section 5)."""

import base64
import binascii
import re

from vae_demo.entropy_coding.file import MAX_BYTES
from vae_demo.errors import InputError

ALPHABET = re.compile(r"[A-Za-z0-9_-]+")


def to_text(data: bytes) -> str:
    """A file's bytes as letters, digits, "-" and "_": four for three bytes."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes that `to_text` was given. Raises InputError for what is no such text."""
    if not isinstance(text, str) or len(text) > 2 * MAX_BYTES or not ALPHABET.fullmatch(text):
        raise InputError('The codes in the address must be letters, digits, "-" and "_".')
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise InputError("The codes in the address are cut short.") from error
    if to_text(data) != text:
        raise InputError("The codes in the address are damaged.")
    return data
