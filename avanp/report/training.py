"""``report.html`` of a training."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.files import write_whole
from avanp.report import html, plot
from avanp.report.element import Child, Markup, el, join
from avanp.report.embedded import picture
from avanp.report.page import Section, document
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
    write_whole(path, _page(directory, read_metrics(directory)).encode("utf-8", "replace"))
    return path


def _page(directory: Path, rows: Rows) -> str:
    checkpoint = Path(checkpoint_in(str(directory)))
    described, ended = describe(checkpoint), ending(checkpoint)
    model = str(described["system"])
    about = described.get("about") or {}
    data = about["data"] if isinstance(about.get("data"), dict) else {}
    pictures = _pictures(directory, model, rows)
    sections: list[Section] = [*pictures]
    if rows:
        words = _words(rows, described)
        sections.insert(0, ("curves", "What changed over the epochs", _curves(rows, words)))
        sections.append(("epochs", "First, best and last epoch", _epochs(rows, words)))
    sections.append(("run", "What was trained", _settings(described, data, about)))
    title = f"{model} on {data['name']}" if data.get("name") else model
    facts = el("p", _facts(described), class_="muted")
    lead = join([facts, notes(ended, described, rows, drawn=bool(pictures))])
    return document(title, lead, sections, el("p", "Written by avanp report.", class_="muted"))


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
            "What the decoder makes of random codes, drawn from N(0, I).",
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
            said = el("figcaption", caption, style="font-weight: 400")
            figure = el("figure", said, picture(directory / name, alt))
            sections.append((Path(name).stem, heading, figure))
    return sections


def _words(rows: Rows, described: Mapping[str, Any]) -> dict[str, str]:
    """What each quantity of a log is, by its name."""
    names = {key.removeprefix(HELD) for row in rows for key in row}
    return {name: meaning(name, str(described["system"]), described["config"]) for name in names}


def _curves(rows: Rows, words: Mapping[str, str]) -> Markup:
    drawn = plot.in_page(training_chart(rows, words), "panels narrow")
    return join([el("p", how_taken(words)), drawn, plot.missing()])


def _epochs(rows: Rows, words: Mapping[str, str]) -> Markup:
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
    return join([html.drawn(log), html.facts(others)])


def _value(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.5g}"
    return "–" if value is None else str(value)


def _settings(
    described: Mapping[str, Any], data: Mapping[str, Any], about: Mapping[str, Any]
) -> Markup:
    facts: dict[str, Child] = {"Model": str(described["system"])}
    if data:
        facts["Data"] = f"{data.get('name')}: {data.get('images')} training images"
    order = dict(about["order"]) if isinstance(about.get("order"), dict) else {}
    if "pixels" in order:
        facts["SHA-256 of their pixels"] = el("code", _said(order.pop("pixels")))
    facts |= {f"Option: {key}": _said(value) for key, value in described["config"].items()}
    more = {key: value for key, value in order.items() if key not in described["config"]}
    facts |= {f"Training: {key}": _said(value) for key, value in more.items() if key != "model"}
    facts["Weights"] = ", ".join(f"{net} {size:,}" for net, size in described["nets"].items())
    facts["Precision"] = str(described["dtype"])
    facts["Version"] = f"avanp {described['avanp']}"
    return html.facts(facts)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)
