"""Train, evaluate and describe the checkpoints.

NAMES are checkpoint names, patterns such as 'beta-vae-*', or `all`.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch

from vae_demo.console import use_utf8
from vae_demo.errors import CheckpointError, InputError
from vae_demo.training.recipes import RECIPES
from vae_demo.training.stopping import Stopped
from vae_demo.weights.catalogue import read_catalogue
from vae_demo.weights.hub import named_own_folder

CHECKPOINTS = named_own_folder() or Path("checkpoints")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 where it went well, 2 with a sentence on stderr where something given was wrong."""
    use_utf8()
    a = _parser().parse_args(arguments)
    try:
        a.command(a)
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return stopped.status
    except (InputError, CheckpointError, FloatingPointError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}." if error.filename else error.strerror or error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What was written before is kept.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vae_demo.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sub = commands.add_parser("features", help="train the encoders that samples are judged with, into the package")
    sub.add_argument("names", nargs="+", metavar="DATASETS", help="datasets with labels, patterns in quotes, or all")
    sub.add_argument("--data-dir", type=Path, required=True, help="folder of the datasets; MNIST is fetched to it")
    sub.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s")
    sub.set_defaults(command=_features)
    for name, command, about in (
        ("train", _train, "train checkpoints by their recipes; an interrupted run resumes"),
        ("evaluate", _evaluate, "measure checkpoints on their test split, write metrics.json and the model card"),
        ("mixture", _mixture, "fit a Gaussian mixture to the posterior means of a Gaussian variant"),
        ("means", _means, "note where a Gaussian variant puts test pictures, for the page's plane of latents"),
        ("precision", _precision, "what half-precision weights cost, beside the float32 ones in --runs"),
    ):
        sub = commands.add_parser(name, help=about, description=about)
        own = name == "train"
        sub.add_argument(
            "names", nargs="*" if own else "+", metavar="NAMES", help="checkpoints, patterns in quotes, or all"
        )
        sub.add_argument(
            "--data-dir", type=Path, required=not own, help="folder of the datasets; MNIST is fetched to it"
        )
        sub.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="default: %(default)s")
        sub.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s")
        if name in ("train", "precision"):
            sub.add_argument("--runs", type=Path, default=Path("runs"), help="for resuming; default: %(default)s")
        if name == "train":
            sub.add_argument("--steps", type=int, help="a quick try of so many steps, kept in RUNS/quick")
            sub.add_argument(
                "--mixed-precision",
                action=argparse.BooleanOptionalAction,
                help="forward passes in bfloat16: twice as fast where the processor multiplies it, as CPUs with AMX do "
                "(default: as the recipe says)",
            )
            sub.add_argument(
                "--continue-from", metavar="NAME", help="start from this checkpoint's weights, or from none"
            )
            _add_own(sub.add_argument_group("your own pictures"))
        sub.set_defaults(command=command)
    about = "the mutual information gap that the start of a sprites' recipe comes to from each of some seeds"
    sub = commands.add_parser("seeds", help=about, description=about)
    sub.add_argument("names", nargs=1, metavar="NAME", help="a recipe, such as beta-vae-sprites-8")
    sub.add_argument("--data-dir", type=Path, required=True, help="folder of the datasets")
    sub.add_argument("--count", type=int, default=10, help="seeds from 0 on (default: %(default)s)")
    sub.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s")
    sub.set_defaults(command=_seeds)
    sub = commands.add_parser("sheets", help="the contact sheets of the README: examples and samples, every variant")
    sub.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="default: %(default)s")
    sub.set_defaults(command=_sheets)
    commands.add_parser("list", help="the recipes").set_defaults(command=_list)
    sub = commands.add_parser("table", help="what evaluation measured, as Markdown tables")
    sub.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="default: %(default)s")
    sub.set_defaults(command=_table)
    about = "JPEG, WebP and AVIF as curves over bytes, and the codebooks as points, on test pictures"
    sub = commands.add_parser("codecs", help=about, description=about)
    sub.add_argument("names", nargs="+", metavar="DATASETS", help="datasets with a VQ-VAE, patterns in quotes, or all")
    sub.add_argument("--data-dir", type=Path, required=True, help="folder of the datasets; MNIST is fetched to it")
    sub.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="default: %(default)s")
    sub.add_argument("--pictures", type=int, default=200, help="of each dataset; of large ones a quarter (%(default)s)")
    sub.add_argument("--write", action="store_true", help="into the README of training, beside printing it")
    sub.set_defaults(command=_codecs)
    return parser


def _add_own(group: Any) -> None:
    group.add_argument("--pictures", type=Path, metavar="FOLDER", help="train on the pictures in it, and measure")
    group.add_argument("--variant", help="vae, conv-vae, beta-vae, vq-vae, or code-prior")
    group.add_argument("--name", help="what the new checkpoint is called")
    group.add_argument("--dataset", metavar="NAME", help="what the pictures are called (default: as their folder)")
    group.add_argument("--size", type=int, default=64, help="their side in pixels (default: %(default)s)")
    group.add_argument("--beta", type=float, help="of a beta-vae (default: 4)")
    group.add_argument("--codes-of", metavar="NAME", default="", help="a code prior's VQ-VAE")


def select(patterns: Iterable[str], known: Iterable[str], what: str) -> list[str]:
    """The `known` names that the patterns match, in their own order. Raises InputError where one matches none."""
    known = list(known)
    patterns = ["*" if pattern == "all" else pattern for pattern in patterns]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise InputError(f"No {what} is called {pattern!r}; there are: {', '.join(known) or 'none'}.")
    return [name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _device(choice: str) -> torch.device:
    if choice == "cuda" and not torch.cuda.is_available():
        raise InputError("No CUDA device is to be seen here; --device cpu works everywhere.")
    return torch.device("cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu")


def _data_dir(path: Path) -> Path:
    if not path.is_dir():
        raise InputError(f"There is no data folder {path}: create it, and MNIST is fetched into it.")
    return path


def _chosen(a: argparse.Namespace, *kinds: str) -> list[Path]:
    """The folders of the trained checkpoints that were named, among those of these kinds of latent (all where none)."""
    found = [c.name for c in read_catalogue(a.checkpoints).values() if not kinds or c.latent_kind in kinds]
    what = f"checkpoint with {' or '.join(kinds)}" if kinds else "checkpoint"
    return [a.checkpoints / name for name in select(a.names, found, f"{what} in {a.checkpoints}")]


def _train(a: argparse.Namespace) -> None:
    from vae_demo.training.loop import train

    if a.steps is not None and a.steps < 1:
        raise InputError(f"--steps must be 1 or more, not {a.steps}.")
    if a.pictures is not None:
        _train_own(a)
        return
    if not a.names or a.data_dir is None:
        raise InputError("Name checkpoints and --data-dir, or a folder of your own by --pictures.")
    if a.steps is not None:  # a quick try must not take the place of a trained checkpoint
        a.runs = a.runs / "quick"
        a.checkpoints = a.runs if a.checkpoints == CHECKPOINTS else a.checkpoints
    names = select(a.names, RECIPES, "recipe")
    data_dir, device = _data_dir(a.data_dir), _device(a.device)
    for name in names:
        recipe = RECIPES[name] if a.steps is None else replace(RECIPES[name], steps=a.steps)
        if a.mixed_precision is not None:
            recipe = replace(recipe, mixed_precision=a.mixed_precision)
        if a.continue_from is not None:
            recipe = replace(recipe, continue_from="" if a.continue_from == "none" else a.continue_from)
        train(recipe, data_dir, a.runs, a.checkpoints, device)


def _train_own(a: argparse.Namespace) -> None:
    from vae_demo.datasets.folder import folder_of_pictures
    from vae_demo.training.own_pictures import SIZES, own_recipe, train_own

    if a.names or not a.variant or not a.name:
        raise InputError("With --pictures give --variant and --name, and no other name.")
    if a.size not in SIZES:
        raise InputError(f"--size must be a multiple of {SIZES.step} from {SIZES.start} to {SIZES[-1]}, not {a.size}.")
    dataset = folder_of_pictures(a.pictures, a.size)
    dataset = replace(dataset, name=a.dataset or dataset.name)
    recipe = own_recipe(
        a.variant, a.name, dataset, a.checkpoints,
        steps=a.steps, beta=a.beta, codes_of=a.codes_of, continue_from=a.continue_from or "",
    )  # fmt: skip
    if a.mixed_precision is not None:
        recipe = replace(recipe, mixed_precision=a.mixed_precision)
    folder = train_own(recipe, dataset, a.runs, a.checkpoints, _device(a.device))
    print(f"{a.name} is in {folder}, and on the page when it next starts.")


def _evaluate(a: argparse.Namespace) -> None:
    from vae_demo.evaluation.held_out import evaluate

    folders, data_dir, device = _chosen(a), _data_dir(a.data_dir), _device(a.device)
    for folder in folders:
        measured = evaluate(folder, data_dir, device)
        shown = ("psnr", "ssim", "negative_elbo", "rate", "active_dimensions", "mig", "perplexity", "bits_per_code")
        numbers = ", ".join(f"{name} {measured[name]:.4g}" for name in shown if name in measured)
        print(f"{folder / 'metrics.json'}: {numbers}")


def _features(a: argparse.Namespace) -> None:
    from vae_demo.datasets.registry import DATASETS
    from vae_demo.evaluation.features import train_features

    labelled = [dataset.name for dataset in DATASETS.values() if dataset.classes]
    names, data_dir, device = select(a.names, labelled, "labelled dataset"), _data_dir(a.data_dir), _device(a.device)
    for name in names:
        print(f"{name}: accuracy {train_features(name, data_dir, device):.4f} on the test split")


def _mixture(a: argparse.Namespace) -> None:
    try:
        from vae_demo.training.mixture import fit
    except ModuleNotFoundError as error:
        raise InputError(f"{error}: pip install 'scikit-learn>=1.5'.") from error
    from vae_demo.evaluation.cards import write_card

    folders, data_dir, device = _chosen(a, "latents"), _data_dir(a.data_dir), _device(a.device)
    for folder in folders:
        print(fit(folder, data_dir, device))
        if (folder / "metrics.json").exists():
            write_card(folder)


def _means(a: argparse.Namespace) -> None:
    from vae_demo.evaluation.means import write_means

    folders, data_dir, device = _chosen(a, "latents"), _data_dir(a.data_dir), _device(a.device)
    for folder in folders:
        print(write_means(folder, data_dir, device))


def _precision(a: argparse.Namespace) -> None:
    from vae_demo.evaluation.precision import half_precision_cost

    folders = _chosen(a, "latents", "codes")
    data_dir, device = _data_dir(a.data_dir), _device(a.device)
    costs = [half_precision_cost(folder, a.runs, data_dir, device) for folder in folders]
    print("| checkpoint | pictures | mean difference (1/255) | largest difference (1/255) |\n| --- | --- | --- | --- |")
    for cost in costs:
        print(f"| {cost.checkpoint} | {cost.images:,} | {cost.mean:.5f} | {cost.largest:.3f} |")


def _seeds(a: argparse.Namespace) -> None:
    from vae_demo.training.seed_search import gaps_by_seed

    names = select(a.names, RECIPES, "recipe")
    if len(names) != 1 or a.count < 1:
        raise InputError("Name one recipe, and a --count of 1 or more.")
    for seed, gaps in gaps_by_seed(RECIPES[names[0]], range(a.count), _data_dir(a.data_dir), _device(a.device)):
        factors = ", ".join(f"{factor} {gap:.3f}" for factor, gap in gaps.items())
        print(f"seed {seed}: MIG {sum(gaps.values()) / len(gaps):.3f} ({factors})", flush=True)


def _table(a: argparse.Namespace) -> None:
    from vae_demo.evaluation.tables import tables

    print(tables(a.checkpoints))


def _codecs(a: argparse.Namespace) -> None:
    from vae_demo.datasets.registry import DATASETS
    from vae_demo.evaluation.codec_curves import measure_curves
    from vae_demo.evaluation.codec_tables import README, curves_markdown, write_into

    if a.pictures < 1:
        raise InputError(f"--pictures must be 1 or more, not {a.pictures}.")
    known = {c.dataset for c in read_catalogue(a.checkpoints).values() if c.latent_kind == "codes"} & DATASETS.keys()
    names = select(a.names, sorted(known), "dataset with a VQ-VAE")
    if a.write and set(names) != known:
        raise InputError(f"--write replaces the tables of all datasets: name all, {', '.join(sorted(known))}.")
    found = []
    for curves in measure_curves(a.checkpoints, _data_dir(a.data_dir), names, a.pictures):
        found.append(curves_markdown(curves))
        print(found[-1], end="\n\n", flush=True)
    if a.write:
        write_into(README, "\n\n".join(found))


def _sheets(a: argparse.Namespace) -> None:
    from vae_demo.evaluation.sheets import contact_sheets

    for path in contact_sheets(a.checkpoints):
        print(path)


def _list(a: argparse.Namespace) -> None:
    for recipe in RECIPES.values():
        print(f"{recipe.name:24} {recipe.variant:10} on {recipe.dataset:9} {recipe.steps:6,} steps")


if __name__ == "__main__":
    sys.exit(main())
