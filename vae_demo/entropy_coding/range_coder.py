"""A range coder over whole numbers: codes in, bytes out, and back (Martin, 1979).

A code is coded by its interval [start, start + frequency) of [0, total), in log2(total / frequency) bits; `total` may
be another for every code. All arithmetic is on Python's integers, and so exact everywhere.
"""

import numpy as np

PRECISION, DIGIT = 128, 32
"""The range is below 2^`PRECISION`, and is widened by `DIGIT` bits whenever it can be: it exceeds `total` by far."""
NARROW = 1 << (PRECISION - DIGIT)


class Encoder:
    """Codes their intervals one after the other."""

    def __init__(self) -> None:
        self._digits: list[int] = []  # those in front of low, each of `DIGIT` bits: only a carry changes them
        self._low = 0  # below 2^`PRECISION`
        self._range = 1 << PRECISION

    def encode(self, start: int, frequency: int, total: int) -> None:
        """Add the interval [start, start + frequency) of [0, total); `frequency` is 1 at least."""
        unit = self._range // total
        self._low += start * unit
        self._range = frequency * unit
        if self._low >> PRECISION:
            self._low -= 1 << PRECISION
            self._carry()
        while self._range < NARROW:
            self._digits.append(self._low >> (PRECISION - DIGIT))
            self._low = self._low << DIGIT & ((1 << PRECISION) - 1)
            self._range <<= DIGIT

    def _carry(self) -> None:
        place = len(self._digits) - 1
        while self._digits[place] == (1 << DIGIT) - 1:
            self._digits[place] = 0
            place -= 1
        self._digits[place] += 1

    def finish(self) -> bytes:
        """The fewest bytes that, with zeros after them, lie in the interval of all that was coded."""
        settled = b"".join(digit.to_bytes(DIGIT // 8, "big") for digit in self._digits)
        low = int.from_bytes(settled, "big") << PRECISION | self._low
        # A number of bytes is a unit; one of at most the range has a multiple in the interval, a larger one by luck.
        spare = 8 * (self._range.bit_length() // 8 + 2)
        while (value := -(-low >> spare) << spare) >= low + self._range:
            spare -= 8
        return value.to_bytes(len(settled) + PRECISION // 8, "big").rstrip(b"\0")


class Decoder:
    """Reads codes from what an `Encoder` gave."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._read = PRECISION // 8
        self._value = int.from_bytes(data[: self._read].ljust(self._read, b"\0"), "big")
        self._range = 1 << PRECISION

    def decode(self, cumulative: np.ndarray) -> int:
        """The next code, where code n has the interval [cumulative[n - 1], cumulative[n]), the first from 0."""
        total = int(cumulative[-1])
        unit = self._range // total
        place = min(self._value // unit, total - 1)  # beyond it only where the data are damaged
        code = int(cumulative.searchsorted(place, side="right"))
        start = int(cumulative[code - 1]) if code else 0
        self._value -= start * unit
        self._range = (int(cumulative[code]) - start) * unit
        while self._range < NARROW:
            digit = self._data[self._read : self._read + DIGIT // 8].ljust(DIGIT // 8, b"\0")
            self._value = self._value << DIGIT | int.from_bytes(digit, "big")
            self._range <<= DIGIT
            self._read += DIGIT // 8
        return code
