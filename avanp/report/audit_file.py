"""Reading ``audit.json``, as a file of unknown hands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.files import regular
from avanp.report.findings import MARKS, Ablation, Claim, Findings, Outcome, Part
from avanp.runs.schema import (
    NUMBER,
    OBJECT,
    TEXT,
    WHOLE,
    Misfit,
    Rule,
    check,
    maybe,
    number,
    one_of,
    parsed,
)

NAME = "audit.json"
FORMAT = 3
MOST_BYTES = 20_000_000
MEASURED = {"difference": maybe(NUMBER), "low": maybe(NUMBER), "high": maybe(NUMBER),
            "p": maybe(NUMBER), "seeds": WHOLE}  # fmt: skip
PART = {**MEASURED, "part": TEXT, "paper_difference": NUMBER}
OUTCOME = {
    **MEASURED, "verdict": one_of(*MARKS), "again": number(0, 1), "says": TEXT,
    "p_corrected": maybe(NUMBER), "parts": [PART],
}  # fmt: skip
CELL = Rule("text or whole number", lambda value: type(value) in (str, int))
ABLATION = {"title": TEXT, "says": TEXT, "seeds": TEXT, "columns": [TEXT], "rows": [[CELL]],
            "picture?": maybe(TEXT), "alt": TEXT}  # fmt: skip
AUDIT = {
    "run": {"data": {"sha256": TEXT}}, "cells": {"finished": WHOLE}, "notes": [TEXT],
    "claims": [{"id": TEXT, "claim": TEXT, "paper": TEXT, "rules": OBJECT}],
    "ablations": [ABLATION], "method": [TEXT], "thanks": TEXT, "picture?": maybe(TEXT), "alt": TEXT,
}  # fmt: skip


def read_findings(directory: Path) -> Findings | None:
    """Return what ``directory/audit.json`` holds, or None where there is no such file.

    Raises
    ------
    AvanpError
        For a file that is not an audit's, or that names a picture outside of the folder.
    """
    path = directory / NAME
    regular(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AvanpError(f"{path} cannot be read: {error.strerror}") from None
    try:
        if len(content) > MOST_BYTES:
            raise Misfit(f"more than {MOST_BYTES // 10**6} MB")
        document = check(parsed(content), OBJECT)
        if document.get("format") != FORMAT:
            raise Misfit(f"format {document.get('format')!r}, and this avanp reads {FORMAT}")
        return _findings(check(document, AUDIT), directory)
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        raise AvanpError(
            f"{path} is not what an audit writes: {error}; remove it, or run avanp audit again"
        ) from None


def _findings(document: Mapping[str, Any], directory: Path) -> Findings:
    for claim in document["claims"]:
        for rules, outcome in claim["rules"].items():
            where = f"claim {claim['id']!r} under {rules!r}"
            if not check(outcome, OUTCOME, where)["parts"]:
                raise Misfit(f"{where} has no parts")
    return Findings(
        document["run"]["data"]["sha256"],
        document["cells"]["finished"],
        document["notes"],
        [_claim(claim) for claim in document["claims"]],
        [_ablation(one, directory) for one in document["ablations"]],
        document["method"],
        document["thanks"],
        _picture(document.get("picture"), directory),
        document["alt"],
    )


def _claim(claim: Mapping[str, Any]) -> Claim:
    outcomes = {
        rules: Outcome(
            **{key: one[key] for key in OUTCOME if key != "parts"},
            parts=[
                Part(**{key: part[key] for key in PART if key != "part"}, name=part["part"])
                for part in one["parts"]
            ],
        )
        for rules, one in claim["rules"].items()
    }
    return Claim(claim["claim"], claim["paper"], outcomes)


def _ablation(one: Mapping[str, Any], directory: Path) -> Ablation:
    columns = one["columns"]
    if any(len(row) != len(columns) for row in one["rows"]):
        raise Misfit(f"ablation {one['title']!r} has rows that are not of {len(columns)} columns")
    return Ablation(
        one["title"],
        one["says"],
        one["seeds"],
        columns,
        [list(map(str, row)) for row in one["rows"]],
        _picture(one.get("picture"), directory),
        one["alt"],
    )


def _picture(name: str | None, directory: Path) -> Path | None:
    if name is None:
        return None
    if not name or "\0" in name:
        raise Misfit("a picture is no file name")
    root = directory.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise Misfit(f"picture {name!r} is outside of the folder")
    if not path.is_file():
        raise Misfit(f"picture {name!r} is not there")
    return path
