"""Latents that are maps of codes: what a VQ-VAE's encoder gives, and how maps are drawn, decoded and learned from."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_demo import metrics
from vae_demo.models.code_prior import CodePrior
from vae_demo.models.code_table import TabulatedDecoder
from vae_demo.models.layers import example_values
from vae_demo.models.quantizer import flatten
from vae_demo.models.variant import Architecture, Loss, Variant, autocast

USUAL_CODES = 512
UNKNOWN = -1
"""In a code map: not drawn yet."""


@dataclass(frozen=True)
class CodeLatent:
    """Code maps (B, H, W) of int64 in [0, num_embeddings)."""

    codes: Tensor
    num_embeddings: int

    def cpu(self) -> "CodeLatent":
        """The same on the CPU."""
        return CodeLatent(self.codes.cpu(), self.num_embeddings)

    @property
    def values(self) -> Tensor:
        """The codes, (B, H, W)."""
        return self.codes

    @property
    def size(self) -> int:
        """The number of codes of one picture."""
        return self.codes[0].numel()

    @property
    def bits(self) -> Tensor:
        """The bits of each map with every code at equal length, (B,)."""
        return torch.full((len(self.codes),), self.size * metrics.uniform_bits(self.num_embeddings))


@dataclass(frozen=True)
class CodeVariant(Variant):
    """A variant whose model has the VQ-VAE's interface: `encode(x)` to codes, `decode(codes)`, a `quantizer`, an
    `encoder` and a `decoder`, and `stride`, the pixels a side that one code stands for."""

    latent_kind = "codes"
    path = "linear"

    def describe(self, arguments: dict[str, Any]) -> str:
        """What the page calls a model with these arguments: the size of its codebook where it is not the usual one."""
        codes = arguments["num_embeddings"]
        return self.title if codes == USUAL_CODES else f"{self.title}, {codes:,} codes"

    def encode(self, model: nn.Module, x: Tensor) -> CodeLatent:
        """Prepared pictures to their code maps."""
        return CodeLatent(model.encode(x), model.quantizer.num_embeddings)

    def decode(self, model: nn.Module, values: Tensor) -> Tensor:
        """Code maps (B, H, W) to what `pictures` takes; grey below the first row of `UNKNOWN` codes."""
        return _decode_known(model.decode, values, model.stride)

    def decoder(self, model: nn.Module) -> Callable[[Tensor], Tensor]:
        """As `decode`, in about half the time: by a table of the codes, where the decoder's first layers can be one."""
        try:
            tabulated = TabulatedDecoder(layers := self.decoder_layers(model))
            values = example_values(layers)
            with torch.no_grad():
                is_same = torch.allclose(tabulated(values), self.decode(model, values), atol=1e-4)
        except Exception:  # a host's own variant may be another in any way, and the table is a short cut
            is_same = False
        return (lambda codes: _decode_known(tabulated, codes, model.stride)) if is_same else partial(self.decode, model)

    def decoder_layers(self, model: nn.Module) -> list[nn.Module]:
        """The codebook, then the model's `decoder`."""
        return [model.quantizer.embedding, *model.decoder]

    def between(self, model: nn.Module, start: Tensor, end: Tensor, share: Tensor) -> Tensor:
        """Code indices cannot be interpolated, so their codebook vectors are, in a straight line."""
        first, last = (model.quantizer.lookup(codes.unsqueeze(0)) for codes in (start, end))
        return model.decoder(first + share.view(-1, 1, 1, 1) * (last - first))

    def priors(self, learned: bool) -> list[str]:
        """The learned prior where there is one, and uniform codes, which show why it is needed."""
        return [*(["code-prior"] if learned else []), "uniform-codes"]

    def draw(
        self,
        model: nn.Module,
        prior: str,
        count: int,
        image_shape: tuple[int, int, int],
        *,
        learned: CodePrior | None = None,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Iterator[Tensor]:
        """Code maps (count, H, W), under the code prior once a row, with `UNKNOWN` for what is not drawn yet.

        `temperature` divides the prior's logits; uniform codes have none.
        """
        if prior == "code-prior":
            yield from learned.sample(count, generator, temperature)
            return
        height, width = (side // model.stride for side in image_shape[1:])
        yield torch.randint(model.quantizer.num_embeddings, (count, height, width), generator=generator)

    def loss(
        self,
        model: nn.Module,
        x: Tensor,
        *,
        kl_weight: float = 1.0,
        generator: torch.Generator | None = None,
        mixed_precision: bool = False,
    ) -> Loss:
        """The model's own loss, which has no KL term: the prior over codes is uniform."""
        with autocast(x, mixed_precision):
            recon, vq_loss, indices = model(x)
        loss = model.loss(recon.float(), x, vq_loss)

        def numbers() -> dict[str, float]:
            vq = vq_loss.item()
            return {"mse": loss.item() - vq, "vq": vq, "codes": len(indices.unique())}

        return Loss(loss, numbers)

    def autoencoder_loss(self, model: nn.Module, x: Tensor, mixed_precision: bool) -> Loss:
        """The squared error of a plain autoencoder, which leaves the codebook alone."""
        with autocast(x, mixed_precision):
            recon = model.decoder(model.encoder(x))
        loss = F.mse_loss(recon.float(), x)
        return Loss(loss, lambda: {"mse": loss.item()})

    @torch.no_grad()
    def start_codebook(self, model: nn.Module, x: Tensor) -> None:
        """Start the codes at k-means centres of the encoder's outputs, of 32,768 or 8 for each code."""
        generator = torch.Generator().manual_seed(0)
        outputs = flatten(model.encoder(x))
        most = max(32_768, 8 * model.quantizer.num_embeddings)
        chosen = torch.randperm(len(outputs), generator=generator)[:most]
        model.quantizer.initialise(outputs[chosen.to(outputs.device)], generator)


def _decode_known(decode: Callable[[Tensor], Tensor], codes: Tensor, stride: int) -> Tensor:
    height = codes.shape[1]
    known = int((codes[0, :, 0] != UNKNOWN).sum())
    if known == height:
        return decode(codes)
    return F.pad(decode(codes[:, :known]), (0, 0, 0, (height - known) * stride), value=0.5)


@dataclass(frozen=True)
class CodePriorArchitecture(Architecture):
    """The learned prior over the code maps of one VQ-VAE."""

    def loss(
        self,
        model: nn.Module,
        x: Tensor,
        *,
        kl_weight: float = 1.0,
        generator: torch.Generator | None = None,
        mixed_precision: bool = False,
    ) -> Loss:
        """Mean nats a code of code maps x (B, H, W)."""
        # Dropout takes no generator, so the global one is seeded for the moment.
        with torch.random.fork_rng(devices=[x.device] if x.device.type == "cuda" else []):
            if generator is not None:
                torch.manual_seed(generator.initial_seed())
            with autocast(x, mixed_precision):
                loss = model.loss(x)
        return Loss(loss, lambda: {"bits_per_code": loss.item() / math.log(2)})


CODE_PRIOR = CodePriorArchitecture(
    "code-prior",
    "Code prior",
    CodePrior,
    about="An autoregressive transformer over the code maps of a VQ-VAE: what is needed to sample new pictures from it "
    "(van den Oord et al., arXiv:1711.00937, section 4.2).",
    limits="It knows nothing but the code maps of that one VQ-VAE, and samples are only as good as its decoder.",
    max_gradient_norm=1.0,
)
