"""An edited code map: decoded only where it changed, and to the same bits as the whole."""

import pytest
import torch

from vae_demo.inference import Checkpoints, edited_codes
from vae_demo.inference.edited_codes import EditedMapDecoder, decode_part, sums_keep_their_order
from vae_demo.models import VQVAE
from vae_demo.weights.hub import bundled

SIZES = [(1, 1), (1, 6), (3, 2), (7, 7), (16, 16), (32, 24)]
CHECKPOINTS = Checkpoints(bundled())


@pytest.fixture(scope="module", params=["vq-vae-digits", "vq-vae-cartoons", "vq-vae-photos"])
def model(request) -> VQVAE:
    return CHECKPOINTS.model(CHECKPOINTS.get(request.param))


@pytest.fixture
def counted(model, monkeypatch) -> list[int]:
    """How many codes each decoding took."""
    taken: list[int] = []
    decode = model.decode

    def counting(codes):
        taken.append(codes.numel())
        return decode(codes)

    monkeypatch.setattr(model, "decode", counting)
    return taken


def randomly(height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(512, (1, height, width), generator=torch.Generator().manual_seed(seed))


def edited(codes: torch.Tensor, rows: slice, columns: slice) -> torch.Tensor:
    codes = codes.clone()
    codes[:, rows, columns] = (codes[:, rows, columns] + 1) % 512
    return codes


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_edits_give_the_bits_of_the_whole_map(model, height, width):
    decoder, codes = EditedMapDecoder(model), randomly(height, width)
    for row, column in [(0, 0), (height - 1, width - 1), (height // 2, width // 3), (0, width // 2)]:
        codes = edited(codes, slice(row, row + 2), slice(column, column + 1))
        assert torch.equal(decoder.decode(codes), model.decode(codes))


@pytest.mark.parametrize("side", range(3, edited_codes.LARGEST + 1))
def test_every_size_that_is_decoded_in_part_gives_the_same_bits(model, side):
    for height, width in ((side, side), (side, edited_codes.LARGEST), (8, side)):
        decoder, codes = EditedMapDecoder(model), randomly(height, width, side)
        decoder.decode(codes)
        for place in range(3):
            row, column = (7 * side + 5 * place) % height, (3 * side + 11 * place) % width
            codes = edited(codes, slice(row, row + 1), slice(column, column + 1))
            assert torch.equal(decoder.decode(codes), model.decode(codes)), (height, width, row, column)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (8, 8), (15, 3), (15, 15), (2, 13)])
def test_a_part_is_what_the_whole_has_there(model, row, column):
    codes = randomly(16, 16)
    part, y, x = decode_part(model, codes, row, row + 1, column, column + 1)
    whole = model.decode(codes)[:, :, y : y + part.shape[2], x : x + part.shape[3]]
    torch.testing.assert_close(part, whole, rtol=0, atol=1e-5)


def test_a_code_reaches_ten_pixels_each_way_and_all_of_them(model):
    codes = torch.zeros(1, 9, 9, dtype=torch.int64)
    changed = (model.decode(edited(codes, slice(4, 5), slice(4, 5))) != model.decode(codes)).any(dim=1)[0].nonzero()
    part, y, x = decode_part(model, codes, 4, 5, 4, 5)
    assert (y, x, *part.shape[2:]) == (13, 13, 10, 10)
    assert changed.amin(dim=0).tolist() == [13, 13]
    assert changed.amax(dim=0).tolist() == [22, 22]


@pytest.mark.skipif(not sums_keep_their_order(), reason="here whole maps are decoded")
def test_one_code_is_decoded_with_its_neighbours_alone(model, counted):
    decoder, codes = EditedMapDecoder(model), randomly(16, 16)
    decoder.decode(codes)
    decoder.decode(edited(codes, slice(8, 9), slice(8, 9)))
    decoder.decode(codes)  # taken back: known already
    decoder.decode(edited(codes, slice(0, 12), slice(0, 12)))  # most of it
    assert counted == [256, 25, 256]


def test_whole_maps_are_decoded_where_sums_may_run_in_another_order(model, counted, monkeypatch):
    monkeypatch.setattr(edited_codes, "sums_keep_their_order", lambda: False)
    decoder, codes = EditedMapDecoder(model), randomly(16, 16)
    for _ in range(2):
        decoder.decode(codes)
    assert counted == [256, 256]


def test_only_so_many_maps_are_kept_and_none_that_is_large(model):
    decoder = EditedMapDecoder(model)
    for seed in range(edited_codes.REMEMBERED + 4):
        decoder.decode(randomly(7, 7, seed))
    decoder.decode(randomly(7, 7, seed))
    decoder.decode(randomly(33, 8))
    assert len(decoder._known) == edited_codes.REMEMBERED
    assert all(codes.shape == (1, 7, 7) for codes, _ in decoder._known)
