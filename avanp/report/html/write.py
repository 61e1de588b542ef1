"""The report of a sweep, written into its folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.report import markdown_report
from avanp.report.audit_file import NAME, read_findings
from avanp.report.findings import Findings
from avanp.report.html.sweep import page
from avanp.report.lost import without_number
from avanp.report.tables import build
from avanp.report.write import write_all


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
    tables = write_all(directory, rows, config)["tables"] if markdown else build(rows, config)
    findings = _findings(directory, config)
    paths = [directory / "report.html"]
    write_whole(paths[0], page(directory, rows, tables, findings).encode("utf-8", "replace"))
    if markdown:
        text = markdown_report.render(tables, findings, without_number(rows), directory)
        paths.append(directory / "report.md")
        write_whole(paths[1], text.encode("utf-8", "replace"))
    return paths


def _findings(directory: Path, config: Mapping[str, Any]) -> Findings | None:
    findings = read_findings(directory)
    if findings is not None and findings.data != config["data"]["sha256"]:
        raise AvanpError(
            f"{directory / NAME} is of other images than the run: run avanp audit again"
        )
    return findings
