"""Training and evaluation of the checkpoints: `python -m vae_demo.training --help`."""
