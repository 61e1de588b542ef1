"""The files of a sweep that are drawn from its rows: tables, charts, sheets and reports."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.papers.ava import galleries
from avanp.papers.ava.charts import curves
from avanp.papers.ava.figure6 import figure6
from avanp.papers.ava.missing_strips import warn_of_missing
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables_markdown import tables_markdown
from avanp.report.audit_file import NAME, read_findings
from avanp.report.findings import Findings
from avanp.report.gallery_sheet import sheet
from avanp.report.plot import charts_available, png


def write_tables(
    directory: Path, rows: Iterable[Mapping[str, Any]], config: Mapping[str, Any]
) -> dict[str, Any]:
    """Write ``tables.json``, ``tables.md``, the sheets and, with matplotlib, the charts.

    Warns of strips that are missing: a row says that its strip was there.

    Parameters
    ----------
    directory : Path
        The folder of the run; strips of generated images are in its ``samples``.
    rows : iterable of mappings
        The content of ``rows.jsonl``, in any order; the sweep may be unfinished.
    config : dict
        The content of ``run.json``.

    Returns
    -------
    dict
        ``tables``, what `table_numbers` returns, and ``paths``, what was written.

    Raises
    ------
    AvanpError
        Where rows do not fit the configuration, a strip is not an image, or the folder cannot be
        written. Every file is whole or absent.
    """
    rows = list(rows)
    numbers = table_numbers(rows, config)
    text = json.dumps(numbers, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    paths = []
    own = [
        ("tables.json", text.encode()),
        ("tables.md", tables_markdown(numbers).encode()),
    ]
    # One after the other: a strip that is no image takes no table with it.
    for name, content in chain(own, _sheets(directory, config), _charts(numbers)):
        paths.append(directory / name)
        write_whole(paths[-1], content)
    warn_of_missing(directory, rows, config)
    return {"tables": numbers, "paths": paths}


def _charts(numbers: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    for rules, part in numbers["rules"].items() if charts_available() else ():
        if part["verdict"]["cells"]:
            yield f"figure6-{rules}.png", png(figure6(numbers, rules))
            yield f"curves-{rules}.png", png(curves(numbers, rules))


def _sheets(directory: Path, config: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """A sheet of generated images for each model that has strips in ``samples/``."""
    for model in config["models"]:
        gallery = galleries.of_model(directory, config, model)
        if gallery is not None:
            content = BytesIO()
            sheet(gallery).save(content, format="PNG")
            yield f"sheets/{model}.png", content.getvalue()


def write_report(
    directory: Path,
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    *,
    markdown: bool = False,
) -> list[Path]:
    """Write ``report.html`` and, if asked for, ``report.md`` with the pictures it shows.

    Parameters
    ----------
    directory : Path
        The folder of the run; strips of generated images are in its ``samples``.
    rows : sequence of mappings
        The content of ``rows.jsonl``, in any order; the sweep may be unfinished.
    config : dict
        The content of ``run.json``.
    markdown : bool

    Returns
    -------
    list of Path
        The reports written.

    Raises
    ------
    AvanpError
        Where rows or ``audit.json`` do not fit the configuration, a picture is not an image, or
        the folder cannot be written. Every file is whole or absent.
    """
    # A sweep that makes no page loads none of this.
    from avanp.papers.ava.sweep_page import sweep_page
    from avanp.report.html_page import html_page
    from avanp.report.markdown_page import markdown_page

    numbers = table_numbers(rows, config)
    if markdown:
        write_tables(directory, rows, config)
    page = sweep_page(directory, rows, numbers, _findings(directory, config))
    paths = [directory / "report.html"]
    write_whole(paths[0], html_page(page))
    if markdown:
        paths.append(directory / "report.md")
        write_whole(paths[1], markdown_page(page, directory))
    return paths


def _findings(directory: Path, config: Mapping[str, Any]) -> Findings | None:
    findings = read_findings(directory)
    if findings is not None and findings.data != config["data"]["sha256"]:
        raise AvanpError(
            f"{directory / NAME} is of other images than the run: run avanp audit again"
        )
    return findings
