"""Measure, on a machine that does nothing else: `python -m tests.benchmarks NAME [--rounds N] [--json FILE]`.

Each name is a file beside this one. `python -m tests.benchmarks compare BEFORE AFTER` puts two such files side by side,
and ends with status 1 where a ratio got worse.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.benchmarks import report

NAMES = (
    "requests", "start", "opening", "concurrency", "memory", "models",
    "sampling", "training", "live", "visit", "batches",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the status to end with."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, dest="command", metavar="NAME")
    for name in NAMES:
        sub = commands.add_parser(name, help=f"see tests/benchmarks/{name}.py")
        sub.add_argument("--rounds", type=int, default=5, help="how often each case is measured (default: %(default)s)")
        sub.add_argument("--json", type=Path, help="also write what was measured to this file")
        if name == "visit":
            sub.add_argument("--beside", type=Path, help="another checkout, whose page is visited alike")
    sub = commands.add_parser("compare", help="two files that --json wrote")
    sub.add_argument("before", type=Path)
    sub.add_argument("after", type=Path)
    options = parser.parse_args(arguments)

    if options.command == "compare":
        shown, worse = report.compare(report.load(options.before), report.load(options.after))
        print(shown, *worse, sep="\n")
        return 1 if worse else 0
    beside = {"beside": options.beside} if getattr(options, "beside", None) else {}
    tables = import_module(f"tests.benchmarks.{options.command}").run(options.rounds, **beside)
    print("\n\n".join(found.markdown() for found in tables))
    if options.json:
        report.save(options.json, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
