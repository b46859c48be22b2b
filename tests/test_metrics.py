"""The numbers against values known from elsewhere."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torchmetrics.functional.image import structural_similarity_index_measure

from vae_demo import metrics
from vae_demo.evaluation.likelihood import binarised, negative_log_likelihood
from vae_demo.models.variant import architecture


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_mse_is_a_mean_over_channels_and_pixels_for_each_picture():
    x = torch.zeros(2, 3, 4, 4)
    recon = x.clone()
    recon[0] = 0.5
    recon[1, 0, 0, 0] = 1.0
    assert metrics.mean_squared_error(recon, x).tolist() == pytest.approx([0.25, 1 / 48])


def test_psnr_in_decibels():
    decibels = metrics.psnr(torch.tensor([1.0, 0.1, 0.0025, 0.0]))
    assert decibels.tolist() == pytest.approx([0.0, 10.0, 26.0206, math.inf], abs=1e-4)


@pytest.mark.parametrize(("channels", "height", "width"), [(1, 28, 28), (3, 64, 64), (3, 12, 40)])
def test_ssim_agrees_with_torchmetrics(channels, height, width):
    x = noise(2, channels, height, width)
    recon = (x + 0.2 * noise(2, channels, height, width, seed=1)).clamp(0, 1)
    _, everywhere = structural_similarity_index_measure(recon, x, data_range=1.0, sigma=1.5, return_full_image=True)
    # torchmetrics pads by reflection and averages over all positions; ours counts those where the window fits.
    expected = everywhere[:, :, 5:-5, 5:-5].flatten(1).mean(dim=1)
    torch.testing.assert_close(metrics.ssim(recon, x), expected, atol=1e-5, rtol=0)


def test_ssim_of_flat_pictures_compares_their_brightness():
    similarity = metrics.ssim(torch.full((1, 1, 16, 16), 0.25), torch.full((1, 1, 16, 16), 0.75))
    assert float(similarity) == pytest.approx((2 * 0.25 * 0.75 + 1e-4) / (0.25**2 + 0.75**2 + 1e-4), abs=1e-3)


def test_ssim_of_a_picture_smaller_than_the_window():
    x = noise(1, 1, 8, 8)
    assert float(metrics.ssim(x, x)) == pytest.approx(1.0, abs=1e-5)
    assert float(metrics.ssim(1 - x, x)) < 0


def test_bernoulli_distortion_sums_nats():
    x = torch.tensor([[1.0, 0.0], [0.5, 1.0]])
    recon = torch.tensor([[0.5, 0.5], [0.5, 0.25]])
    expected = [2 * math.log(2), math.log(2) + math.log(4)]
    assert metrics.bernoulli_distortion(recon, x).tolist() == pytest.approx(expected)


def test_squared_distortion_sums():
    assert metrics.squared_distortion(torch.full((2, 1, 2, 2), 0.5), torch.zeros(2, 1, 2, 2)).tolist() == [1.0, 1.0]


def test_kl_per_dimension_agrees_with_torch_distributions():
    mu, logvar = 4 * noise(5, 3) - 2, 6 * noise(5, 3, seed=1) - 3
    expected = kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(metrics.kl_per_dimension(mu, logvar), expected, atol=1e-5, rtol=1e-5)


def test_active_dimensions_are_those_above_a_hundredth_of_a_nat():
    assert metrics.active_dimensions(torch.tensor([0.0, 0.0099, 0.0101, 3.0])) == 2


def test_entropy_and_perplexity():
    assert metrics.entropy_bits(torch.tensor([5, 5, 5, 5, 0])) == pytest.approx(2.0)
    assert metrics.perplexity(torch.tensor([5, 5, 5, 5, 0])) == pytest.approx(4.0)
    assert metrics.entropy_bits(torch.tensor([9, 0])) == 0.0
    assert metrics.perplexity(torch.tensor([3, 1])) == pytest.approx(4 / 3**0.75)
    assert metrics.uniform_bits(512) == 9.0


class OneLatent(torch.nn.Module):
    """A model of four pixels and one latent, whose likelihood can be integrated."""

    latent_dim = 1

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean = x.flatten(1).mean(dim=1, keepdim=True)
        return mean, torch.full_like(mean, -0.5)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(z * torch.tensor([2.0, -1.0, 0.5, 3.0]) + torch.tensor([0.1, 0.4, -1.0, 0.0]))


def test_importance_weighting_comes_to_the_likelihood_and_one_sample_to_the_elbo():
    x = torch.tensor([[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0]])
    z = torch.linspace(-12, 12, 20_001, dtype=torch.float64).unsqueeze(1)
    prior = Normal(0.0, 1.0).log_prob(z.squeeze(1)).exp()
    decoded = OneLatent().decode(z)
    expected = [
        -math.log(float(torch.trapezoid(torch.where(p > 0, decoded, 1 - decoded).prod(1) * prior, z[:, 0]))) for p in x
    ]

    def bound(samples: int, seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return negative_log_likelihood(OneLatent(), architecture("vae"), x, generator, samples)

    assert bound(20_000, 0).tolist() == pytest.approx(expected, abs=0.02)
    single = torch.stack([bound(1, seed) for seed in range(300)]).mean(dim=0)
    assert (single > torch.tensor(expected)).all(), "the ELBO is below the likelihood"


def test_binarised_pixels_are_one_as_often_as_their_grey_says():
    drawn = binarised(torch.tensor([0.0, 0.25, 1.0]).repeat(4_000, 1), torch.Generator().manual_seed(0))
    assert drawn.mean(dim=0).tolist() == pytest.approx([0.0, 0.25, 1.0], abs=0.03)
