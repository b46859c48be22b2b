"""Publish the weights to the Hugging Face Hub, and the page to a Space that is pinned to them.

python -m vae_demo.publish --weights OWNER/REPO [--space OWNER/SPACE] [--private | --public] [--dry-run]

The checkpoints go to a model repository, with their cards, in one commit; the page goes to a Space whose variables name
that commit. What is there already is not uploaded again, and a checkpoint that would not load is refused before the
Hub is asked for anything. It needs a token that may write: `hf auth login`, or HF_TOKEN.
"""

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled
from huggingface_hub.hf_api import RepoFile

from vae_demo.console import use_utf8
from vae_demo.errors import CheckpointError
from vae_demo.weights import files
from vae_demo.weights.card import weights_card
from vae_demo.weights.catalogue import Checkpoint, read_catalogue
from vae_demo.weights.hub import BUNDLED, HubSettings
from vae_demo.weights.hub_cache import checksum
from vae_demo.weights.loading import load_mixture, load_model
from vae_demo.weights.means import load_means
from vae_demo.weights.space import page_files, space_readme

Contents = dict[str, Path | bytes]


@dataclass(frozen=True)
class Published:
    """One repository after publishing: its address, its commit (40 hex digits), what was `uploaded` and `deleted`."""

    url: str
    commit: str
    private: bool
    uploaded: list[str]
    deleted: list[str]


def checkpoint_files(folder: Path) -> Contents:
    """All that is published of a folder of checkpoints, by path in the repository, once each of them is sound.

    Raises CheckpointError for a checkpoint that does not load strictly, has no metrics or card, or whose metrics were
    measured on other weights.
    """
    catalogue = read_catalogue(folder)
    if not catalogue:
        raise CheckpointError(f"{folder} holds no checkpoint, which is NAME/config.json beside NAME/model.safetensors.")
    for checkpoint in catalogue.values():
        _require_sound(checkpoint)
    return {
        f"{name}/{file}": folder / name / file
        for name in sorted(catalogue)
        for file in files.ALL
        if (folder / name / file).is_file()
    }


def _require_sound(checkpoint: Checkpoint) -> None:
    load_model(checkpoint)
    if checkpoint.mixture.is_file():
        load_mixture(checkpoint)
    if checkpoint.means.is_file():
        load_means(checkpoint)
    if not any(isinstance(checkpoint.metrics.get(key), float) for key in ("mse", "bits_per_code")):
        raise CheckpointError(f"{checkpoint.name} has no metrics.json with held-out numbers: evaluate it first.")
    if checkpoint.metrics.get("weights_sha256") != hashlib.sha256(checkpoint.weights.read_bytes()).hexdigest():
        raise CheckpointError(f"{checkpoint.name}/metrics.json was measured on other weights: evaluate it again.")
    if not (checkpoint.folder / files.CARD).is_file():
        raise CheckpointError(f"{checkpoint.name} has no README.md, its model card: evaluate it first.")


def publish_weights(api: HfApi, repo: str, contents: Contents, private: bool | None = None) -> Published:
    """Bring the model repository `repo`, created where there is none, to `contents`, in one commit at most.

    Of a published checkpoint's folder, files that are no longer there are deleted; other folders are left alone.
    """
    owned = tuple({f"{name.split('/')[0]}/" for name in contents if "/" in name})
    _create(api, repo, "model", private)
    return _push(api, repo, "model", contents, owned, "Publish checkpoints")


def publish_space(
    api: HfApi,
    space: str,
    weights: str,
    published: Published,
    contents: Contents,
    private: bool | None = None,
    hardware: str | None = None,
) -> Published:
    """Bring the Space `space`, created on `hardware` where there is none, to the page pinned to the weights."""
    variables = {"VAE_DEMO_HUB_REPO": weights, "VAE_DEMO_HUB_REVISION": published.commit}
    _create(api, space, "space", private, space_sdk="gradio", space_hardware=hardware)
    # Before the files: what Spaces then builds starts with them.
    current = api.get_space_variables(space)
    for key, value in variables.items():
        if key not in current or current[key].value != value:
            api.add_space_variable(space, key, value)
    return _push(api, space, "space", contents, ("vae_demo/", "checkpoints/"), "Publish the page")


def _create(api: HfApi, repo: str, kind: str, private: bool | None, **space: str | None) -> None:
    api.create_repo(repo, repo_type=kind, private=private, exist_ok=True, **space)
    # A repository that was there keeps its visibility unless it is told.
    if private is not None and api.repo_info(repo, repo_type=kind).private != private:
        api.update_repo_settings(repo, repo_type=kind, private=private)


def _push(api: HfApi, repo: str, kind: str, contents: Contents, owned: tuple[str, ...], message: str) -> Published:
    info = api.repo_info(repo, repo_type=kind)
    tree = api.list_repo_tree(repo, repo_type=kind, revision=info.sha, recursive=True)
    there = {entry.path: entry for entry in tree if isinstance(entry, RepoFile)}
    uploaded = [name for name, content in contents.items() if name not in there or _differs(there[name], content)]
    deleted = [name for name in there if name.startswith(owned) and name not in contents]
    commit = info.sha
    if uploaded or deleted:
        # Against the commit just looked at, so that two people who publish at once do not mix their files.
        commit = api.create_commit(
            repo,
            [CommitOperationAdd(name, contents[name]) for name in uploaded]
            + [CommitOperationDelete(name, is_folder=False) for name in deleted],
            commit_message=message,
            repo_type=kind,
            parent_commit=info.sha,
        ).oid
    url = f"{api.endpoint}/{'spaces/' if kind == 'space' else ''}{repo}"
    return Published(url, commit, bool(info.private), uploaded, deleted)


def _differs(there: RepoFile, content: Path | bytes) -> bool:
    """Whether a file differs from the Hub's, which knows large files by SHA-256 and small ones by git's blob id."""
    known = there.blob_id if there.lfs is None else there.lfs.sha256
    return checksum(content, like=known) != known


def main(arguments: list[str] | None = None) -> None:
    """Publish as the command line asks; whatever stops it ends the process with a sentence and status 1."""
    use_utf8()
    about = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(prog="python -m vae_demo.publish", description=about[0], epilog=about[-1])
    parser.add_argument("--weights", required=True, metavar="OWNER/REPO", help="model repository for the checkpoints")
    parser.add_argument("--space", metavar="OWNER/SPACE", help="Space for the page")
    parser.add_argument("--checkpoints", type=Path, default=BUNDLED, metavar="FOLDER", help="default: checkpoints/")
    visibility = parser.add_mutually_exclusive_group()
    visibility.add_argument("--private", action="store_true", default=None, help="only you may see what is published")
    visibility.add_argument("--public", action="store_false", dest="private", help="anyone may (the Hub's default)")
    parser.add_argument("--hardware", metavar="NAME", help="of a new Space, such as zero-a10g or cpu-basic")
    parser.add_argument("--dry-run", action="store_true", help="print what would be done, and ask nothing of the Hub")
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except CheckpointError as error:
        sys.exit(str(error))
    except (HTTPError, OSError, RuntimeError, ValueError) as error:  # what huggingface_hub raises while it uploads
        sys.exit(_explain(error))


def _run(options: argparse.Namespace) -> None:
    for repo in filter(None, (options.weights, options.space)):
        HubSettings(repo)  # refuses a name that cannot be one
    checkpoints = checkpoint_files(options.checkpoints)
    weights = {"README.md": weights_card(options.weights, read_catalogue(options.checkpoints)), **checkpoints}
    page = page_files() if options.space else {}
    page |= {f"checkpoints/{name}": path for name, path in checkpoints.items()} if options.space else {}
    if options.dry_run:
        _announce("model repository", options.weights, options.private, weights)
        if options.space:
            page["README.md"] = space_readme(options.weights, "", [])
            _announce("Space", options.space, options.private, page)
            print(f"  VAE_DEMO_HUB_REPO={options.weights}, VAE_DEMO_HUB_REVISION=the commit of these weights")
        return
    if get_token() is None:
        raise CheckpointError("Publishing needs a token that may write: run `hf auth login`, or set HF_TOKEN.")

    api = HfApi()
    published = publish_weights(api, options.weights, weights, options.private)
    _report(published, weights)
    print(f"To use them: VAE_DEMO_HUB_REPO={options.weights} VAE_DEMO_HUB_REVISION={published.commit}")
    if options.space:
        # Spaces fetches files while it builds, without the token that a private repository needs.
        preloaded = [] if published.private else sorted(checkpoints)
        page["README.md"] = space_readme(options.weights, published.commit, preloaded)
        space = publish_space(api, options.space, options.weights, published, page, options.private, options.hardware)
        _report(space, page)
        if published.private:
            print(f"The weights are private: in {space.url}/settings, add a token that may read them as HF_TOKEN.")


def _announce(what: str, repo: str, private: bool | None, contents: Contents) -> None:
    shown = {None: "", True: ", private", False: ", public"}[private]
    print(f"Would upload to the {what} {repo}{shown}, those of these {len(contents)} files that differ:")
    for name, content in contents.items():
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        print(f"  {name} ({size:,} bytes)")


def _report(published: Published, contents: Contents) -> None:
    deleted = f", {len(published.deleted)} deleted" if published.deleted else ""
    print(
        f"{published.url} at {published.commit}: {len(published.uploaded)} of {len(contents)} files uploaded{deleted}"
    )


def _explain(error: Exception) -> str:
    """Why publishing stopped, as a sentence."""
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set: unset it to publish."
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        why = {
            401: "it does not know this token: run `hf auth login`, or set HF_TOKEN",
            402: "this account may not have that hardware for a Space; a free one may have --hardware zero-a10g",
            403: "this token may not write there",
            412: "someone else has just published there: publish again",
        }.get(status, error.server_message or "try again later")
        return f"The Hub refused ({status}): {why.rstrip('.')}."
    if isinstance(error, HTTPError):
        return f"The Hub could not be reached: {error or type(error).__name__}."
    return f"Publishing stopped: {str(error).rstrip('.')}."


if __name__ == "__main__":
    main()
