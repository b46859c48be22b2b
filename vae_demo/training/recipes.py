"""The recipe of every checkpoint, with the reason beside the numbers that are not plain defaults."""

from dataclasses import dataclass, fields
from typing import Any, Literal

Fit = Literal["centred", "cropped", "whole"]
"""How an upload becomes a picture: digit strokes centred by mass, a centred square crop, or the picture as it is."""


@dataclass(frozen=True)
class Recipe:
    """How one checkpoint is trained. Losses are divided by the batch size, so that a learning rate outlives it."""

    name: str
    variant: str  # the architecture's name
    dataset: str
    image_shape: tuple[int, int, int]  # what the model sees; the dataset's pictures are resized to it
    model: dict[str, Any]  # the constructor's arguments
    steps: int
    batch_size: int
    learning_rate: float  # the peak: reached after 1 % of the steps, then a cosine down to nothing
    fit: Fit = "cropped"
    kl_warmup: float = 0.0  # share of the steps over which the KL weight rises to its full value: keeps latents alive
    start_beta: float = 0.0  # Beta-VAE: the beta of the first `start_steps`, alike in a family: it settles which latent
    start_steps: int = 0  # follows which factor before the member's own beta takes over
    autoencoder_steps: int = 0  # VQ-VAE: plain autoencoder first, so that the codebook starts from a spread-out encoder
    codes_of: str = ""  # code prior: the VQ-VAE whose codes it models
    continue_from: str = ""  # the checkpoint whose weights it starts from wherever the sizes agree
    weight_decay: float = 0.0
    mixed_precision: bool = False  # forward passes in bfloat16 by autocast; weights, losses and codes in float32
    own_pictures: bool = False  # on a folder of somebody's pictures, not one of the project's datasets
    pictures: str = ""  # the digest of somebody's own, so that a run does not go on with others
    seed: int = 0

    def training(self) -> dict[str, Any]:
        """What the checkpoint's config notes of how its weights came to be: all that is not the default."""
        described = {"name", "variant", "dataset", "image_shape", "model", "fit", "codes_of"}
        kept = [f for f in fields(self) if f.name not in described]
        return {f.name: getattr(self, f.name) for f in kept if getattr(self, f.name) != f.default}


DIGIT, DIGIT_LARGE = (1, 28, 28), (1, 64, 64)
COLOUR, COLOUR_SMALL = (3, 64, 64), (3, 32, 32)  # fully connected layers on 64x64 would be four times the weights
SPRITE = (1, 64, 64)

# Below 1 every latent is kept; above 4, the paper's choice, nearly all collapse: the summed squared error is a Gaussian
# likelihood of variance 1/2, which weighs pixels in [0, 1] lightly.
DIGIT_BETAS = (0.0625, 0.25, 1, 4, 16)
CARTOON_BETAS = (0.0625, 0.25, 1, 4, 16)
PHOTO_BETAS = (0.0625, 0.25, 1, 4)
SPRITE_BETAS = (1, 4, 8, 16, 64)

# Saved from collapse by a data-dependent start, by restarts, and by moving averages (`ema_decay`).
VQ_TRAINING = {"restart_every": 50}

_ALL = [
    Recipe(
        "vae-digits", "vae", "digits", DIGIT, {"input_dim": 784, "hidden_dim": 512, "latent_dim": 20},
        steps=40_000, batch_size=128, learning_rate=2e-3, fit="centred", kl_warmup=0.3,
        mixed_precision=True,
    ),
    Recipe(
        "vq-vae-cartoons", "vq-vae", "cartoons", COLOUR, {"in_channels": 3, "ema_decay": 0.99} | VQ_TRAINING,
        steps=12_000, batch_size=32, learning_rate=1e-3, autoencoder_steps=100, mixed_precision=True,
        continue_from="vq-vae-photos",
    ),
    Recipe(
        "conv-vae-cartoons", "conv-vae", "cartoons", COLOUR, {"in_channels": 3, "latent_dim": 64},
        steps=18_000, batch_size=64, learning_rate=1e-3, kl_warmup=0.2, mixed_precision=True,
    ),
    *(
        Recipe(
            f"beta-vae-digits-{beta}", "beta-vae", "digits", DIGIT, {"input_dim": 784, "latent_dim": 10, "beta": beta},
            steps=8_000, batch_size=128, learning_rate=1e-3, fit="centred", kl_warmup=0.2,
        )
        for beta in DIGIT_BETAS
    ),
    Recipe(
        "vq-vae-digits", "vq-vae", "digits", DIGIT, {"in_channels": 1, "ema_decay": 0.99} | VQ_TRAINING,
        steps=12_000, batch_size=128, learning_rate=1e-3, fit="centred", autoencoder_steps=100, mixed_precision=True,
    ),
    Recipe(
        "vae-cartoons", "vae", "cartoons", COLOUR_SMALL, {"input_dim": 3072, "hidden_dim": 512, "latent_dim": 64},
        steps=9_000, batch_size=128, learning_rate=1e-3, kl_warmup=0.2,
    ),
    *(
        Recipe(
            f"beta-vae-cartoons-{beta}", "beta-vae", "cartoons", COLOUR_SMALL,
            {"input_dim": 3072, "latent_dim": 10, "beta": beta},
            steps=5_000, batch_size=128, learning_rate=1e-3, kl_warmup=0.2,
        )
        for beta in CARTOON_BETAS
    ),
    Recipe(
        "vq-vae-photos", "vq-vae", "photos", COLOUR, {"in_channels": 3, "ema_decay": 0.99} | VQ_TRAINING,
        steps=18_000, batch_size=32, learning_rate=1e-3, fit="whole", autoencoder_steps=100, mixed_precision=True,
    ),
    Recipe(
        "vq-vae-photos-64", "vq-vae", "photos", COLOUR,
        {"in_channels": 3, "num_embeddings": 64, "ema_decay": 0.99} | VQ_TRAINING,
        steps=2_000, batch_size=32, learning_rate=5e-4, fit="whole", autoencoder_steps=100, mixed_precision=True,
        continue_from="vq-vae-photos",
    ),
    Recipe(
        # Short codes keep a large codebook in use; the layers of other sizes around it are drawn anew.
        "vq-vae-photos-4096", "vq-vae", "photos", COLOUR,
        {"in_channels": 3, "num_embeddings": 4096, "embedding_dim": 8, "ema_decay": 0.99} | VQ_TRAINING,
        steps=9_000, batch_size=32, learning_rate=1e-3, fit="whole", autoencoder_steps=500, mixed_precision=True,
        continue_from="vq-vae-photos",
    ),
    Recipe(
        "vq-vae-faces", "vq-vae", "faces", COLOUR, {"in_channels": 3, "ema_decay": 0.99} | VQ_TRAINING,
        steps=4_000, batch_size=32, learning_rate=5e-4, autoencoder_steps=100, mixed_precision=True,
        continue_from="vq-vae-photos",
    ),
    Recipe(
        "conv-vae-photos", "conv-vae", "photos", COLOUR, {"in_channels": 3, "latent_dim": 256},
        steps=15_000, batch_size=64, learning_rate=1e-3, kl_warmup=0.2, mixed_precision=True,
    ),
    Recipe(
        "conv-vae-faces", "conv-vae", "faces", COLOUR, {"in_channels": 3, "latent_dim": 256},
        steps=3_000, batch_size=64, learning_rate=4e-4, mixed_precision=True, continue_from="conv-vae-photos",
    ),
    Recipe(
        "vae-photos", "vae", "photos", COLOUR_SMALL, {"input_dim": 3072, "hidden_dim": 400, "latent_dim": 128},
        steps=8_000, batch_size=128, learning_rate=1e-3, kl_warmup=0.2,
    ),
    Recipe(
        "vae-faces", "vae", "faces", COLOUR_SMALL, {"input_dim": 3072, "hidden_dim": 256, "latent_dim": 64},
        steps=2_000, batch_size=128, learning_rate=1e-3, kl_warmup=0.2,
    ),
    *(
        Recipe(
            f"beta-vae-{dataset}-{beta}", "beta-vae", dataset, COLOUR_SMALL,
            {"input_dim": 3072, "latent_dim": 32, "beta": beta},
            steps=steps, batch_size=128, learning_rate=1e-3, kl_warmup=0.2,
        )
        for dataset, steps in (("photos", 6_000), ("faces", 2_000))
        for beta in PHOTO_BETAS
    ),
    *(
        Recipe(
            f"beta-vae-sprites-{beta}", "beta-vae", "sprites", SPRITE,
            {"input_dim": 4096, "latent_dim": 10, "beta": beta},
            # The seed decides how the latents lie to the positions: the best of 10 by MIG, after the steps at
            # beta 8. Training for longer blurs that again.
            steps=6_000, batch_size=64, learning_rate=1e-3, start_beta=8, start_steps=2_000, seed=8,
        )
        for beta in SPRITE_BETAS
    ),
    Recipe(
        "conv-vae-digits", "conv-vae", "digits", DIGIT_LARGE, {"in_channels": 1, "latent_dim": 20},
        steps=12_000, batch_size=128, learning_rate=2e-3, fit="centred", kl_warmup=0.3, mixed_precision=True,
    ),
    Recipe(
        "code-prior-digits", "code-prior", "digits", DIGIT,
        {"num_embeddings": 512, "height": 7, "width": 7, "layers": 4, "heads": 4, "channels": 128, "dropout": 0.1},
        steps=3_000, batch_size=128, learning_rate=2e-3, codes_of="vq-vae-digits", weight_decay=0.05, fit="centred",
        mixed_precision=True,
    ),
    Recipe(
        "code-prior-cartoons", "code-prior", "cartoons", COLOUR,
        {"num_embeddings": 512, "height": 16, "width": 16, "layers": 4, "heads": 4, "channels": 128, "dropout": 0.1},
        steps=1_000, batch_size=32, learning_rate=2e-3, codes_of="vq-vae-cartoons", weight_decay=0.05,
        mixed_precision=True,
    ),
    Recipe(
        # It knows tiles of 64x64 pixels; a larger photograph's codes are counted tile by tile. Like the faces' it needs
        # no dropout. This is the last of the runs that its weights come from; README.md has those before.
        "code-prior-photos", "code-prior", "photos", COLOUR,
        {"num_embeddings": 512, "height": 16, "width": 16, "layers": 4, "heads": 4, "channels": 128},
        steps=2_000, batch_size=32, learning_rate=1e-3, fit="whole", codes_of="vq-vae-photos", weight_decay=0.05,
        mixed_precision=True, continue_from="code-prior-photos",
    ),
    Recipe(
        # Its layers start from those of the usual codebook's prior; what is of the codes themselves is drawn anew.
        "code-prior-photos-4096", "code-prior", "photos", COLOUR,
        {"num_embeddings": 4096, "height": 16, "width": 16, "layers": 4, "heads": 4, "channels": 128},
        steps=3_000, batch_size=32, learning_rate=1e-3, fit="whole", codes_of="vq-vae-photos-4096", weight_decay=0.05,
        mixed_precision=True, continue_from="code-prior-photos",
    ),
    Recipe(
        # First from the photographs' prior, whose codes mean much the same; this is the last run, as above. Crops and
        # mirrored pictures keep it from learning the faces by heart, so that it needs no dropout.
        "code-prior-faces", "code-prior", "faces", COLOUR,
        {"num_embeddings": 512, "height": 16, "width": 16, "layers": 4, "heads": 4, "channels": 128},
        steps=3_600, batch_size=32, learning_rate=8e-4, codes_of="vq-vae-faces", weight_decay=0.1,
        mixed_precision=True, continue_from="code-prior-faces", seed=1,
    ),
]  # fmt: skip

RECIPES = {recipe.name: recipe for recipe in _ALL}
