"""The first layers of a decoder of codes as a table: the pictures are those of the layers themselves."""

import pytest
import torch
from conftest import ROOT
from torch import nn

from vae_demo.inference import Checkpoints
from vae_demo.models.code_table import TabulatedDecoder
from vae_demo.models.discrete import UNKNOWN, CodeVariant
from vae_demo.models.vq_vae import VARIANT, VQVAE
from vae_demo.weights.hub import WeightsSource

CHECKPOINTS = Checkpoints(WeightsSource(ROOT / "checkpoints"))
ROUNDING = 1e-5


def maps_of(codes: int, *shape: int) -> torch.Tensor:
    return torch.randint(codes, shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("checkpoint", CHECKPOINTS.of(None, "codes"), ids=lambda c: c.name)
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 6), (2, 5, 1), (2, 16, 16), (1, 40, 33)])
def test_the_table_gives_the_pictures_of_the_layers(checkpoint, shape):
    model = CHECKPOINTS.model(checkpoint)
    codes = maps_of(model.quantizer.num_embeddings, *shape)
    tabulated = TabulatedDecoder(checkpoint.variant.decoder_layers(model))
    with torch.inference_mode():
        torch.testing.assert_close(tabulated(codes), model.decode(codes), atol=ROUNDING, rtol=0)
        torch.testing.assert_close(CHECKPOINTS.decoder(checkpoint)(codes), tabulated(codes), atol=0, rtol=0)


def test_a_picture_is_the_same_alone_and_among_others():
    tabulated = TabulatedDecoder(VARIANT.decoder_layers(VQVAE()))
    codes = maps_of(512, 4, 6, 6)
    torch.testing.assert_close(tabulated(codes)[2:3], tabulated(codes[2:3]), atol=ROUNDING, rtol=0)


def test_what_is_not_drawn_yet_is_grey():
    model = VQVAE()
    codes = maps_of(512, 2, 8, 8)
    codes[:, 5:] = UNKNOWN
    decoded = VARIANT.decoder(model)(codes)
    assert (decoded[:, :, 20:] == 0.5).all()
    torch.testing.assert_close(decoded, VARIANT.decode(model, codes), atol=ROUNDING, rtol=0)


@pytest.mark.parametrize("code", [-1, 512])
def test_a_code_that_the_codebook_lacks_is_refused(code):
    codes = maps_of(512, 1, 4, 4)
    codes[0, 2, 2] = code
    with pytest.raises(IndexError, match="512"):
        TabulatedDecoder(VARIANT.decoder_layers(VQVAE()))(codes)


def changed_layers() -> list[nn.Sequential]:
    """Decoders that are not as the table takes them."""
    end = [nn.ReLU(), nn.ConvTranspose2d(128, 3, 4, stride=2, padding=1)]
    upward = nn.ConvTranspose2d(128, 128, 4, stride=2, padding=1)
    wide = nn.Conv2d(64, 128, 3, padding=1)
    return [
        nn.Sequential(wide, nn.ReLU(), upward, *end),
        nn.Sequential(nn.Conv2d(64, 128, 1), nn.Sigmoid(), upward, *end),
        nn.Sequential(nn.Conv2d(64, 128, 1), nn.ReLU(), nn.ConvTranspose2d(128, 128, 2, stride=2), *end),
        nn.Sequential(nn.Conv2d(64, 128, 1), nn.ReLU(), nn.ConvTranspose2d(128, 128, 4, 2, 1, bias=False), *end),
    ]


@pytest.mark.parametrize("layers", changed_layers(), ids=["wide", "sigmoid", "of two", "no bias"])
def test_other_layers_are_refused_and_decoded_as_they_are(layers):
    model = VQVAE()
    model.decoder = layers
    with pytest.raises(NotImplementedError, match=r"do not begin|are others"):
        TabulatedDecoder(VARIANT.decoder_layers(model))
    codes = maps_of(512, 1, 3, 3)
    assert VARIANT.decoder(model)(codes).equal(VARIANT.decode(model, codes))


def test_a_table_that_would_be_too_large_is_refused():
    with pytest.raises(NotImplementedError, match="8,193 codes would be too large"):
        TabulatedDecoder(VARIANT.decoder_layers(VQVAE(num_embeddings=8193)))


class Brighter(VQVAE):
    """A host's own variant that does more than its layers say."""

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        return super().decode(codes) + 1


def test_a_model_that_does_more_than_its_layers_is_not_tabulated():
    model = Brighter()
    codes = maps_of(512, 1, 3, 3)
    assert VARIANT.decoder(model)(codes).equal(model.decode(codes))


class Grey(CodeVariant):
    """A host's own variant that decodes in its own way."""

    def decode(self, model: nn.Module, values: torch.Tensor) -> torch.Tensor:
        return torch.full((len(values), 3, 4 * values.shape[1], 4 * values.shape[2]), 0.25)


def test_a_variant_that_decodes_in_its_own_way_is_asked():
    variant = Grey(**vars(VARIANT))
    assert (variant.decoder(VQVAE())(maps_of(512, 1, 3, 3)) == 0.25).all()


class Wrapped(nn.Module):
    """A decoder that is no sequence of layers."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x)


def test_a_decoder_that_is_no_sequence_is_used_as_it_is():
    model = VQVAE()
    model.decoder = Wrapped(model.decoder)
    codes = maps_of(512, 1, 3, 3)
    assert VARIANT.decoder(model)(codes).equal(model.decode(codes))
