"""What is drawn of any paper's run: its tables, charts and galleries, and a verdict on each claim.

All of it is made of rows, the configuration and the experiment alone.
"""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from avanp.experiments.axes import shown
from avanp.experiments.compare import UNTOLD
from avanp.experiments.experiment import Experiment
from avanp.experiments.judge import judge
from avanp.experiments.paired import fewest
from avanp.files import write_whole
from avanp.report import plot, terminal
from avanp.report.findings import MARKS
from avanp.report.gallery_sheet import sheet
from avanp.report.html_page import html_page
from avanp.report.markdown_page import markdown_page
from avanp.report.page import Block, Facts, Page, Section, Strong, muted, note
from avanp.report.table import Column, Table, columns
from avanp.report.text import about_seeds, count, fine, p_value, percent

Rows = Sequence[Mapping[str, Any]]
Config = Mapping[str, Any]
# Characters in a terminal, of the columns of a verdict.
WIDTHS = (40, 18, 8, 19, 8)


def tables(experiment: Experiment, rows: Rows, config: Config) -> dict[str, list[Table]]:
    """Return the tables of a run by the names of its experiment's."""
    return {name: list(draw(rows, config)) for name, draw in experiment.tables.items()}


def verdicts(
    experiment: Experiment, judged: Sequence[Mapping[str, Any]], claims: int | None = None
) -> list[Table]:
    """Return a table of verdicts for each group that was judged apart.

    `claims` is how many were judged together, where those shown are but some of them.
    """
    groups, claims = experiment.groups, len(judged) if claims is None else claims
    least = fewest(claims)
    found = []
    for group in judged[0][groups] if judged else ():
        lines, few = [], False
        for claim in judged:
            one = claim[groups][group]
            few = few or one["seeds"] < least
            interval = "–" if one["low"] is None else f"{fine(one['low'])} to {fine(one['high'])}"
            said, difference = _verdict(one, least), fine(one["difference"])
            lines.append([claim["claim"], said, difference, interval, p_value(one["p_corrected"])])
        heads = columns("Claim", "verdict", "differs", "95 %", "p")
        of = "" if groups == "all" else f", {groups} {group}"
        wide = [Column(c.head, c.align, w) for c, w in zip(heads, WIDTHS, strict=True)]
        needed = (
            f". Corrected for {count(claims, claims, 'claim')}, a sign test tells "
            f"nothing of fewer than {least} seeds, whatever they show"
        )
        title = f"What holds of the claims{of}{needed if few else ''}"
        found.append(Table(f"verdicts-{group}", title, wide, lines, "words"))
    return found


def _verdict(one: Mapping[str, Any], least: int) -> str:
    """Return a verdict in words: how sure it is, or that its seeds are too few for any."""
    said = f"{MARKS[one['verdict']]} {one['verdict']}"
    if one["verdict"] != UNTOLD or one["seeds"] >= least:
        return f"{said}, {percent(one['again'])} again"
    if not one["seeds"]:
        return f"{said}: nothing to compare"
    return f"{said}: {count(one['seeds'], one['seeds'], 'seed')} of {least}"


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


def page(experiment: Experiment, folder: Path, rows: Rows, config: Config) -> Page:
    """Return the report of a run, finished or not.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
        Of the run, for its pictures.
    rows : sequence of mappings
    config : mapping
        The content of run.json.
    """
    judged = judge(experiment, rows, config) if experiment.claims else []
    parts: dict[str, list[Block]] = {
        "Verdicts": [*verdicts(experiment, judged)],
        "Tables": [one for some in tables(experiment, rows, config).values() for one in some],
        "Charts": [one for draw in experiment.charts.values() for one in draw(rows, config)],
        "Images": [o for draw in experiment.galleries.values() for o in draw(folder, rows, config)],
        "What was run": [facts(experiment, config)],
    }
    total = len(experiment.grid.cells(config))
    unfinished = note(
        Strong("Unfinished: "),
        f"{len(rows):,} of {total:,} cells are done; the command that began goes on with them.",
    )
    lead = muted(f"{experiment.name}: {about_seeds(config['seeds'])}.")
    sections = [Section(t.split()[0].lower(), t, blocks) for t, blocks in parts.items() if blocks]
    foot = [muted(f"The paper: {experiment.citation}")]
    return Page(experiment.title, [lead, unfinished if len(rows) < total else None], sections, foot)


def facts(experiment: Experiment, config: Config) -> Facts:
    """Return with what a run was made: data, grid, settings and versions."""
    data = config["data"]
    axes = {axis.key: ", ".join(map(shown, config[axis.key])) for axis in experiment.grid.axes}
    settings = {name: str(config[name]) for name in experiment.settings}
    versions = {"avanp": config["avanp"]} | dict(config["versions"])
    return Facts(
        {
            "Data": f"{data['name']}: {data['count']} images of {data['width']}×{data['height']}",
            "SHA-256": data["sha256"],
            **axes,
            **settings,
            **{name: str(value) for name, value in sorted(config["experiment"].items())},
            "Versions": ", ".join(f"{name} {value}" for name, value in sorted(versions.items())),
        }
    )


def write(
    experiment: Experiment, folder: Path, rows: Rows, config: Config, *, markdown: bool = True
) -> list[Path]:
    """Write the report of a run into its folder, and return where it is.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
    rows : sequence of mappings
    config : mapping
        The content of run.json.
    markdown : bool
        Whether ``report.md`` is written beside ``report.html``, with its charts as pictures.
    """
    drawn = page(experiment, folder, rows, config)
    found = {"report.html": html_page(drawn)}
    if markdown:
        charts = (one for draw in experiment.charts.values() for one in draw(rows, config))
        if plot.charts_available():
            found |= {f"{chart.name}.png": plot.png(chart) for chart in charts}
    for name, content in found.items():
        write_whole(folder / name, content)
    paths = [folder / "report.html"]
    if markdown:  # after its pictures, which it looks for
        paths.append(folder / "report.md")
        write_whole(paths[-1], markdown_page(drawn, folder))
    return paths


def write_sheets(
    experiment: Experiment, item: str | None, folder: Path, rows: Rows, config: Config
) -> list[Path]:
    """Write the images of an item, if it has some, as sheets of the run's folder.

    Parameters
    ----------
    experiment : Experiment
    item : str or None
        A gallery's name; None: all of them.
    folder : Path
        Of the run.
    rows : sequence of mappings
    config : mapping
        The content of run.json.
    """
    draw, paths = experiment.galleries.get(item or ""), []
    for gallery in () if draw is None else draw(folder, rows, config):
        if any(path.exists() for path in gallery.paths):
            content = BytesIO()
            sheet(gallery).save(content, format="PNG")
            paths.append(folder / f"{gallery.name}.png")
            write_whole(paths[-1], content.getvalue())
    return paths


def write_verdicts(folder: Path, judged: Sequence[Mapping[str, Any]]) -> None:
    """Write ``verdicts.json``: what `avanp.experiments.judge.judge` returns."""
    content = json.dumps(judged, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / "verdicts.json", content.encode())
