"""What a Space of this page holds: the page, the weights to fall back on, and a README that names the pinned ones."""

import re
from pathlib import Path

from huggingface_hub import SpaceCard

from vae_demo.errors import CheckpointError

ROOT = Path(__file__).parents[2]
PAGE = ("app.py", "requirements.txt", "pyproject.toml", "LICENSE", "vae_demo/**/*")
"""The page's files, as patterns; tests and training data are in other folders."""
SKIPPED = re.compile(
    r"(^|/)(\.|__pycache__/)|\.pyi$|^vae_demo/(datasets|evaluation|training)/(?!contact_sheets/|README\.md$)"
)
ZERO_GPU_TORCH = ",<2.12"
"""Every list of what ZeroGPU knows has torch 2.8 to 2.11; an open range would install a later one."""


def page_files(root: Path = ROOT) -> dict[str, Path | bytes]:
    """The page's files by their path in the Space, all but the README. Raises CheckpointError where they are not there.

    A file is a path to read, or its bytes where the Space's differs from the repository's.
    """
    found = {path.relative_to(root).as_posix(): path for pattern in PAGE for path in root.glob(pattern)}
    files: dict[str, Path | bytes] = {
        name: path for name, path in sorted(found.items()) if path.is_file() and not SKIPPED.search(name)
    }
    missing = {"app.py", "requirements.txt", "vae_demo/__init__.py"} - files.keys()
    if missing or not (root / "README.md").is_file():
        raise CheckpointError(f"{root} does not hold the page: publish a Space from a copy of the repository.")
    requirements = (root / "requirements.txt").read_text(encoding="utf-8")
    files["requirements.txt"] = re.sub(r"^(torch>=[\d.]+)$", rf"\1{ZERO_GPU_TORCH}", requirements, flags=re.M).encode()
    return files


def space_readme(repo: str, commit: str, preloaded: list[str], root: Path = ROOT) -> bytes:
    """The repository's README with front matter that names the weights' `repo` and `commit`.

    `preloaded` are the files of it that Spaces is to fetch while it builds; none where it could not read them.
    """
    card = SpaceCard((root / "README.md").read_text(encoding="utf-8"), ignore_metadata_errors=False)
    card.data.models = [repo]
    card.data["preload_from_hub"] = [f"{repo} {','.join(preloaded)} {commit}"] if preloaded else None
    return str(card).encode()
