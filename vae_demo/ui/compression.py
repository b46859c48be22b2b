"""The endpoints for files of codes: pictures and code maps to files, back, and beside other codecs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from vae_demo import inference
from vae_demo.errors import InputError
from vae_demo.examples import example_pictures
from vae_demo.inference import CodecComparison, CodecPicture, Store, to_text
from vae_demo.inference.codes import DEFAULT_CHECKPOINT
from vae_demo.inference.compression import COMPRESSED_BY
from vae_demo.ui.pictures import encode_image, uploaded_path, write_once
from vae_demo.ui.progress import with_progress
from vae_demo.ui.widgets import COMPUTING
from vae_demo.weights.catalogue import Checkpoint


def offer(page: gr.Blocks, store: Store) -> None:
    """Define the endpoints."""

    def described(data: bytes) -> dict[str, Any]:
        about = vars(inference.describe_compressed(data, store.current))
        return {**about, "file": {"path": _written(data), "meta": {"_type": "gradio.FileData"}}}

    def compress(picture: gr.FileData, checkpoint: str = COMPRESSED_BY) -> dict[str, Any]:
        """Compress a picture to a file of its VQ-VAE codes, each as long as the learned prior finds it likely.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            checkpoint: The VQ-VAE that encodes it; /checkpoints lists them.

        Returns:
            The file, how many bytes it has, and what is in it.
        """
        return described(inference.compress(uploaded_path(picture), checkpoint, store.current))

    def compress_codes(codes: list[list[int]], checkpoint: str = COMPRESSED_BY) -> dict[str, Any]:
        """Compress a code map, as /encode_codes and /sample give it, edited or not, to a file as /compress does.

        Args:
            codes: The code map: 1 to 256 rows of equal length, each of 1 to 256 codes, whole numbers from 0.
            checkpoint: The name of the VQ-VAE's checkpoint whose codes they are, such as "vq-vae-cartoons".

        Returns:
            The file, how many bytes it has, what is in it, and its bytes as base64url text for a link: ?codes=TEXT.
        """
        data = inference.compress_codes(codes, checkpoint, store.current)
        return {**described(data), "text": to_text(data)}

    def decompress(file: gr.FileData) -> dict[str, Any]:
        """Decode a file that /compress gave, here or elsewhere.

        Args:
            file: A file uploaded here, or its address here.

        Returns:
            The picture, and the codes by rows.
        """
        path = file.get("path") if isinstance(file, dict) else None  # inference says so where there is no file
        found = inference.decompress(path, store.current)
        return {**vars(found), "picture": encode_image(found.picture)}

    def compare_codecs(picture: gr.FileData, checkpoint: str = COMPRESSED_BY) -> dict[str, Any]:
        """Compress a picture by a VQ-VAE, and by JPEG, WebP and AVIF to at most as many bytes, or their smallest file.

        Args:
            picture: A file uploaded here, or its address here. An agent may send a data URI, data:image/png;base64,…
            checkpoint: The VQ-VAE that encodes it; /checkpoints lists them.

        Returns:
            For the codes and each codec the bytes, the picture that comes out, its PSNR in dB and its SSIM.
        """
        return shown_comparison(inference.compare_codecs(uploaded_path(picture), checkpoint, checkpoints=store.current))

    def file_of_codes(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What the page asks for: the file of `codes` of a `checkpoint`, as text, and how far that is."""
        if not isinstance(asked, dict):
            raise InputError("What is asked for must be an object with codes and a checkpoint.")
        checkpoints = store.current
        for found in with_progress(
            lambda tell: inference.compress_codes(asked.get("codes"), asked.get("checkpoint"), checkpoints, tell)
        ):
            yield {"bytes": len(found), "text": to_text(found)} if isinstance(found, bytes) else found

    def qr_code(link: str) -> dict[str, Any]:
        """What the page asks for: a link's QR code as an SVG."""
        return vars(inference.qr_code(link))

    def example_picture() -> dict[str, Any]:
        example = Path(example_pictures(_example_checkpoint(store).dataset)[0])
        return {"path": str(write_once(example.read_bytes(), example.name)), "orig_name": example.name}

    def example_file() -> dict[str, Any]:
        data = inference.compress(example_picture()["path"], _example_checkpoint(store).name, store.current)
        return {"path": _written(data), "orig_name": "picture.vq"}

    for endpoint in (compress, compress_codes, decompress, compare_codecs):
        gr.api(endpoint, api_name=endpoint.__name__, **COMPUTING)
    gr.api(file_of_codes, api_name="file_of_codes", api_visibility="private", **COMPUTING)
    gr.api(qr_code, api_name="qr_code", api_visibility="private", **COMPUTING)
    if store.current.of(None, "codes"):
        for endpoint in ("compress", "compare_codecs", "compare_codebooks"):
            page.examples[endpoint] = {"picture": example_picture}
        page.examples["compress_codes"] = {"codes": [[0, 1], [2, 3]]}
        page.examples["decompress"] = {"file": example_file}


def shown_comparison(result: CodecComparison) -> dict[str, Any]:
    """The result as JSON, its pictures ready for a browser."""
    return {
        **vars(result),
        "model_input": encode_image(result.model_input),
        "codes": _shown(result.codes),
        "codecs": [_shown(picture) for picture in result.codecs],
    }


def _shown(picture: CodecPicture) -> Mapping[str, Any]:
    return {
        **vars(picture),
        "picture": encode_image(picture.picture),
        "size": [picture.picture.width, picture.picture.height],
    }


def _example_checkpoint(store: Store) -> Checkpoint:
    offered = {c.name: c for c in store.current.of(None, "codes")}
    return offered.get(DEFAULT_CHECKPOINT) or next(iter(offered.values()))


def _written(data: bytes) -> str:
    return str(write_once(data, "picture.vq"))
