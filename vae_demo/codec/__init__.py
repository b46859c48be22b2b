"""A VQ-VAE's code map as a file of as many bytes as its probability says, which every machine reads alike."""
