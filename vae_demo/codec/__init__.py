"""The command line of the codec; the coding is in `vae_demo.entropy_coding`."""
