"""The files of a checkpoint's folder: the one list of their names."""

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
METRICS = "metrics.json"
MIXTURE = "mixture.safetensors"
MEANS = "means.safetensors"
CARD = "README.md"
LIMITS = "limits.png"

ALL = (CONFIG, WEIGHTS, METRICS, MIXTURE, MEANS, CARD, LIMITS)
"""Every one that is published and downloaded: safetensors, JSON, the model card and its picture; nothing executable."""
DERIVED = (METRICS, MIXTURE, MEANS, CARD, LIMITS)
"""Those that are made from the weights, and so say nothing of new ones."""
PATTERNS = [f"*/{name}" for name in ALL]
"""The same in a folder or a repository of checkpoints, each in a folder of its own."""
