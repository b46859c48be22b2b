"""Sprites after dSprites' published factors (Matthey et al., 2017, github.com/google-deepmind/dsprites-dataset).

Rendered here from geometry, so "dSprites-style": the pictures agree with the originals to a pixel or so at edges.
"""

import math

import torch
from torch import Tensor

SIZE = 64
FACTORS = {"shape": 3, "scale": 6, "orientation": 40, "x": 32, "y": 32}
"""The ground-truth factors in index order, slowest first, and how many values each takes."""
COUNT = math.prod(FACTORS.values())

SQUARE, ELLIPSE, HEART = range(3)


def test_and_train() -> tuple[Tensor, Tensor]:
    """The indices of either split: a fixed shuffle of all of them, of which the first tenth is for testing."""
    order = torch.randperm(COUNT, generator=torch.Generator().manual_seed(0))
    return order[: COUNT // 10], order[COUNT // 10 :]


def factors_of(indices: Tensor) -> Tensor:
    """Indices (B,) in [0, COUNT) to factor values (B, 5) of int64, in the order of `FACTORS`."""
    return torch.stack(torch.unravel_index(indices, tuple(FACTORS.values())), dim=1)


def render(factors: Tensor) -> Tensor:
    """Factor values (B, 5) to binary pictures (B, 1, 64, 64), float32, white on black.

    A pixel is white where its centre lies in the shape. Scale runs from 0.5 to 1, orientation over the full circle,
    the centre from pixel 15.5 to 47.5 both ways.
    """
    shape, scale, orientation, x, y = (column.view(-1, 1, 1) for column in factors.unbind(1))
    size = 0.5 + 0.5 * scale / (FACTORS["scale"] - 1)
    angle = 2 * math.pi * orientation / (FACTORS["orientation"] - 1)
    pixels = torch.arange(SIZE, device=factors.device, dtype=torch.float32)
    dx = pixels.view(1, 1, -1) - (15.5 + 32 * x / (FACTORS["x"] - 1))
    dy = pixels.view(1, -1, 1) - (15.5 + 32 * y / (FACTORS["y"] - 1))
    # The pixel in the shape's own frame, at scale 1.
    u = (dx * torch.cos(angle) - dy * torch.sin(angle)) / size
    v = (dx * torch.sin(angle) + dy * torch.cos(angle)) / size
    inside = torch.empty_like(u, dtype=torch.bool)
    for kind, contains in ((SQUARE, _square), (ELLIPSE, _ellipse), (HEART, _heart)):
        rows = shape.flatten() == kind
        inside[rows] = contains(u[rows], v[rows])
    return inside.float().unsqueeze(1)


def _square(u: Tensor, v: Tensor) -> Tensor:
    return torch.maximum(u.abs(), v.abs()) <= 9.6


def _ellipse(u: Tensor, v: Tensor) -> Tensor:
    return (u / 12.8) ** 2 + (v / 7.2) ** 2 <= 1


def _heart(u: Tensor, v: Tensor) -> Tensor:
    """Two discs, and the triangle from their outer tangents down to the point."""
    radius, centre_u, centre_v, tip = 5.4, 4.2, -3.5, 8.75
    u = u.abs()
    disc = (u - centre_u) ** 2 + (v - centre_v) ** 2 <= radius**2
    # The tangent from the tip (0, tip) to the disc: its direction makes the angle `lean` with the vertical.
    distance = math.hypot(centre_u, tip - centre_v)
    lean = math.atan2(centre_u, tip - centre_v) + math.asin(radius / distance)
    touch = math.sqrt(distance**2 - radius**2)
    top = tip - touch * math.cos(lean)
    below = (u <= (tip - v) * math.tan(lean)) & (v >= top) & (v <= tip)
    # Between the discs, above the tangent points, the body is filled down from the discs' crossing.
    crossing = centre_v - math.sqrt(radius**2 - centre_u**2)
    body = (u <= centre_u) & (v >= crossing) & (v <= top)
    return disc | below | body
