"""What `codec_curves` measured, as Markdown for the README of training, and into its place there."""

from pathlib import Path

from vae_demo.errors import InputError
from vae_demo.evaluation.codec_curves import CodecMean, Curves, Point

README = Path(__file__).parents[1] / "training" / "README.md"
START, END = "<!-- codecs: written by `codecs --write` -->", "<!-- end of codecs -->"


def curves_markdown(curves: Curves) -> str:
    """A dataset's curves, the points among them, and in a sentence for each point who wins."""
    codecs = _table(
        ["", *(f"{budget:,} bytes" for budget in curves.budgets)],
        [[codec, *map(_cell, found, curves.budgets)] for codec, found in curves.codecs.items()],
    )
    points = _table(
        ["codebook", "bytes", "PSNR (dB)", *(f"{codec} in as many" for codec in curves.codecs)],
        [
            [p.checkpoint, f"{p.bytes:,.0f}", f"{p.psnr:.1f}", *(_cell(found, p.bytes) for found in p.codecs.values())]
            for p in curves.points
        ],
    )
    about = f"**{curves.dataset}**, {curves.images:,} test pictures of {curves.width}x{curves.height}:"
    return "\n\n".join([about, codecs, points, " ".join(who_wins(point, curves) for point in curves.points)])


def write_into(readme: Path, markdown: str) -> None:
    """Replace what stands between the two marks of a README. Raises InputError where it lacks them."""
    before, start, rest = readme.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise InputError(f"{readme} has no place for the tables: a line {START} and a line {END}.")
    readme.write_text(f"{before}{START}\n\n{markdown}\n\n{END}{after}", encoding="utf-8")


def who_wins(point: Point, curves: Curves) -> str:
    """Beside the best of the codecs in as many bytes, and which size each needs to keep as much."""
    fitting = {codec: found.psnr for codec, found in point.codecs.items() if found.bytes <= point.bytes}
    ours = f"In {point.bytes:,.0f} bytes"
    if fitting:
        best = max(fitting, key=fitting.__getitem__)
        gap = point.psnr - fitting[best]
        winner, loser = (f"`{point.checkpoint}`", best) if gap >= 0 else (best, f"`{point.checkpoint}`")
        by = f"{abs(gap):.1f}"
        outcome = f"{ours} {winner} wins, {by} dB above {loser}."
        if by == "0.0":
            outcome = f"{ours} `{point.checkpoint}` keeps as much as {best}."
    else:
        outcome = f"{ours} `{point.checkpoint}` is alone: no codec has files so small."
    sizes = {codec: _first_above(point.psnr, curves, codec) for codec in curves.codecs}
    reached = [f"{codec} at {size:,}" for codec, size in sizes.items() if size is not None]
    if not reached:
        return f"{outcome} No codec keeps as much in {curves.budgets[-1]:,}."
    return f"{outcome} Of the sizes above, the first that keep as much: {', '.join(reached)}."


def _first_above(psnr: float, curves: Curves, codec: str) -> int | None:
    """The first budget in which a codec keeps as much; None where none suffices."""
    pairs = zip(curves.budgets, curves.codecs[codec], strict=True)
    return next((budget for budget, found in pairs if found.bytes <= budget and found.psnr >= psnr), None)


def _cell(found: CodecMean, budget: float) -> str:
    """The PSNR; with the mean bytes, where some pictures have no file so small; a dash where most have none."""
    if found.fitting < 0.5:
        return "–"
    return f"{found.psnr:.1f}" + (f" ({found.bytes:,.0f} bytes)" if found.bytes > budget else "")


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---", *["--:"] * (len(titles) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
