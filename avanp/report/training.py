"""``report.html`` of a training."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avanp.files import write_whole
from avanp.report import plot
from avanp.report.html_page import html_page
from avanp.report.page import Blocks, Code, Facts, Page, Section, muted, text
from avanp.report.table import Table, columns
from avanp.report.terms import how_taken, meaning
from avanp.report.training_chart import (
    HELD,
    WATCHED,
    changing,
    collapse_chart,
    training_chart,
)
from avanp.report.training_end import count_of, notes
from avanp.report.training_looks import looks_section
from avanp.report.training_pictures import pictures_of
from avanp.runs.folder import Rows
from avanp.training.checkpoint import describe
from avanp.training.ending import best_at, ending, looks, monitored
from avanp.training.folder import checkpoint_in
from avanp.training.log import read_metrics


def write_training(directory: Path) -> Path:
    """Write ``report.html`` of the folder that ``avanp train --out`` made, and return its path.

    Raises
    ------
    AvanpError
        Where the checkpoint or the log is damaged, or the folder cannot be written.
    """
    path = directory / "report.html"
    write_whole(path, html_page(_page(directory, read_metrics(directory))))
    return path


def _page(directory: Path, rows: Rows) -> Page:
    checkpoint = Path(checkpoint_in(str(directory)))
    described, ended = describe(checkpoint), ending(checkpoint)
    model = str(described["system"])
    about = described.get("about") or {}
    data = about["data"] if isinstance(about.get("data"), dict) else {}
    pictures = pictures_of(directory, model, rows, _mixture(described))
    seen = looks_section(directory)
    sections: list[Section] = [*pictures, *([] if seen is None else [seen])]
    if rows:
        words, (by, each) = _words(rows, described), looks(described)
        watched = collapse_chart(rows, words, by)
        others = training_chart(rows, words, by, () if watched is None else WATCHED)
        taken = text(how_taken(words, each if by == "step" else 0))
        drawn: Blocks = [taken, watched, others]
        sections.insert(0, Section("curves", f"What changed over the {by}s", drawn))
        told = _log(rows, words, described)
        row = "epoch" if by == "epoch" else "row of the log"
        sections.append(Section("epochs", f"First, best and last {row}", told))
    settings = _settings(described, data, about)
    sections.append(Section("run", "What was trained", [settings]))
    title = f"{model} on {data['name']}" if data.get("name") else model
    lead = [muted(_facts(described)), *notes(ended, described, rows, drawn=bool(pictures))]
    return Page(title, lead, sections, [muted("Written by avanp report.")])


def _mixture(described: Mapping[str, Any]) -> int:
    """Return how many Gaussians a model draws its codes of, 0 of one that keeps none."""
    kept = described["config"].get("mixture")
    return kept if isinstance(kept, int) else 0


def _facts(described: Mapping[str, Any]) -> str:
    trained = "A model that was not trained"
    if "epoch" in described:
        trained = f"A training by avanp {described['avanp']}: {count_of(described)}"
        best = best_at(described)
        trained += "" if best is None else f", the weights of the best, {best}, kept"
    return f"{trained}, {described['parameters']:,} parameters, seed {described['seed']}."


def _words(rows: Rows, described: Mapping[str, Any]) -> dict[str, str]:
    """What each quantity of a log is, by its name."""
    names = {key.removeprefix(HELD) for row in rows for key in row}
    return {name: meaning(name, str(described["system"]), described["config"]) for name in names}


def _log(rows: Rows, words: Mapping[str, str], described: Mapping[str, Any]) -> Blocks:
    """Rows of quantities, columns of rows of the log: there are more of the former."""
    chosen, name = {"first": rows[0]}, monitored(described)
    if "best" in described and not any(name in row for row in rows):
        name = name.removeprefix(HELD)
    known = [row for row in rows if isinstance(row.get(name), int | float)]
    if known:
        chosen[f"lowest {name}"] = min(known, key=lambda row: row[name])
    chosen["last"] = rows[-1]
    names = [name for name in dict.fromkeys(key for row in chosen.values() for key in row)]
    lines = [
        [name, *(_value(row.get(name)) for row in chosen.values())]
        for name in names
        if name != "hint"
    ]
    log = Table("log", "Rows of the log", columns("", *chosen), lines, "facts")
    # What has a drawing is explained there.
    above = {name for name, _, _ in changing(rows)} if plot.charts_available() else set()
    others = {name: words[name] for name in names if name not in above and words.get(name)}
    return [log, Facts(others)]


def _value(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.5g}"
    return "–" if value is None else str(value)


def _settings(
    described: Mapping[str, Any], data: Mapping[str, Any], about: Mapping[str, Any]
) -> Facts:
    facts: dict[str, str] = {"Model": str(described["system"])}
    if data:
        facts["Data"] = f"{data.get('name')}: {data.get('images')} training images"
    order = dict(about["order"]) if isinstance(about.get("order"), dict) else {}
    if "pixels" in order:
        facts["SHA-256 of their pixels"] = Code(_said(order.pop("pixels")))
    facts |= {f"Option: {key}": _said(value) for key, value in described["config"].items()}
    more = {key: value for key, value in order.items() if key not in described["config"]}
    facts |= {f"Training: {key}": _said(value) for key, value in more.items() if key != "model"}
    facts["Weights"] = ", ".join(f"{net} {size:,}" for net, size in described["nets"].items())
    facts["Precision"] = str(described["dtype"])
    facts["Version"] = f"avanp {described['avanp']}"
    return Facts(facts)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)
