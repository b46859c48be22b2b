"""ZeroGPU, the Spaces hardware that lends a GPU to a function while it runs."""

import importlib.util
from typing import Any


def register() -> None:
    """Give ZeroGPU the function without which it does not let a Space start; elsewhere this does nothing.

    All models run on the CPU, so the function is never called. `spaces`, which only Spaces have, must be imported
    before torch.
    """
    if importlib.util.find_spec("spaces"):
        import spaces

        spaces.GPU(_no_work)


def _no_work() -> Any:
    return None
