"""Code maps to bytes and back: the file, the probabilities and the range coder, the same on every machine."""
