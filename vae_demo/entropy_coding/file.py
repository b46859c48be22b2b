"""The file of a code map: at most 16 bytes more than -log2 of the map's probability, in whole bytes.

| bytes | |
| --- | --- |
| 0 to 2 | `VQ1`: the format and its version |
| 3 to 6 | the weights and probabilities that the codes mean something by: the first bytes of a SHA-256 |
| 7, 8 | the height and the width of the map in codes, each less 1 |
| 9 | the shift of the grid that the prior's logits are rounded to, in 256ths of a cell (`frequencies.py`) |
| 10 to 13 | CRC-32, big-endian, of bytes 3 to 9 and all codes in raster order, each as 4 bytes, big-endian |
| from 14 | the codes, range-coded (`range_coder.py`) in the order of `probabilities.py`; no zeros at the end |
"""

import zlib
from dataclasses import dataclass

from torch import Tensor

from vae_demo.entropy_coding.probabilities import Probabilities, Progress
from vae_demo.entropy_coding.range_coder import Decoder, Encoder
from vae_demo.errors import InputError

MAGIC, VERSION = b"VQ", b"1"
IDENTITY_BYTES = 4
HEADER_BYTES = 14
MAX_SIDE = 256
"""The most codes either way of a map."""
MAX_CODE_BYTES = 8
"""More than any code takes: the sum of its frequencies is below 2^64."""
MAX_BYTES = HEADER_BYTES + MAX_SIDE**2 * MAX_CODE_BYTES
"""More than any file takes."""


@dataclass(frozen=True)
class CodeFile:
    """A file's parts: `identity` says whose codes they are, and `payload` holds those of a map (height, width)."""

    identity: bytes
    height: int
    width: int
    shift: int
    checksum: int
    payload: bytes


def write(codes: Tensor, identity: bytes, probabilities: Probabilities, progress: Progress) -> bytes:
    """The file of a code map (H, W) of int64, 1 to `MAX_SIDE` codes either way."""
    shift, intervals = probabilities.intervals(codes, progress)
    encoder = Encoder()
    for interval in intervals:
        encoder.encode(*interval)
    described = identity + bytes([codes.shape[0] - 1, codes.shape[1] - 1, shift])
    return MAGIC + VERSION + described + _checksum(described, codes).to_bytes(4, "big") + encoder.finish()


def parse(data: bytes) -> CodeFile:
    """The parts of a file, its codes not decoded yet. Raises InputError for what is no such file."""
    if not isinstance(data, bytes) or data[:2] != MAGIC:
        raise InputError('That is no file of codes: such a file begins with the letters "VQ".')
    if data[2:3] != VERSION:
        raise InputError("The file of codes has another version than 1, or is damaged.")
    if len(data) < HEADER_BYTES:
        raise InputError("The file of codes is cut short.")
    height, width = data[7] + 1, data[8] + 1
    if len(data) > HEADER_BYTES + height * width * MAX_CODE_BYTES:
        raise InputError(f"The file of codes is damaged: it is too long for {width} × {height} codes.")
    return CodeFile(data[3:7], height, width, data[9], int.from_bytes(data[10:14], "big"), data[HEADER_BYTES:])


def read(file: CodeFile, probabilities: Probabilities, progress: Progress) -> Tensor:
    """The code map (H, W) of int64 in a file. Raises InputError where its codes do not have its checksum."""
    decoder = Decoder(file.payload)
    codes = probabilities.decode(decoder, file.height, file.width, file.shift, progress)
    described = file.identity + bytes([file.height - 1, file.width - 1, file.shift])
    if _checksum(described, codes) != file.checksum:
        raise InputError("The file of codes is damaged: what is read from it does not have its checksum.")
    return codes


def _checksum(described: bytes, codes: Tensor) -> int:
    return zlib.crc32(described + codes.numpy().astype(">u4").tobytes())
