"""Feature encoders: one small classifier a dataset, whose features every sample of that dataset is judged in."""

from pathlib import Path

import safetensors.torch
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor, nn
from tqdm import tqdm

from vae_demo.datasets.registry import DATASETS, Pictures
from vae_demo.errors import CheckpointError

FOLDER = Path(__file__).parent / "feature_encoders"
STEPS, BATCH, LEARNING_RATE = 2_000, 128, 2e-3


class FeatureEncoder(nn.Module):
    """A convolutional classifier of a dataset's labels; `features` is what it knows just before it decides.

    Pictures are (B, channels, height, width) in [0, 1]; features (B, 64). `classes` says how many values each of the
    dataset's labels takes.
    """

    def __init__(self, channels: int, classes: tuple[int, ...]) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(channels, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
            nn.Conv2d(64, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
            nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64 * 16, 64),
        )  # fmt: skip
        self.heads = nn.ModuleList(nn.Linear(64, count) for count in classes)

    def features(self, x: Tensor) -> Tensor:
        """(B, channels, height, width) in [0, 1] to (B, 64)."""
        return self.convolutions(x)

    def forward(self, x: Tensor) -> list[Tensor]:
        """The logits of each label, (B, classes)."""
        h = self.features(x).relu()
        return [head(h) for head in self.heads]


def train_features(dataset: str, data_dir: Path, device: torch.device, steps: int = STEPS) -> float:
    """Train the dataset's feature encoder, write it to `FOLDER`, and return its accuracy on the test split.

    The accuracy is the mean over labels. Raises CheckpointError for a dataset without labels.
    """
    if not DATASETS[dataset].classes:
        raise CheckpointError(f"{dataset} has no labels to learn features from.")
    train, test = (DATASETS[dataset].load(data_dir, split) for split in ("train", "test"))
    if train.labels is None or test.labels is None:
        raise CheckpointError(f"{dataset}: labels.csv is missing beside its pictures.")
    encoder = _build(dataset).to(device).train()
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    generator = torch.Generator().manual_seed(0)
    for _ in tqdm(range(steps), desc=f"features of {dataset}", mininterval=2):
        indices = torch.randint(len(train), (BATCH,), generator=generator)
        logits = encoder(train.batch(indices, generator).to(device))
        labels = train.labels(indices).to(device)
        loss = torch.stack([F.cross_entropy(*pair) for pair in zip(logits, labels.unbind(1), strict=True)]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    encoder.eval()
    FOLDER.mkdir(exist_ok=True)
    # Half precision as for the checkpoints; what is measured afterwards is what was written.
    weights = {
        name: value.half() if value.is_floating_point() else value for name, value in encoder.state_dict().items()
    }
    safetensors.torch.save_file(weights, FOLDER / f"{dataset}.safetensors")
    return _accuracy(load_features(dataset).to(device), test, device)


def load_features(dataset: str) -> FeatureEncoder:
    """The dataset's feature encoder, in eval mode. Raises CheckpointError where there is none."""
    path = FOLDER / f"{dataset}.safetensors"
    try:
        encoder = _build(dataset)
        safetensors.torch.load_model(encoder, path, strict=True)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise CheckpointError(f"{path} cannot be used: train it with `features {dataset}`.") from error
    return encoder.eval().requires_grad_(False)


def _build(dataset: str) -> FeatureEncoder:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return FeatureEncoder(DATASETS[dataset].shape[0], DATASETS[dataset].classes)


@torch.inference_mode()
def _accuracy(encoder: FeatureEncoder, pictures: Pictures, device: torch.device) -> float:
    right = []
    for indices in torch.arange(min(len(pictures), 10_000)).split(500):
        labels = pictures.labels(indices)
        logits = encoder(pictures.batch(indices, None).to(device))
        right.append(torch.stack([part.argmax(dim=1).cpu() for part in logits], dim=1) == labels)
    return float(torch.cat(right).double().mean())
