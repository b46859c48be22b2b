"""ICC profiles assembled byte by byte, and what their colours are in sRGB by the textbook: the tests' own truth.

Sources: ICC.1:2010 (the tags' layout); IEC 61966-2-1 (sRGB); SMPTE EG 432-1 (Display P3's primaries); Adobe RGB (1998);
ISO 22028-2 (ROMM, that is ProPhoto); Lindbloom's description of the Bradford adaptation and of CIELAB.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
D65_XY = (0.3127, 0.3290)
D50_XY = (0.3457, 0.3585)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
SRGB_PARAMETERS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""(g, a, b, c, d): linear is (a x + b)^g from d up, c x below."""


@dataclass(frozen=True)
class Space:
    """An RGB space: chromaticities (x, y) of its primaries and white, and its curve: a gamma or (g, a, b, c, d)."""

    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]
    white: tuple[float, float] = D65_XY
    curve: float | tuple[float, ...] = SRGB_PARAMETERS


SRGB = Space((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
DISPLAY_P3 = Space((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = Space((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), curve=563 / 256)
PROPHOTO = Space((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), D50_XY, (1.8, 1.0, 0.0, 1 / 16, 1 / 32))
LINEAR = Space(SRGB.red, SRGB.green, SRGB.blue, curve=1.0)


def linear(values: np.ndarray, curve: float | tuple[float, ...]) -> np.ndarray:
    """Encoded values in [0, 1] to linear light in [0, 1]."""
    if isinstance(curve, float):
        return values**curve
    g, a, b, c, d = curve
    return np.where(values >= d, (a * values + b).clip(0) ** g, c * values)


def to_d50(space: Space) -> np.ndarray:
    """Linear RGB to XYZ under D50, (3, 3)."""
    xyz = np.array([[x / y, 1, (1 - x - y) / y] for x, y in (space.red, space.green, space.blue)]).T
    white = np.array([space.white[0] / space.white[1], 1, (1 - sum(space.white)) / space.white[1]])
    matrix = xyz * np.linalg.solve(xyz, white)
    gain = np.diag((_BRADFORD @ D50) / (_BRADFORD @ white))
    return np.linalg.inv(_BRADFORD) @ gain @ _BRADFORD @ matrix


def xyz_to_srgb(xyz: np.ndarray) -> np.ndarray:
    """XYZ under D50 (..., 3) to sRGB in [0, 255], not rounded; what is out of gamut is clipped."""
    light = (xyz @ np.linalg.inv(to_d50(SRGB)).T).clip(0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def in_srgb(pixels: np.ndarray, space: Space) -> np.ndarray:
    """8-bit pixels (..., 3) of a space to sRGB in [0, 255], not rounded."""
    return xyz_to_srgb(linear(pixels / 255, space.curve) @ to_d50(space).T)


def lab_to_srgb(lab: np.ndarray) -> np.ndarray:
    """CIELAB under D50 (..., 3) to sRGB in [0, 255], not rounded."""
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    return xyz_to_srgb(np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * D50)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(value: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(v) for v in value)


def _curve(curve: float | tuple[float, ...]) -> bytes:
    if isinstance(curve, float):
        return b"para" + bytes(8) + _fixed(curve)
    return b"para" + bytes(4) + struct.pack(">HH", 3, 0) + b"".join(_fixed(v) for v in curve)


def _described(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">IIHHII", 1, 12, 0x656E, 0x5553, len(encoded), 28) + encoded


def assembled(colours: bytes, connection: bytes, kind: bytes, tags: dict[bytes, bytes], version: int = 4) -> bytes:
    """A profile of these tags: its colour space, its connection space and its device class are four letters each."""
    tags = {b"desc": _described("test"), b"cprt": _described("none"), b"wtpt": _xyz(D50), **tags}
    at, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(data), len(content))
        data += padded
    header = struct.pack(">I4sI4s4s4s12x4s", at + len(data), b"none", version << 24, kind, colours, connection, b"acsp")
    header += bytes(28) + b"".join(_fixed(v) for v in D50)
    return header + bytes(128 - len(header)) + struct.pack(">I", len(tags)) + table + data


def rgb(space: Space) -> bytes:
    """A matrix profile of an RGB space, as monitors and cameras have."""
    columns, curve = to_d50(space).T, _curve(space.curve)
    tags = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    return assembled(b"RGB ", b"XYZ ", b"mntr", {**tags, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})


def grey(curve: float | tuple[float, ...]) -> bytes:
    """A grey profile of a gamma or of parameters."""
    return assembled(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": _curve(curve)})


def table(
    colours: bytes, to_lab: Callable[[np.ndarray], np.ndarray], steps: int = 9, name: bytes = b"A2B0"
) -> dict[bytes, bytes]:
    """The tag of a table of 8 bits (`lut8Type`), as printers have: `to_lab` takes (n, channels) in [0, 1] to CIELAB
    (n, 3)."""
    channels = len(colours.strip())
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, steps)] * channels, indexing="ij"), axis=-1).reshape(-1, channels)
    numbers = (to_lab(grid) * (2.55, 1, 1) + (0, 128, 128)).round().clip(0, 255).astype(np.uint8).tobytes()
    identity = struct.pack(">9i", *(65536 * v for v in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    ramp = bytes(range(256))
    head = b"mft1\0\0\0\0" + bytes([channels, 3, steps, 0]) + identity
    return {name: head + ramp * channels + numbers + ramp * 3}


def printer(colours: bytes, *tables: dict[bytes, bytes]) -> bytes:
    """A profile of such tables, version 2 as most printers' are."""
    tags = {name: content for table in tables for name, content in table.items()}
    return assembled(colours, b"Lab ", b"prtr", tags, version=2)


def press(ink: np.ndarray) -> np.ndarray:
    """An imagined press: C, M, Y, K in [0, 1], (n, 4), to CIELAB (n, 3). Each ink takes light of one colour and of its
    neighbours a little; full black leaves one part in a hundred."""
    cyan, magenta, yellow, black = ink.T
    light = np.stack(
        [
            (1 - 0.90 * cyan) * (1 - 0.15 * magenta),
            (1 - 0.30 * cyan) * (1 - 0.85 * magenta) * (1 - 0.05 * yellow),
            (1 - 0.15 * cyan) * (1 - 0.30 * magenta) * (1 - 0.88 * yellow),
        ],
        axis=1,
    )
    light = (0.01 + 0.99 * light**1.5) * (1 - 0.98 * black**0.7)[:, None]
    relative = (light @ to_d50(SRGB).T) / D50
    f = np.where(relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
