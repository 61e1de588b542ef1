"""What is drawn of any paper's run: its tables, charts and galleries, and a verdict on each claim.

All of it is made of rows, the configuration and the experiment alone.
"""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from avanp.experiments.axes import shown
from avanp.experiments.experiment import Experiment
from avanp.experiments.judge import judge
from avanp.files import write_whole
from avanp.papers.verdict_tables import verdicts
from avanp.report import plot, terminal
from avanp.report.gallery_sheet import sheet
from avanp.report.html_page import html_page
from avanp.report.markdown_page import markdown_page
from avanp.report.page import Block, Facts, Page, Section, Strong, muted, note
from avanp.report.table import Table
from avanp.report.text import about_seeds
from avanp.runs.folder import Config, Rows


def tables(experiment: Experiment, rows: Rows, config: Config) -> dict[str, list[Table]]:
    """Return the tables of a run by the names of its experiment's."""
    return {name: list(draw(rows, config)) for name, draw in experiment.tables.items()}


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
