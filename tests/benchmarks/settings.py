"""The settings of the page's process, for forward passes that are measured beside it."""

import torch

from vae_demo.hosting import environment


def as_the_page_computes() -> None:
    """Set this process up as the page's is: one thread for each computation."""
    environment.set_up()
    torch.set_num_threads(1)  # torch has been imported already, and asks the environment no more
