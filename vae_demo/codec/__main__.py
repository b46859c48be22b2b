"""A picture to a file of its codes, and back: the smallest file that a VQ-VAE's codes fit in."""

import argparse
import sys
from pathlib import Path

import torch
from PIL import Image

from vae_demo.console import use_utf8
from vae_demo.errors import CheckpointError, InputError
from vae_demo.inference.compression import COMPRESSED_BY


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 where it went well, 2 with a sentence on stderr where something given was wrong."""
    use_utf8()
    torch.set_num_threads(1)  # the steps are small: a second thread is waited for longer than it helps
    a = _parser().parse_args(arguments)
    try:
        a.command(a)
    except (InputError, CheckpointError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or 'The file'}: {error.strerror or error}.", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vae_demo.codec", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sub = commands.add_parser("encode", help="a picture to a file of its codes")
    sub.add_argument("picture", type=Path, metavar="PICTURE")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--checkpoint", default=COMPRESSED_BY, help="the VQ-VAE to encode with (default: %(default)s)")
    sub.set_defaults(command=_encode)
    sub = commands.add_parser("decode", help="a file of codes to its picture")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("picture", type=Path, metavar="PICTURE", help="a new .png, .webp or other file that Pillow writes")
    sub.set_defaults(command=_decode)
    sub = commands.add_parser("info", help="what a file of codes says of itself")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.set_defaults(command=_info)
    return parser


def _encode(a: argparse.Namespace) -> None:
    from vae_demo.inference import compress

    data = compress(a.picture, a.checkpoint)
    a.file.write_bytes(data)
    print(f"{a.file}: {len(data):,} bytes")


def _decode(a: argparse.Namespace) -> None:
    from vae_demo.inference import decompress

    if Image.registered_extensions().get(a.picture.suffix.lower()) not in Image.SAVE:
        raise InputError(f"{a.picture} is no name of a picture that can be written: end it in .png, for example.")
    decoded = decompress(a.file)
    decoded.picture.save(a.picture, lossless=True)
    print(f"{a.picture}: {decoded.picture.width} × {decoded.picture.height} pixels, by {decoded.checkpoint}")


def _info(a: argparse.Namespace) -> None:
    from vae_demo.inference import describe_compressed

    found = describe_compressed(a.file)
    codes = found.height * found.width
    print(f"{a.file}: {found.width} × {found.height} codes of {found.checkpoint}, {found.bytes:,} bytes")
    print(f"{8 * found.bytes / codes:.2f} bits a code")


if __name__ == "__main__":
    sys.exit(main())
