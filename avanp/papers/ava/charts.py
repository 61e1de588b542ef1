"""The charts of a sweep as values: BM against the learning rate, and the paper's Figure 6."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.papers.ava.chart_words import sentence_of, subject
from avanp.report.chart import Axis, Chart, Line, Panel
from avanp.report.chart_style import BROAD, DASHED, DOTTED, MIDDLE
from avanp.report.text import rate, short

FAMILIES = {
    "With a discriminator of images": ("AVA1", "AVA2", "AVA5", "GAN"),
    "Without one": ("AVA3", "AVA4", "VAE"),
}
STYLES = {
    "AVA1": BROAD, "AVA2": MIDDLE, "AVA5": DASHED, "GAN": DOTTED,
    "AVA3": BROAD, "AVA4": MIDDLE, "VAE": DOTTED,
}  # fmt: skip
LEAST = 0.25  # of the axis of BM, where nothing has a number
Lines = Sequence[Mapping[str, Any]]


def curves(numbers: Mapping[str, Any], rules: str) -> Chart:
    """Return BM against the learning rate: a panel for each family of models.

    Parameters
    ----------
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns. The axis of BM holds those of
        all its rule sets, so that their charts compare.
    rules : str
        The rule set.
    """
    lines = _lines(numbers["rules"][rules])
    highest = max((_highest(_lines(part)) for part in numbers["rules"].values()), default=LEAST)
    there = set(numbers["run"]["models"])
    panels = [
        _family(title, models, lines, highest or LEAST)
        for title, family in FAMILIES.items()
        if (models := [model for model in family if model in there])
    ]
    cells = [cell for line in lines for cell in line["cells"].values()]
    said = {
        "a band: ± SD over seeds": any(cell["sd"] for cell in cells),
        "rings: the paper’s, in the model’s colour": any(
            cell["paper"] is not None for cell in cells
        ),
        "a cross: no run of this rate has a number": any(map(_gone, cells)),
    }
    return Chart(
        f"curves-{rules}",
        f"BM against the learning rate: {subject(numbers, rules)}",
        panels,
        sentence_of(said),
        size=(460, 320),
    )


def _family(title: str, models: Sequence[str], lines: Lines, highest: float) -> Panel:
    rates = [line["lr"] for line in lines]
    return Panel(
        f"{title}: {', '.join(models)}",
        [_line(model, lines) for model in models],
        f"BM against the learning rate. {' '.join(_words(model, lines) for model in models)}",
        Axis("learning rate γ", "log", rates[0] / 1.1, rates[-1] * 1.1, rate_ticks(rates)),
        Axis("BM", low=0, high=1.04 * highest),
    )


def _line(model: str, lines: Lines) -> Line:
    cells = [line["cells"][model] for line in lines]
    return Line(
        model,
        [line["lr"] for line in lines],
        [cell["mean"] for cell in cells],
        STYLES[model],
        [cell["sd"] for cell in cells],
        [cell["paper"] for cell in cells],
        [line["lr"] for line, cell in zip(lines, cells, strict=True) if _gone(cell)],
    )


def _words(model: str, lines: Lines) -> str:
    known = [(line["cells"][model]["mean"], line["lr"]) for line in lines]
    known = [(mean, lr) for mean, lr in known if mean is not None]
    if not known:
        return f"{model}: no number."
    (low, at_low), (high, at_high) = min(known), max(known)
    return (
        f"{model}: lowest {short(low)} at {rate(at_low)}, highest {short(high)} at {rate(at_high)}."
    )


def rate_ticks(rates: Sequence[float]) -> dict[float, str]:
    """Return 1, 2 and 5 times powers of ten within the rates, or the rates where there are few."""
    low, high = min(rates), max(rates)
    ticks = [float(f"{m}e{power}") for power in range(-31, 32) for m in (1, 2, 5)]
    ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    if len(ticks) > 9:
        ticks = [tick for tick in ticks if f"{tick:e}".startswith("1")]
    return {tick: rate(tick) for tick in (ticks if len(ticks) > 1 else sorted({low, high}))}


def _lines(part: Mapping[str, Any]) -> Lines:
    return sorted([*part["table1"], *part["table2"]], key=lambda line: line["lr"])


def _highest(lines: Lines) -> float:
    cells = [cell for line in lines for cell in line["cells"].values()]
    ours = [c["mean"] + (c["sd"] or 0) for c in cells if c["mean"] is not None]
    return max([*ours, *(c["paper"] for c in cells if c["paper"] is not None)], default=0.0)


def _gone(cell: Mapping[str, Any]) -> bool:
    return cell["mean"] is None and bool(cell["diverged"] or cell["failed"])
