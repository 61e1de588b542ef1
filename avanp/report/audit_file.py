"""Reading ``audit.json``, as a file of unknown hands."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.files import regular
from avanp.report.findings import MARKS, Ablation, Claim, Findings, Outcome, Part

NAME = "audit.json"
FORMAT = 3
MOST_BYTES = 20_000_000


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
            raise _Wrong(f"more than {MOST_BYTES // 10**6} MB")
        document = _object(json.loads(content), "the file")
        if document.get("format") != FORMAT:
            raise _Wrong(f"format {document.get('format')!r}, and this avanp reads {FORMAT}")
        return _findings(document, directory)
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        raise AvanpError(
            f"{path} is not what an audit writes: {error}; remove it, or run avanp audit again"
        ) from None


class _Wrong(ValueError):
    """What is wrong with the file."""


def _findings(document: Mapping[str, Any], directory: Path) -> Findings:
    data = _object(_object(document.get("run"), "run").get("data"), "run.data")
    return Findings(
        _text(data, "sha256"),
        _whole(_object(document.get("cells"), "cells"), "finished"),
        [_is_text(item, "notes") for item in _list(document, "notes")],
        [_claim(item) for item in _list(document, "claims")],
        [_ablation(item, directory) for item in _list(document, "ablations")],
        [_is_text(item, "method") for item in _list(document, "method")],
        _text(document, "thanks"),
        _picture(document.get("picture"), directory),
        _text(document, "alt"),
    )


def _claim(value: Any) -> Claim:
    claim = _object(value, "a claim")
    name = _text(claim, "id")
    outcomes = _object(claim.get("rules"), f"rules of claim {name!r}").items()
    return Claim(
        _text(claim, "claim"),
        _text(claim, "paper"),
        {rules: _outcome(_object(one, "an outcome"), name) for rules, one in outcomes},
    )


def _outcome(outcome: Mapping[str, Any], claim: str) -> Outcome:
    verdict = outcome.get("verdict")
    if not isinstance(verdict, str) or verdict not in MARKS:
        raise _Wrong(f"claim {claim!r} has verdict {verdict!r}, none of {', '.join(MARKS)}")
    parts = [_part(_object(part, "a part")) for part in _list(outcome, "parts")]
    if not parts:
        raise _Wrong(f"claim {claim!r} has no parts")
    return Outcome(
        **_measured(outcome),
        verdict=verdict,
        again=_share(outcome, "again"),
        says=_text(outcome, "says"),
        p_corrected=_maybe(outcome, "p_corrected"),
        parts=parts,
    )


def _part(part: Mapping[str, Any]) -> Part:
    return Part(
        **_measured(part),
        name=_text(part, "part"),
        paper_difference=_number(part, "paper_difference"),
    )


def _measured(found: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {key: _maybe(found, key) for key in ("difference", "low", "high", "p")}
    return {**numbers, "seeds": _whole(found, "seeds")}


def _ablation(value: Any, directory: Path) -> Ablation:
    ablation = _object(value, "an ablation")
    title = _text(ablation, "title")
    columns = [_is_text(item, "columns") for item in _list(ablation, "columns")]
    rows = [[_cell(item) for item in _is_list(row, "a row")] for row in _list(ablation, "rows")]
    if any(len(row) != len(columns) for row in rows):
        raise _Wrong(f"ablation {title!r} has rows that are not of {len(columns)} columns")
    return Ablation(
        title,
        _text(ablation, "says"),
        _text(ablation, "seeds"),
        columns,
        rows,
        _picture(ablation.get("picture"), directory),
        _text(ablation, "alt"),
    )


def _picture(value: Any, directory: Path) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        raise _Wrong("a picture is no file name")
    root = directory.resolve()
    path = (root / value).resolve()
    if not path.is_relative_to(root):
        raise _Wrong(f"picture {value!r} is outside of the folder")
    if not path.is_file():
        raise _Wrong(f"picture {value!r} is not there")
    return path


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{what} is no object")
    return value


def _list(holder: Mapping[str, Any], key: str) -> list[Any]:
    return _is_list(holder.get(key), key)


def _is_list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong(f"{what} is no list")
    return value


def _text(holder: Mapping[str, Any], key: str) -> str:
    return _is_text(holder.get(key), key)


def _is_text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"{what} is no text")
    return value


def _number(holder: Mapping[str, Any], key: str) -> float:
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Wrong(f"{key} is no number")
    return float(value)


def _whole(holder: Mapping[str, Any], key: str) -> int:
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(f"{key} is no whole number")
    return value


def _maybe(holder: Mapping[str, Any], key: str) -> float | None:
    return None if holder.get(key) is None else _number(holder, key)


def _share(holder: Mapping[str, Any], key: str) -> float:
    value = _number(holder, key)
    if not 0 <= value <= 1:
        raise _Wrong(f"{key} is not between 0 and 1")
    return value


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _Wrong("a cell of an ablation is neither text nor a whole number")
