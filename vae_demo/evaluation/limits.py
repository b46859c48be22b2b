"""What a checkpoint fails at, shown on pictures of our own: limits.png of its card."""

import torch
from PIL import Image

from vae_demo.examples import DRAWN
from vae_demo.images import to_picture
from vae_demo.inference.forward import decode, fitted, open_input
from vae_demo.inference.reconstruction import reconstruct_by
from vae_demo.weights.catalogue import Checkpoint
from vae_demo.weights.checkpoints import Checkpoints
from vae_demo.weights.hub import WeightsSource

SIDE, GAP = 128, 8
"""The side of each picture and the space between two, in pixels."""


@torch.inference_mode()
def draw_limits(checkpoint: Checkpoint) -> str:
    """Write limits.png beside the checkpoint's weights and return the sentence that belongs below it.

    Of a code prior: the likeliest and the least likely of 16 samples. Of the others: among the project's own drawings,
    the worst reconstructed one of the checkpoint's dataset, if there is any, and the worst of the other datasets, each
    beside its reconstruction from the posterior mean.
    """
    checkpoints = Checkpoints(WeightsSource(checkpoint.folder.parent))
    show = _samples if checkpoint.latent_kind is None else _reconstructions
    pictures, sentence = show(checkpoint, checkpoints)
    sheet = Image.new("RGB", (len(pictures) * (SIDE + GAP) - GAP, SIDE), "white")
    for place, picture in enumerate(pictures):
        sheet.paste(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.NEAREST), (place * (SIDE + GAP), 0))
    sheet.save(checkpoint.folder / "limits.png", optimize=True)
    return sentence


def _reconstructions(checkpoint: Checkpoint, checkpoints: Checkpoints) -> tuple[list[Image.Image], str]:
    own, other = [], []
    for path in sorted(DRAWN.glob("*/*.png")):
        found = reconstruct_by(checkpoint, fitted(open_input(path), checkpoint), checkpoints)[0]
        (own if path.parent.name == checkpoint.dataset else other).append((path, found))
    pictures, named = [], []
    for group in filter(None, (own, other)):
        path, found = min(group, key=lambda entry: entry[1].psnr)
        pictures += [found.model_input, found.reconstruction]
        kind = "of its dataset's kind" if group is own else "of another"
        named.append(f"{kind} (`{path.parent.name}/{path.name}`, {found.psnr:.1f} dB)")
    return pictures, (
        "Of the project's own drawings, those that it reconstructs worst, each as the model sees it and as it draws "
        f"it: {' and '.join(named)}."
    )


def _samples(checkpoint: Checkpoint, checkpoints: Checkpoints) -> tuple[list[Image.Image], str]:
    prior, vq_vae = checkpoints.model(checkpoint), checkpoints.get(checkpoint.codes_of, "codes")
    *_, codes = prior.sample(16, torch.Generator().manual_seed(0))
    bits = prior.bits(codes) / codes[0].numel()
    chosen = [int(bits.argmin()), int(bits.argmax())]
    likeliest, least = (float(bits[index]) for index in chosen)
    pictures = [to_picture(decode(codes[[index]], vq_vae, checkpoints)) for index in chosen]
    return pictures, (
        f"Of 16 samples with seed 0, the likeliest at {likeliest:.2f} bits a code and the least likely at {least:.2f}."
    )
