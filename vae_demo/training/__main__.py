"""`python -m vae_demo.training train|evaluate CHECKPOINT... --data-dir DIR`."""

import argparse
from pathlib import Path

import torch

from vae_demo.training.loop import train
from vae_demo.training.recipes import RECIPES


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vae_demo.training", description=__doc__)
    parser.add_argument("command", choices=["train"])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--data-dir", type=Path, required=True)
    a = parser.parse_args()
    for name in a.names:
        train(RECIPES[name], a.data_dir, Path("runs"), Path("checkpoints"), torch.device("cpu"))


if __name__ == "__main__":
    main()
