"""The colour profile of a picture: the one that it carries, or one made of what its header says about its colours."""

import struct
from typing import Any

import numpy as np
from PIL import Image

D50 = np.array([0.9642, 1.0, 0.8249])
"""XYZ of the white that profiles are given under."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_SRGB_PRIMARIES = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_SRGB_GAMMA = 0.45455
_WIDE_PRIMARIES = {
    9: (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""Of ITU-T H.273, table 2: BT.2020 and Display P3; x and y of white, red, green and blue."""
_LIKE_SRGB = frozenset((1, 2, 6, 13, 14, 15))
"""Transfer characteristics of H.273, table 3, that a picture for the screen is shown with as sRGB's: not PQ and HLG,
whose light is another."""
_SRGB_CURVE = struct.pack(
    ">HH5i", 3, 0, *(round(65536 * v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def profile_of(picture: Image.Image) -> bytes | None:
    """The ICC profile of a picture; None where it says nothing, which means sRGB.

    After an ICC profile, a PNG's chunks count as they do in Chromium: sRGB over gAMA and cHRM, gAMA alone with sRGB's
    primaries, cHRM alone not at all (PNG, third edition, 13.13 and 13.14). Of HEIF it is the primaries, where they are
    Display P3's or BT.2020's.
    """
    info = picture.info
    try:
        if info.get("icc_profile"):
            return info["icc_profile"]
        if "nclx_profile" in info:
            return _of_heif(info["nclx_profile"])
        if "gamma" in info and "srgb" not in info:
            return _of_png(info["gamma"], info.get("chromaticity"))
    except (ValueError, TypeError, KeyError, ArithmeticError, struct.error, np.linalg.LinAlgError):
        return None
    return None


def _of_heif(stated: dict[str, Any]) -> bytes | None:
    primaries = _WIDE_PRIMARIES.get(stated["color_primaries"])
    if primaries is None or stated["transfer_characteristics"] not in _LIKE_SRGB:
        return None
    return _matrix_profile(primaries, _SRGB_CURVE)


def _of_png(gamma: float, chromaticity: tuple[float, ...] | None) -> bytes | None:
    if chromaticity is None and abs(gamma - _SRGB_GAMMA) < 0.001:
        return None
    curve = struct.pack(">HHi", 0, 0, round(65536 / gamma))
    return _matrix_profile(chromaticity or _SRGB_PRIMARIES, curve)


def _matrix_profile(chromaticity: tuple[float, ...], curve: bytes) -> bytes:
    """An ICC profile of x and y of white, red, green and blue, and of a `parametricCurveType` (ICC.1:2010, 7.2 and
    10.15). Raises what `profile_of` catches where the chromaticities are no colours."""
    with np.errstate(all="ignore"):  # nonsense is seen in what comes of it
        matrix = _to_d50(chromaticity)
    tags = {b"wtpt": _xyz(D50)}
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), matrix.T, strict=True):
        tags[name] = _xyz(column)
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"para" + bytes(4) + curve)

    at, table, content = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += name + struct.pack(">II", at + len(content), len(tag))
        content += tag
    kinds = (b"mntr", b"RGB ", b"XYZ ")
    header = struct.pack(">I4xI4s4s4s12x4s28x12s", at + len(content), 4 << 24, *kinds, b"acsp", _xyz(D50)[8:])
    return header.ljust(128, b"\0") + table + content


def _to_d50(chromaticity: tuple[float, ...]) -> np.ndarray:
    """Linear RGB to XYZ under D50, (3, 3)."""
    white, *primaries = (
        np.array([x / y, 1, (1 - x - y) / y]) for x, y in zip(chromaticity[::2], chromaticity[1::2], strict=True)
    )
    columns = np.array(primaries).T
    matrix = columns * np.linalg.solve(columns, white)
    # To the white of profiles, by Bradford's adaptation (ICC.1:2010, annex E).
    gain = np.diag((_BRADFORD @ D50) / (_BRADFORD @ white))
    return np.linalg.solve(_BRADFORD, gain @ _BRADFORD) @ matrix


def _xyz(value: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * v) for v in value))
