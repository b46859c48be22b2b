"""The variants against the numbers that their published definitions give.

The expected values were computed once from independent definitions of the same models, with the weights of `fill`.
"""

import inspect
import math

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from vae_demo.models import VAE, VQVAE, BetaVAE, CodePrior, ConvVAE, VectorQuantizer, vae_loss

GAUSSIAN = [(VAE, (12, 8, 3), (2, 12)), (ConvVAE, (1, 3), (2, 1, 64, 64)), (BetaVAE, (12, 3), (2, 12))]


def fill(model: nn.Module, gain: float = 3.0) -> nn.Module:
    """Weights from a sine wave: the same everywhere, whatever the random generator."""
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            wave = torch.sin(0.7 * torch.arange(parameter.numel(), dtype=torch.float64) + number)
            scale = 0.1 if parameter.dim() == 1 else (gain / parameter[0].numel()) ** 0.5
            parameter.copy_((wave * scale).view_as(parameter))
    return model


def wave(*shape: int) -> Tensor:
    """A picture, or a stand-in for noise: values in [0, 1]."""
    return (0.5 + 0.5 * torch.sin(0.3 * torch.arange(math.prod(shape), dtype=torch.float64))).float().view(shape)


def near(values: list[float]):
    return pytest.approx(values, abs=2e-5, rel=1e-4)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


MLP_KEYS = ["encoder.0", "encoder.2", "fc_mu", "fc_logvar", "decoder.0", "decoder.2", "decoder.4"]
SHAPES = {
    VAE: ((784,), dict(zip(
        MLP_KEYS, [(512, 784), (512, 512), (20, 512), (20, 512), (512, 20), (512, 512), (784, 512)], strict=True,
    ))),
    BetaVAE: ((784,), dict(zip(
        MLP_KEYS, [(256, 784), (256, 256), (10, 256), (10, 256), (256, 10), (256, 256), (784, 256)], strict=True,
    ))),
    ConvVAE: ((), {
        "encoder.0": (32, 3, 4, 4), "encoder.2": (64, 32, 4, 4), "encoder.4": (128, 64, 4, 4),
        "encoder.6": (256, 128, 4, 4), "fc_mu": (256, 4096), "fc_logvar": (256, 4096), "fc_decode": (4096, 256),
        "decoder.0": (256, 128, 4, 4), "decoder.2": (128, 64, 4, 4), "decoder.4": (64, 32, 4, 4),
        "decoder.6": (32, 3, 4, 4),
    }),
    VQVAE: ((), {
        "encoder.0": (128, 3, 4, 4), "encoder.2": (128, 128, 4, 4), "encoder.4": (64, 128, 1, 1),
        "quantizer.embedding": (512, 64),
        "decoder.0": (128, 64, 1, 1), "decoder.2": (128, 128, 4, 4), "decoder.4": (128, 3, 4, 4),
    }),
}  # fmt: skip


@pytest.mark.parametrize("cls", SHAPES)
def test_state_dict_has_the_published_names_and_shapes(cls):
    arguments, weights = SHAPES[cls]
    found = {name: tuple(tensor.shape) for name, tensor in cls(*arguments).state_dict().items()}
    assert {name.removesuffix(".weight"): shape for name, shape in found.items() if name.endswith("weight")} == weights
    biases = {name for name in found if name.endswith("bias")}
    assert biases == {f"{name}.bias" for name in weights if name != "quantizer.embedding"}
    assert len(found) == len(weights) + len(biases)


@pytest.mark.parametrize(
    ("cls", "positional"),
    [
        (VAE, {"input_dim": None, "hidden_dim": 512, "latent_dim": 20}),
        (ConvVAE, {"in_channels": 3, "latent_dim": 256}),
        (BetaVAE, {"input_dim": None, "latent_dim": 10, "beta": 4.0}),
        (VectorQuantizer, {"num_embeddings": None, "embedding_dim": None, "commitment_cost": 0.25}),
        (VQVAE, {"in_channels": 3, "hidden_dim": 128, "num_embeddings": 512, "embedding_dim": 64}),
    ],
)
def test_constructor_arguments_by_position(cls, positional):
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    found = {p.name: None if p.default is p.empty else p.default for p in parameters if p.kind != p.KEYWORD_ONLY}
    assert list(found.items()) == list(positional.items())


def test_vae_gives_the_published_numbers():
    model, x = fill(VAE(12, 8, 3)), wave(2, 12)
    mu, logvar = model.encode(x)
    assert mu.flatten().tolist() == near([-0.23706, -0.15703, -0.00533, -0.23175, -0.16819, -0.02795])
    assert logvar.flatten().tolist() == near([0.11361, 0.05181, -0.03536, 0.1334, 0.07657, -0.01675])
    recon = model.decode(mu + wave(2, 3) * torch.exp(0.5 * logvar))
    assert recon[0].tolist() == near(
        [0.44971, 0.52586, 0.58916, 0.61149, 0.58463, 0.5192, 0.44494, 0.39707, 0.39532, 0.44003, 0.51254, 0.57858]
    )
    assert vae_loss(recon, x, mu, logvar).item() == near(17.337889)
    assert vae_loss(recon, x, mu, logvar, beta=2.5).item() == near(17.476492)


def test_conv_vae_gives_the_published_numbers():
    model, x = fill(ConvVAE(1, 3), gain=12), wave(2, 1, 64, 64)
    mu, logvar = model.encode(x)
    assert mu.flatten().tolist() == near([-0.00037, 0.04656, -0.11147, 0.00819, 0.04186, -0.11555])
    assert logvar.flatten().tolist() == near([-0.02693, -0.10021, -0.06675, -0.03113, -0.10479, -0.05818])
    recon = model.decode(mu + wave(2, 3) * torch.exp(0.5 * logvar))
    assert recon.shape == x.shape
    assert recon[0, 0, 5::20, 7::20].flatten().tolist() == near(
        [0.47921, 0.48347, 0.47964, 0.47546, 0.47495, 0.48788, 0.45762, 0.47232, 0.4591]
    )
    assert vae_loss(recon, x, mu, logvar).item() == near(6020.0391)


def test_beta_vae_gives_the_published_numbers():
    model, x = fill(BetaVAE(12, 3, 4.0)), wave(2, 12)
    mu, logvar = model.encode(x)
    assert mu.flatten().tolist() == near([0.19281, -0.27093, 0.15108, 0.18436, -0.26303, 0.14385])
    assert logvar.flatten().tolist() == near([-0.55142, 0.71531, -0.52012, -0.54461, 0.70776, -0.51197])
    recon = model.decode(mu + wave(2, 3) * torch.exp(0.5 * logvar))
    assert recon[0].tolist() == near(
        [0.61083, 0.43919, 0.58718, 0.47127, 0.51912, 0.48276, 0.45271, 0.52375, 0.42936, 0.59445, 0.42044, 0.6399]
    )
    assert model.loss(recon, x, mu, logvar).item() == near(5.6501236)


GRADIENTS = {
    "encoder.0.weight": 108.394,
    "encoder.0.bias": 14.3658,
    "encoder.2.weight": 306.61,
    "encoder.2.bias": 11.0719,
    "encoder.4.weight": 41.6975,
    "encoder.4.bias": 10.9843,
    "quantizer.embedding.weight": 5.38893,
    "decoder.0.weight": 32.1541,
    "decoder.0.bias": 9.79981,
    "decoder.2.weight": 197.522,
    "decoder.2.bias": 4.3286,
    "decoder.4.weight": 77.6871,
    "decoder.4.bias": 0.067367,
}
"""The sum of each parameter's absolute gradients of the VQ-VAE's loss."""


def test_vq_vae_gives_the_published_numbers_and_gradients():
    model, x = fill(VQVAE(1, 4, 6, 3), gain=12), wave(2, 1, 8, 8)
    recon, vq_loss, indices = model(x)
    assert recon[0, 0, ::3, ::3].flatten().tolist() == near(
        [1.0589, 2.72465, 1.73539, 1.77637, 0.54643, 6.0115, 1.73634, 3.24591, 5.26551]
    )
    assert indices.tolist() == [4, 4, 2, 2, 2, 0, 2, 4]
    assert vq_loss.item() == near(14.80904)
    loss = model.loss(recon, x, vq_loss)
    assert loss.item() == near(28.481316)
    loss.backward()
    found = {name: float(parameter.grad.abs().sum()) for name, parameter in model.named_parameters()}
    assert found == pytest.approx(GRADIENTS, rel=1e-4)


@pytest.mark.parametrize(("cls", "arguments", "shape"), GAUSSIAN)
def test_forward_decodes_mean_plus_noise_times_deviation(cls, arguments, shape):
    model, x = fill(cls(*arguments)).eval(), wave(*shape)
    mu, logvar = model.encode(x)
    expected = model.decode(mu + torch.randn(mu.shape, generator=seeded(7)) * torch.exp(0.5 * logvar))
    recon, given_mu, given_logvar = model(x, seeded(7))
    assert torch.equal(recon, expected)
    assert torch.equal(given_mu, mu)
    assert torch.equal(given_logvar, logvar)
    assert not torch.equal(recon, model(x, seeded(8))[0])
    with torch.random.fork_rng():
        torch.manual_seed(7)
        assert torch.equal(model(x)[0], expected)


def test_conv_vae_takes_64_by_64_only():
    with pytest.raises(RuntimeError):
        ConvVAE(1, 3)(wave(1, 1, 32, 32))


def quantizer(codes: list[list[float]], **training: object) -> VectorQuantizer:
    made = VectorQuantizer(len(codes), len(codes[0]), **training)
    made.set_codes(torch.arange(len(codes)), torch.tensor(codes))
    return made


def column(rows: list[list[float]]) -> Tensor:
    """Vectors (N, D) as an encoder's output (1, D, N, 1)."""
    return torch.tensor(rows).T[None, :, :, None].contiguous()


def test_quantizer_passes_the_gradient_straight_through():
    made = quantizer([[0.0, 0.0], [1.0, 1.0]])
    z = column([[0.1, 0.2], [0.7, 0.9]]).requires_grad_()
    z_q, loss, indices = made(z)
    assert indices.tolist() == [0, 1]
    torch.testing.assert_close(z_q.detach(), column([[0.0, 0.0], [1.0, 1.0]]))
    weights = column([[1.0, 2.0], [3.0, 4.0]])
    (z_q * weights).sum().backward(retain_graph=True)
    assert torch.equal(z.grad, weights)
    assert made.embedding.weight.grad is None
    z.grad = None
    loss.backward()
    squares = [0.1**2, 0.2**2, 0.3**2, 0.1**2]
    assert loss.item() == pytest.approx(1.25 * sum(squares) / 4)
    torch.testing.assert_close(z.grad, 0.25 * 2 / 4 * column([[0.1, 0.2], [-0.3, -0.1]]))
    torch.testing.assert_close(made.embedding.weight.grad, 2 / 4 * torch.tensor([[-0.1, -0.2], [0.3, 0.1]]))


def test_without_training_aids_forward_leaves_the_codebook_alone():
    made = quantizer([[0.0, 0.0], [9.0, 9.0]]).train()
    before = made.embedding.weight.clone()
    for _ in range(3):
        made(column([[0.1, 0.2], [0.3, 0.1]]))
    assert torch.equal(made.embedding.weight, before)
    assert list(made.state_dict()) == ["embedding.weight"]


def test_moving_averages_carry_codes_to_the_mean_of_their_vectors():
    made = quantizer([[0.0, 0.0], [9.0, 9.0]], ema_decay=0.5).train()
    z = column([[1.0, 0.0], [0.0, 1.0]])
    _, loss, _ = made(z)
    # Count (1 + 2) / 2 and sum (0 + 1) / 2 a coordinate.
    torch.testing.assert_close(made.embedding.weight.detach(), torch.tensor([[1 / 3, 1 / 3], [9.0, 9.0]]))
    assert loss.item() == pytest.approx(0.25 * 0.5)  # the commitment term alone
    for _ in range(30):
        made(z)
    torch.testing.assert_close(made.embedding.weight[0].detach(), torch.tensor([0.5, 0.5]), atol=1e-4, rtol=0)
    assert list(made.state_dict()) == ["embedding.weight"]
    made.eval()(column([[5.0, 0.0]]))
    torch.testing.assert_close(made.embedding.weight[0].detach(), torch.tensor([0.5, 0.5]), atol=1e-4, rtol=0)


def test_moving_averages_start_at_a_loaded_codebook_and_spare_codes_that_nothing_uses():
    weight = torch.tensor([[30.0, 40.0], [-30.0, 40.0]])
    made = quantizer([[0.0, 0.0], [1.0, 1.0]], ema_decay=0.5).train()
    made.load_state_dict({"embedding.weight": weight})
    for _ in range(60):
        made(column([[30.0, 40.0]]))
    torch.testing.assert_close(made.embedding.weight.detach(), weight)


def test_restart_moves_the_codes_that_nothing_used_onto_the_batch():
    made = quantizer([[0.0, 0.0], [9.0, 9.0], [-9.0, 9.0]], restart_every=2).train()
    rows = [[0.5, 0.0], [0.0, 0.5], [0.25, 0.25]]
    made(column(rows))
    assert made.embedding.weight[1:].tolist() == [[9.0, 9.0], [-9.0, 9.0]]
    made(column(rows))
    assert made.embedding.weight[0].tolist() == [0.0, 0.0]
    assert all(code in rows for code in made.embedding.weight[1:].tolist())
    assert len(made(column(rows))[2].unique()) > 1


def test_initialise_places_codes_at_k_means_centres():
    rows = torch.randn(300, 2, generator=seeded()) + 6 * torch.randint(0, 3, (300, 1), generator=seeded(1))
    made = VectorQuantizer(5, 2)
    made.initialise(rows, seeded(2), rounds=50)
    nearest = made.nearest(rows)
    centres = torch.stack([rows[nearest == code].mean(dim=0) for code in range(5)])
    torch.testing.assert_close(made.embedding.weight.detach(), centres, atol=1e-4, rtol=0)
    assert (rows - made.embedding.weight[nearest]).pow(2).sum(dim=1).mean() < 2.0  # one Gaussian alone has 2
    torch.testing.assert_close(made.ema_sum / made.ema_count[:, None], centres, atol=1e-4, rtol=0)


def test_vq_vae_encode_and_decode_are_the_halves_of_forward():
    model, x = fill(VQVAE(3, 8, 16, 4), gain=12).eval(), wave(2, 3, 12, 20)
    recon, _, indices = model(x)
    codes = model.encode(x)
    assert codes.shape == (2, 3, 5)
    assert torch.equal(codes.flatten(), indices)
    torch.testing.assert_close(model.decode(codes), recon)
    with pytest.raises(IndexError):
        model.decode(torch.full((1, 2, 2), 16))


@pytest.fixture
def prior() -> CodePrior:
    return fill(CodePrior(7, 2, 3, layers=2, heads=2, channels=8, dropout=0.5), gain=12).eval()


def code_maps(count: int = 3) -> Tensor:
    return torch.randint(7, (count, 2, 3), generator=seeded())


def test_code_prior_likeliest_sample_follows_the_full_forward(prior):
    flat = torch.zeros(2, 6, dtype=torch.int64)
    flat[1, 0] = 0
    for step in range(6):
        flat[:, step] = prior(flat.view(2, 2, 3))[:, step].argmax(dim=1)
    rows = list(prior.sample(2, temperature=0))
    assert len(rows) == 2
    assert torch.equal(rows[-1], flat.view(2, 2, 3))
    assert torch.equal(rows[0][:, 0], rows[-1][:, 0])
    assert (rows[0][:, 1] == -1).all()


def test_code_prior_samples_have_the_probabilities_of_the_full_forward(prior):
    first = list(prior.sample(4_000, seeded(), temperature=2.0))[-1]
    expected = (prior(first[:1])[0, 0] / 2.0).softmax(dim=0)
    share = torch.bincount(first[:, 0, 0], minlength=7) / len(first)
    torch.testing.assert_close(share, expected.detach(), atol=0.03, rtol=0)


def test_code_prior_sees_only_what_came_before(prior):
    codes = code_maps()
    logits = prior(codes)
    changed = codes.clone()
    changed.view(3, 6)[:, 3] = (changed.view(3, 6)[:, 3] + 1) % 7
    moved = (prior(changed) - logits).abs().amax(dim=(0, 2))
    assert moved[:4].max() == 0
    assert moved[4:].min() > 1e-4


def test_code_prior_samples_by_seed(prior):
    first, again, other = (list(prior.sample(8, seeded(seed)))[-1] for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.min() >= 0
    assert first.max() < 7


def test_code_prior_loss_is_the_mean_cost_of_a_code(prior):
    codes = code_maps()
    chances = prior(codes).softmax(dim=2).gather(2, codes.flatten(1).unsqueeze(2))
    assert prior.loss(codes).item() == pytest.approx(-chances.log().mean().item(), rel=1e-5)


def test_from_pretrained_gives_the_same_outputs(tmp_path):
    model, x = fill(BetaVAE(12, 3, beta=2.0)), wave(2, 12)
    model.save_pretrained(tmp_path)
    loaded = BetaVAE.from_pretrained(tmp_path, strict=True)
    assert loaded.beta == 2.0
    assert torch.equal(loaded.encode(x)[0], model.encode(x)[0])


@pytest.mark.parametrize("damage", ["missing", "extra", "misshapen"])
def test_strict_loading_refuses_weights_that_do_not_fit(tmp_path, damage):
    VAE(12, 8, 3).save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    if damage == "missing":
        del tensors["fc_mu.bias"]
    elif damage == "extra":
        tensors["fc_extra.bias"] = torch.zeros(3)
    else:
        tensors["fc_mu.bias"] = torch.zeros(4)
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(RuntimeError, match="fc_"):
        VAE.from_pretrained(tmp_path, strict=True)
