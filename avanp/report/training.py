"""``report.html`` of a training."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.files import write_whole
from avanp.report import plot
from avanp.report.html_page import html_page
from avanp.report.page import Blocks, Code, Facts, Page, Picture, Section, muted, text
from avanp.report.table import Table, columns
from avanp.report.terms import how_taken, meaning
from avanp.report.training_chart import HELD, changing, training_chart
from avanp.report.training_end import count_of, notes
from avanp.training.checkpoint import describe
from avanp.training.ending import ending
from avanp.training.folder import checkpoint_in
from avanp.training.log import read_metrics

Rows = Sequence[Mapping[str, Any]]


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
    pictures = _pictures(directory, model, rows)
    sections: list[Section] = [*pictures]
    if rows:
        words = _words(rows, described)
        drawn: Blocks = [text(how_taken(words)), training_chart(rows, words)]
        sections.insert(0, Section("curves", "What changed over the epochs", drawn))
        told = _epochs(rows, words)
        sections.append(Section("epochs", "First, best and last epoch", told))
    settings = _settings(described, data, about)
    sections.append(Section("run", "What was trained", [settings]))
    title = f"{model} on {data['name']}" if data.get("name") else model
    lead = [muted(_facts(described)), *notes(ended, described, rows, drawn=bool(pictures))]
    return Page(title, lead, sections, [muted("Written by avanp report.")])


def _facts(described: Mapping[str, Any]) -> str:
    trained = "A model that was not trained"
    if "epoch" in described:
        trained = f"A training by avanp {described['avanp']}: {count_of(described)}"
    return f"{trained}, {described['parameters']:,} parameters, seed {described['seed']}."


def _pictures(directory: Path, model: str, rows: Rows) -> list[Section]:
    part = "validation" if any(key.startswith(HELD) for row in rows for key in row) else "test"
    pictures = {
        "samples.png": (
            "Generated images",
            f"Images drawn by {model} from random codes",
            "What the model makes of random codes, drawn from its prior.",
        ),
        "reconstructions.png": (
            "Reconstructions",
            f"Images that {model} was not trained on, above their reconstructions",
            "In each pair of rows the originals are above, the reconstructions below. The images "
            f"are of the {part} part, evenly spread over it from its first one on; none was "
            "trained on.",
        ),
    }
    sections = []
    for name, (heading, alt, caption) in pictures.items():
        if (directory / name).is_file():
            picture = Picture(directory / name, alt, caption)
            sections.append(Section(Path(name).stem, heading, [picture]))
    return sections


def _words(rows: Rows, described: Mapping[str, Any]) -> dict[str, str]:
    """What each quantity of a log is, by its name."""
    names = {key.removeprefix(HELD) for row in rows for key in row}
    return {name: meaning(name, str(described["system"]), described["config"]) for name in names}


def _epochs(rows: Rows, words: Mapping[str, str]) -> Blocks:
    """Rows of quantities, columns of epochs: there are more of the former."""
    chosen = {"first": rows[0]}
    known = [row for row in rows if isinstance(row.get("validation.loss"), int | float)]
    if known:
        chosen["lowest validation.loss"] = min(known, key=lambda row: row["validation.loss"])
    chosen["last"] = rows[-1]
    names = [name for name in dict.fromkeys(key for row in chosen.values() for key in row)]
    lines = [
        [name, *(_value(row.get(name)) for row in chosen.values())]
        for name in names
        if name != "hint"
    ]
    log = Table("log", "The log of three epochs", columns("", *chosen), lines, "facts")
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
