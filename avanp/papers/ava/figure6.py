"""The paper's Figure 6 as a chart: statistics of BM over the rates, a bar for each model."""

from collections.abc import Mapping
from typing import Any

from avanp.papers.ava.chart_words import sentence_of, subject
from avanp.papers.ava.nearness import table3_title
from avanp.report.axis import Axis
from avanp.report.chart import Bars, Chart, Panel
from avanp.report.text import short

STATISTICS = {
    "mean": "Mean of BM over the rates",
    "maximum": "Maximum of BM over the rates",
    "minimum": "Minimum of BM over the rates",
    "sd": "Standard deviation of BM over the rates",
}


def figure6(numbers: Mapping[str, Any], rules: str) -> Chart:
    """Return the paper's Figure 6: statistics of BM over the rates, a bar for each model."""
    columns = numbers["rules"][rules]["table3"]
    panels = [_statistic(title, {m: c[name] for m, c in columns.items()})
              for name, title in STATISTICS.items()]  # fmt: skip
    means = [column["mean"] for column in columns.values()]
    said = {
        "filled: avanp, with its number": True,
        "outlined: the paper’s": any(mean["paper"] is not None for mean in means),
        "a whisker: ± SD over seeds": any(mean["sd_over_seeds"] for mean in means),
    }
    return Chart(
        f"figure6-{rules}",
        f"As the paper’s Figure 6: {table3_title(numbers, rules)}\n{subject(numbers, rules)}",
        panels,
        sentence_of(said),
        size=(460, 230),
    )


def _statistic(title: str, entries: Mapping[str, Mapping[str, Any]]) -> Panel:
    bars = Bars(
        list(entries),
        [entry["value"] for entry in entries.values()],
        [entry["sd_over_seeds"] for entry in entries.values()],
        [entry["paper"] for entry in entries.values()],
    )
    said = [
        f"{model} {'none' if entry['value'] is None else short(entry['value'])}"
        + ("" if entry["paper"] is None else f", the paper’s {short(entry['paper'])}")
        for model, entry in entries.items()
    ]
    return Panel(title, [bars], f"{title}. {'; '.join(said)}.", y=Axis(low=0))
