"""What every variant answers to, and the registry: the one place where a variant's name is looked up.

A model is an `nn.Module` of this package; an architecture says what it is called, how it is built and what it learns
by; a variant is an architecture that turns pictures into latents and latents into pictures. Everything else in this
project asks these verbs, and never which variant it has.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, Protocol

import torch
from torch import Tensor, nn

from vae_demo.errors import CheckpointError
from vae_demo.images import resize

LatentKind = Literal["latents", "codes"]
"""The two kinds of latent: rows of Gaussian numbers (B, latent_dim), or code maps (B, H, W)."""
PRIORS = {
    "standard-normal": "N(0, I)",
    "gaussian-mixture": "Gaussian mixture fitted to the encoder",
    "code-prior": "Learned code prior",
    "uniform-codes": "Uniform codes",
}
"""The priors by name, and what the page calls them."""


class Latent(Protocol):
    """What an encoder says of a batch of pictures.

    `values` is what `Variant.decode` takes: posterior means (B, latent_dim), or code maps (B, H, W) of int64. `size` is
    how many numbers or codes describe one picture. `bits` (B,) is the rate: the KL from the prior, or the codes at
    equal length.
    """

    @property
    def values(self) -> Tensor: ...
    @property
    def size(self) -> int: ...
    @property
    def bits(self) -> Tensor: ...
    def cpu(self) -> "Latent": ...


@dataclass(frozen=True)
class Loss:
    """What one training step minimises: a scalar, per picture; and the numbers that describe it, computed on demand."""

    value: Tensor
    numbers: Callable[[], dict[str, float]]


def autocast(x: Tensor, mixed_precision: bool) -> torch.autocast:
    """Where a forward pass over x runs: in bfloat16 where that is asked for; weights and losses stay in float32."""
    return torch.autocast(x.device.type, torch.bfloat16, enabled=mixed_precision)


@dataclass(frozen=True)
class Architecture(ABC):
    """What config.json calls a variant: a class of models, and how they are trained.

    `about` and `limits` are a model card's sentences on what it is and what it fails at. `max_gradient_norm` is where
    training clips gradients.
    """

    name: str
    title: str
    model: type[nn.Module]
    about: str
    limits: str
    max_gradient_norm: float = 1e3

    def arguments(self, config: dict[str, Any]) -> dict[str, Any]:
        """The constructor's arguments as a config sets them, the class's defaults where it is silent."""
        parameters = [p for p in inspect.signature(self.model.__init__).parameters.values() if p.name != "self"]
        found = {p.name: config.get(p.name, p.default) for p in parameters}
        return {name: value for name, value in found.items() if value is not inspect.Parameter.empty}

    def parameters(self) -> list[str]:
        """The names of the constructor's arguments."""
        return [name for name in inspect.signature(self.model.__init__).parameters if name != "self"]

    @abstractmethod
    def loss(
        self,
        model: nn.Module,
        x: Tensor,
        *,
        kl_weight: float = 1.0,
        generator: torch.Generator | None = None,
        mixed_precision: bool = False,
    ) -> Loss:
        """The loss of a batch, averaged over its pictures; `mixed_precision` as for `autocast`."""


@dataclass(frozen=True)
class Variant(Architecture):
    """An architecture between pictures and latents. `flat` says that the model takes pictures as rows of numbers."""

    flat: bool = False
    latent_kind: ClassVar[LatentKind]
    path: ClassVar[Literal["spherical", "linear"]]
    """How `between` goes from one latent to another."""

    def describe(self, arguments: dict[str, Any]) -> str:
        """What the page calls a model with these arguments."""
        return f"{self.title}, β = {arguments['beta']:g}" if "beta" in arguments else self.title

    def prepare(self, x: Tensor, image_shape: tuple[int, int, int], any_size: bool = False) -> Tensor:
        """Dataset pictures (B, C, H, W) in [0, 1] as the model takes them: resized to `image_shape`, flat if `flat`.

        For a model of pictures of any size they keep theirs.
        """
        x = x if any_size else resize(x, *image_shape[1:])
        return x.flatten(1) if self.flat else x

    def pictures(self, y: Tensor, image_shape: tuple[int, int, int]) -> Tensor:
        """What the model takes or its decoder gives, as pictures (B, C, H, W), clamped to [0, 1]."""
        return (y.unflatten(1, image_shape) if self.flat else y).clamp(0, 1)

    @abstractmethod
    def encode(self, model: nn.Module, x: Tensor) -> Latent:
        """Prepared pictures to their latents."""

    @abstractmethod
    def decode(self, model: nn.Module, values: Tensor) -> Tensor:
        """The values of latents to what `pictures` takes."""

    def decoder(self, model: nn.Module) -> Callable[[Tensor], Tensor]:
        """What decodes as `decode` does, up to rounding, for as long as the model's weights stay: it may prepare
        something once that makes each call quicker on a CPU."""
        return partial(self.decode, model)

    def decoder_layers(self, model: nn.Module) -> list[nn.Module]:
        """The layers that `decode` goes through one after another, a codebook first where values are codes.

        From these a browser decodes by itself. Raises NotImplementedError where a decoder is no such sequence.
        """
        raise NotImplementedError(f"The decoder of {self.title} is not described as a sequence of layers.")

    @abstractmethod
    def between(self, model: nn.Module, start: Tensor, end: Tensor, share: Tensor) -> Tensor:
        """What the decoder gives at the shares (N,) in [0, 1] of the way from one latent's values to another's.

        `start` and `end` have no batch dimension.
        """

    @abstractmethod
    def priors(self, learned: bool) -> list[str]:
        """The names of the priors that it can be sampled from, the default first; `learned` says if one was fitted."""

    @abstractmethod
    def draw(
        self,
        model: nn.Module,
        prior: str,
        count: int,
        image_shape: tuple[int, int, int],
        *,
        learned: Any = None,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Iterator[Tensor]:
        """Draw the values of `count` latents from a prior, complete in the last item; `learned` is the fitted prior."""

    def autoencoder_loss(self, model: nn.Module, x: Tensor, mixed_precision: bool) -> Loss:
        """The loss of the first steps of a recipe that trains a plain autoencoder before its codebook."""
        raise NotImplementedError(f"{self.title} has no codebook to wait for.")

    def start_codebook(self, model: nn.Module, x: Tensor) -> None:
        """Start a codebook from prepared pictures, after the steps of a plain autoencoder."""
        raise NotImplementedError(f"{self.title} has no codebook to start.")


_registry: dict[str, Architecture] = {}


def register(architecture: Architecture) -> None:
    """Make an architecture known by its name; the page shows the variants in the order in which they came."""
    _registry[architecture.name] = architecture


def architectures() -> dict[str, Architecture]:
    """All that are known, by name, in the page's order."""
    return dict(_registry)


def architecture(name: Any) -> Architecture:
    """The architecture of a name. Raises CheckpointError where none is called so."""
    if not isinstance(name, str) or name not in _registry:
        raise CheckpointError(f"variant {name!r} is none of {', '.join(_registry)}.")
    return _registry[name]
