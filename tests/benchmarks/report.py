"""What a benchmark measured: rounds interleaved, medians, and their ratios to one case of the same run.

A ratio travels between machines where a time does not, so that is what two runs are compared by.
"""

import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

WORSE = 1.15
"""A ratio that grew by more than this is a regression: repeated runs on a quiet machine differ by less."""


@dataclass(frozen=True)
class Row:
    """One case: its median, in the table's unit, and how many times the baseline's that is."""

    case: str
    median: float
    ratio: float


@dataclass(frozen=True)
class Table:
    """The cases of one comparison. `higher_is_better` says which way of a ratio is a regression."""

    title: str
    unit: str
    baseline: str
    rows: list[Row]
    higher_is_better: bool = False

    def markdown(self) -> str:
        """The table as it is printed."""
        lines = [f"| {self.title} | {self.unit} | × {self.baseline} |", "| --- | ---: | ---: |"]
        return "\n".join(lines + [f"| {row.case} | {row.median:,.4g} | {row.ratio:.2f} |" for row in self.rows])


def interleaved(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of `rounds` values of each case, after one that is not counted.

    Every round measures each case once, beginning with another each time, so that what changes in the machine's mood
    falls on all alike.
    """
    names = list(cases)
    values: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            value = cases[name]()
            if turn:
                values[name].append(value)
    return {name: median(found) for name, found in values.items()}


def table(title: str, unit: str, medians: Mapping[str, float], baseline: str, higher_is_better: bool = False) -> Table:
    """A table of medians, each with its ratio to the one named `baseline`."""
    rows = [Row(case, value, value / medians[baseline]) for case, value in medians.items()]
    return Table(title, unit, baseline, rows, higher_is_better)


def save(path: Path, tables: list[Table]) -> None:
    """Write what was measured, and on what, as JSON."""
    import torch

    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    content = {"machine": machine | {"torch": torch.__version__}, "tables": [asdict(found) for found in tables]}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> list[Table]:
    """The tables of a file that `save` wrote."""
    found = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return [Table(**item | {"rows": [Row(**row) for row in item["rows"]]}) for item in found]


def compare(before: list[Table], after: list[Table]) -> tuple[str, list[str]]:
    """Both runs' ratios beside each other, as Markdown, and a sentence for each that got worse by more than `WORSE`."""
    earlier = {(found.title, row.case): row.ratio for found in before for row in found.rows}
    lines = ["| case | before | after | change |", "| --- | ---: | ---: | ---: |"]
    worse = []
    for found in after:
        for row in found.rows:
            old = earlier.get((found.title, row.case))
            if old is None or row.case == found.baseline:
                continue
            change = row.ratio / old
            lines.append(f"| {found.title}: {row.case} | {old:.2f} | {row.ratio:.2f} | {change - 1:+.0%} |")
            if (1 / change if found.higher_is_better else change) > WORSE:
                worse.append(f"{found.title}: {row.case} was {old:.2f} × {found.baseline}, and is {row.ratio:.2f}.")
    return "\n".join(lines), worse
