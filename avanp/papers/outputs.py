"""What is drawn of any paper's run: its tables, charts and galleries, and a verdict on each claim.

All of it is made of rows, the configuration and the experiment alone.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.experiments.experiment import Experiment
from avanp.experiments.judge import judge
from avanp.files import write_whole
from avanp.report import gallery, html, markdown, plot, terminal
from avanp.report.element import Child, Markup, el, join
from avanp.report.findings import MARKS
from avanp.report.page import Section, document
from avanp.report.strips import strips
from avanp.report.table import Column, Table, columns
from avanp.report.text import about_seeds, fine, p_value, percent

Rows = Sequence[Mapping[str, Any]]
Config = Mapping[str, Any]
# Characters in a terminal, of the columns of a verdict.
WIDTHS = (40, 18, 8, 19, 8)


def tables(experiment: Experiment, rows: Rows, config: Config) -> dict[str, list[Table]]:
    """Return the tables of a run by the names of its experiment's."""
    return {name: list(draw(rows, config)) for name, draw in experiment.tables.items()}


def verdicts(experiment: Experiment, judged: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return a table of verdicts for each group that was judged apart."""
    groups = experiment.groups
    found = []
    for group in judged[0][groups] if judged else ():
        lines = []
        for claim in judged:
            one = claim[groups][group]
            interval = "–" if one["low"] is None else f"{fine(one['low'])} to {fine(one['high'])}"
            again = f", {percent(one['again'])} again"
            lines.append(
                [
                    claim["claim"],
                    f"{MARKS[one['verdict']]} {one['verdict']}{again if one['seeds'] else ''}",
                    fine(one["difference"]),
                    interval,
                    p_value(one["p_corrected"]),
                ]
            )
        heads = columns("Claim", "verdict", "differs", "95 %", "p")
        of = "" if groups == "all" else f", {groups} {group}"
        shown = [Column(c.head, c.align, w) for c, w in zip(heads, WIDTHS, strict=True)]
        found.append(
            Table(f"verdicts-{group}", f"What holds of the claims{of}", shown, lines, "words")
        )
    return found


def explanation(found: Mapping[str, Any]) -> Table:
    """Return the table of an ablation, of columns that fit a terminal."""
    first = max(len(str(row[0])) for row in found["rows"]) + 1
    width = max(8, (terminal.COLUMNS - first) // max(1, len(found["columns"]) - 1) - 1)
    heads = [Column(head, width=width if i else first) for i, head in enumerate(found["columns"])]
    rows = [[str(cell) for cell in row] for row in found["rows"]]
    return Table(found["id"], found["title"], heads, rows, "words")


def text(tables: Sequence[Table]) -> str:
    """Return tables for a terminal."""
    return "\n\n".join(terminal.drawn(table) for table in tables) + "\n"


def write(experiment: Experiment, folder: Path, rows: Rows, config: Config) -> None:
    """Write tables, charts and verdicts of a run into its folder: see docs/commands.md."""
    judged = judge(experiment, rows, config) if experiment.claims else []
    drawn = [one for some in tables(experiment, rows, config).values() for one in some]
    drawn += verdicts(experiment, judged)
    blocks = [f"## {one.title}\n\n{markdown.drawn(one)}" for one in drawn]
    write_whole(folder / "tables.md", "\n\n".join([f"# {experiment.title}", *blocks, ""]).encode())
    content = json.dumps(judged, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / "verdicts.json", content.encode())
    for name, draw in experiment.charts.items() if plot.charts_available() else ():
        for i, chart in enumerate(draw(rows, config)):
            write_whole(folder / f"{name}{f'-{i + 1}' if i else ''}.png", plot.png(chart))


def write_page(experiment: Experiment, folder: Path, rows: Rows, config: Config) -> list[Path]:
    """Write ``report.html`` of a run, and return where it is."""
    path = folder / "report.html"
    write_whole(path, page(experiment, folder, rows, config).encode("utf-8", "replace"))
    return [path]


def page(experiment: Experiment, folder: Path, rows: Rows, config: Config) -> str:
    """Return a run as one page that needs nothing but a browser."""
    sections: list[Section] = []
    if experiment.claims:
        found = verdicts(experiment, judge(experiment, rows, config))
        sections.append(("verdicts", "Verdicts", join([html.drawn(one) for one in found])))
    drawn = [one for some in tables(experiment, rows, config).values() for one in some]
    if drawn:
        sections.append(("tables", "Tables", join([html.drawn(one) for one in drawn])))
    charts = [one for draw in experiment.charts.values() for one in draw(rows, config)]
    if charts:
        shown: list[Child] = [plot.missing(), *(plot.in_page(chart) for chart in charts)]
        sections.append(("charts", "Charts", join(shown)))
    galleries = [
        one for draw in experiment.galleries.values() for one in draw(folder, rows, config)
    ]
    for one in galleries:
        paths = [picture.path for _, row in one.rows for picture in row]
        images = gallery.in_page(one, strips(paths, one.image_width))
        if images is not None:
            sections.append((one.name, one.title, images))
    sections.append(("run", "What was run", facts(experiment, config)))
    total = len(experiment.grid.cells(config))
    lead = f"{len(rows):,} of {total:,} cells, {about_seeds(config['seeds'])}."
    foot = el("p", f"The paper: {experiment.citation}", class_="muted")
    return document(experiment.title, el("p", lead, class_="muted"), sections, foot)


def facts(experiment: Experiment, config: Config) -> Markup:
    """Return with what a run was made: data, grid, settings and versions."""
    data, grid = config["data"], experiment.grid
    named: dict[str, Child] = {
        "Data": f"{data['name']}: {data['count']} images of {data['width']}×{data['height']}",
        "SHA-256": el("code", data["sha256"]),
        **{axis.key: ", ".join(map(str, config[axis.key])) for axis in grid.axes},
        **{name: str(config[name]) for name in experiment.settings},
        **{name: str(value) for name, value in sorted(config["experiment"].items())},
    }
    versions = {"avanp": config["avanp"]} | dict(config["versions"])
    named["Versions"] = ", ".join(f"{name} {value}" for name, value in sorted(versions.items()))
    return html.facts(named)
