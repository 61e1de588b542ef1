"""``report.html`` of a training."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.files import write_whole
from avanp.report.html.document import Section, document
from avanp.report.html.element import Child, Markup, el, join
from avanp.report.html.epochs import legend, panels
from avanp.report.html.picture import picture
from avanp.report.html.settings import facts_list
from avanp.report.html.table import table
from avanp.training.checkpoint import describe
from avanp.training.folder import checkpoint_in
from avanp.training.log import read_metrics

PICTURES = {
    "samples.png": ("Generated images", "Images drawn by {model} from random codes"),
    "reconstructions.png": (
        "Reconstructions",
        "Images that {model} was not trained on, above their reconstructions",
    ),
}


def write_training(directory: Path) -> Path:
    """Write ``report.html`` of the folder that ``avanp train --out`` made, and return its path.

    Raises
    ------
    AvanpError
        Where the checkpoint or the log is damaged, or the folder cannot be written.
    """
    described = describe(checkpoint_in(str(directory)))
    path = directory / "report.html"
    write_whole(
        path, _page(directory, described, read_metrics(directory)).encode("utf-8", "replace")
    )
    return path


def _page(directory: Path, described: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    model = str(described["system"])
    about = described.get("about") or {}
    data = about["data"] if isinstance(about.get("data"), dict) else {}
    sections: list[Section] = []
    for name, (heading, alt) in PICTURES.items():
        if (directory / name).is_file():
            shown = picture(directory / name, alt.format(model=model))
            sections.append((Path(name).stem, heading, el("figure", shown)))
    if rows:
        sections.insert(0, ("curves", "What changed over the epochs", _curves(rows)))
        sections.append(("epochs", "First, best and last epoch", _epochs(rows)))
    sections.append(("run", "What was trained", _settings(described, data, about)))
    title = f"{model} on {data['name']}" if data.get("name") else model
    lead = el("p", _lead(described), class_="muted")
    return document(title, lead, sections, el("p", "Written by avanp report.", class_="muted"))


def _lead(described: Mapping[str, Any]) -> str:
    trained = "A model that was not trained"
    if "epoch" in described:
        trained = f"A training by avanp {described['avanp']}: {described['epoch']} epochs"
    return f"{trained}, {described['parameters']:,} parameters, seed {described['seed']}."


def _curves(rows: Sequence[Mapping[str, Any]]) -> Markup:
    return join([legend(), panels(rows)])


def _epochs(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Rows of quantities, columns of epochs: there are more of the former."""
    chosen = {"first": rows[0]}
    known = [row for row in rows if isinstance(row.get("validation.loss"), int | float)]
    if known:
        chosen["lowest validation.loss"] = min(known, key=lambda row: row["validation.loss"])
    chosen["last"] = rows[-1]
    names = [name for name in dict.fromkeys(key for row in chosen.values() for key in row)]
    lines = [
        (name, [_value(row.get(name)) for row in chosen.values()])
        for name in names
        if name != "hint"
    ]
    return table("log", "The log of three epochs", ["", *chosen], lines, class_="facts")


def _value(value: Any) -> Child:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.5g}"
    return "–" if value is None else str(value)


def _settings(
    described: Mapping[str, Any], data: Mapping[str, Any], about: Mapping[str, Any]
) -> Markup:
    facts: dict[str, Child] = {"Model": str(described["system"])}
    if data:
        facts["Data"] = f"{data.get('name')}: {data.get('images')} training images"
    facts |= {f"Option: {key}": _said(value) for key, value in described["config"].items()}
    order = about["order"] if isinstance(about.get("order"), dict) else {}
    more = {key: value for key, value in order.items() if key not in described["config"]}
    facts |= {f"Training: {key}": _said(value) for key, value in more.items() if key != "model"}
    facts["Weights"] = ", ".join(f"{net} {size:,}" for net, size in described["nets"].items())
    facts["Precision"] = str(described["dtype"])
    facts["Version"] = f"avanp {described['avanp']}"
    return facts_list(facts)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)
