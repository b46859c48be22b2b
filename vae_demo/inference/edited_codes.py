"""A code map decoded again after an edit: only the pixels that the edited codes can reach, and with the same bits."""

import threading
import weakref

import torch
from torch import Tensor

from vae_demo.models import VQVAE

REACH = 3
"""How many pixels beyond its own 4x4 a code reaches each way, through two transposed convolutions of 4 by stride 2."""
SOURCES = 2
"""How many codes each way from an edited one those pixels are made from."""
REMEMBERED = 16
"""How many code maps are kept with their pictures: those of a few visitors who edit at once, and their last steps."""
LARGEST = 32
"""The most codes a side of a map that is kept, and decoded in part: to this size it was seen to give the same bits, and
larger ones do not always."""


class EditedMapDecoder:
    """A VQ-VAE's decoder that remembers its last code maps, so that one with few other codes is decoded in part.

    What it gives is what the model's `decode` gives, to the bit: it decodes in part only where a convolution's sums run
    in the same order as in the whole map, which with AVX-512, on one thread and up to `LARGEST` they do.
    """

    def __init__(self, model: VQVAE) -> None:
        self._model = weakref.ref(model)  # whoever keeps the decoders by their models does not keep those
        self._known: list[tuple[Tensor, Tensor]] = []
        self._lock = threading.Lock()

    def decode(self, codes: Tensor) -> Tensor:
        """A code map (1, H, W) to its picture (1, in_channels, 4 H, 4 W), unbounded; not to be written to."""
        model = self._model()
        if max(codes.shape) > LARGEST or not sums_keep_their_order():
            return model.decode(codes)
        decoded = self._patched(codes, model)
        if decoded is None:
            decoded = model.decode(codes)
        with self._lock:
            others = [pair for pair in self._known if not torch.equal(pair[0], codes)]
            self._known = [(codes, decoded), *others][:REMEMBERED]
        return decoded

    def _patched(self, codes: Tensor, model: VQVAE) -> Tensor | None:
        """The picture made from a known one; None where none is near enough."""
        with self._lock:
            known = [(other, picture) for other, picture in self._known if other.shape == codes.shape]
        if not known:
            return None
        nearest, picture = min(known, key=lambda pair: int((pair[0] != codes).sum()))
        rows, columns = (nearest != codes)[0].nonzero(as_tuple=True)
        if len(rows) == 0:
            return picture
        box = int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1
        if 2 * (box[1] - box[0] + 2 * SOURCES) * (box[3] - box[2] + 2 * SOURCES) > codes.numel():
            return None
        part, y, x = decode_part(model, codes, *box)
        picture = picture.clone()
        picture[:, :, y : y + part.shape[2], x : x + part.shape[3]] = part
        return picture


_decoders: weakref.WeakKeyDictionary[VQVAE, EditedMapDecoder] = weakref.WeakKeyDictionary()


def edited_map_decoder(model: VQVAE) -> EditedMapDecoder:
    """The decoder that remembers `model`'s maps."""
    return _decoders.setdefault(model, EditedMapDecoder(model))


def sums_keep_their_order() -> bool:
    """Whether a convolution adds up in the same order in a part of a map as in the whole, up to `LARGEST` a side."""
    return torch.get_num_threads() == 1 and torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def decode_part(model: VQVAE, codes: Tensor, top: int, bottom: int, left: int, right: int) -> tuple[Tensor, int, int]:
    """Decode what the rows top to bottom and columns left to right, ends excluded, of code maps (B, H, W) can reach.

    Gives that part (B, in_channels, h, w), unbounded, and the pixel row and column of its corner in the whole picture.
    """
    height, width = codes.shape[1:]
    first_row, first_column = max(0, top - SOURCES), max(0, left - SOURCES)
    decoded = model.decode(codes[:, first_row : bottom + SOURCES, first_column : right + SOURCES])
    y, y_end = _reached(top, bottom, height, model.stride)
    x, x_end = _reached(left, right, width, model.stride)
    first_row, first_column = first_row * model.stride, first_column * model.stride
    return decoded[:, :, y - first_row : y_end - first_row, x - first_column : x_end - first_column], y, x


def _reached(start: int, end: int, places: int, stride: int) -> tuple[int, int]:
    """The first pixel that codes from `start` to before `end` reach along one side, and the one after the last."""
    return max(0, start * stride - REACH), min(places * stride, end * stride + REACH)
