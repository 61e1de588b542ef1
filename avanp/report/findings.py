"""What an audit found, read from ``audit.json`` as a file of unknown hands."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError

NAME = "audit.json"
FORMAT = 1
MOST_BYTES = 20_000_000
VERDICTS = ("holds", "does not hold", "cannot be told")
NUMBERS = ("difference", "low", "high", "p", "p_corrected", "paper_difference")


@dataclass(frozen=True)
class Outcome:
    """What was found of a claim, or of a part of one, under a rule set.

    `difference`, in the direction of the claim, lies with 95 % between `low` and `high`; `p` is
    the sign test's. A part has a `name`, and perhaps no verdict.
    """

    verdict: str | None
    name: str
    says: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_corrected: float | None
    paper_difference: float | None
    seeds: int | None
    parts: "tuple[Outcome, ...]"


@dataclass(frozen=True)
class Claim:
    """A claim of the paper, its evidence there, and the outcome by rule set."""

    name: str
    claim: str
    paper: str
    rules: Mapping[str, Outcome]


@dataclass(frozen=True)
class Ablation:
    """A table that explains, perhaps with a picture."""

    name: str
    title: str
    says: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    picture: Path | None
    alt: str


@dataclass(frozen=True)
class Findings:
    """All of an audit; its `picture` shows all intervals of the claims."""

    seeds: int | None
    data: str | None
    claims: Sequence[Claim]
    ablations: Sequence[Ablation]
    method: Sequence[str]
    thanks: Sequence[str]
    picture: Path | None
    alt: str


def read_findings(directory: Path) -> Findings | None:
    """Return what ``directory/audit.json`` holds, or None where there is no such file.

    Raises
    ------
    AvanpError
        For a file that is not an audit's, or that names a picture outside of the folder.
    """
    path = directory / NAME
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
    except (ValueError, OverflowError, RecursionError) as error:
        raise AvanpError(
            f"{path} is not what an audit writes: {error}; remove it, or run avanp audit again"
        ) from None


class _Wrong(ValueError):
    """What is wrong with the file."""


def _findings(document: Mapping[str, Any], directory: Path) -> Findings:
    run = _object(document.get("run") or {}, "run")
    data = _object(run.get("data") or {}, "run.data")
    return Findings(
        _number(document, "seeds", int),
        _text(data, "sha256") or None,
        [_claim(item) for item in _list(document, "claims")],
        [_ablation(item, directory) for item in _list(document, "ablations")],
        _paragraphs(document, "method"),
        _paragraphs(document, "thanks"),
        _picture(document.get("picture"), directory),
        _text(document, "alt"),
    )


def _claim(value: Any) -> Claim:
    claim = _object(value, "a claim")
    name = _text(claim, "id")
    rules = _object(claim.get("rules"), f"rules of claim {name!r}")
    return Claim(
        name,
        _text(claim, "claim", needed=True),
        _text(claim, "paper"),
        {rule: _outcome(outcome, name) for rule, outcome in rules.items()},
    )


def _outcome(value: Any, claim: str, depth: int = 0) -> Outcome:
    outcome = _object(value, f"an outcome of claim {claim!r}")
    verdict = outcome.get("verdict")
    if verdict not in VERDICTS and not (depth and verdict is None):
        raise _Wrong(f"claim {claim!r} has verdict {verdict!r}, none of {', '.join(VERDICTS)}")
    numbers = {key: _number(outcome, key, float) for key in NUMBERS}
    parts = _list(outcome, "parts") if not depth else []
    return Outcome(
        verdict=verdict,
        name=_text(outcome, "part"),
        says=_text(outcome, "says"),
        seeds=_number(outcome, "seeds", int),
        parts=tuple(_outcome(part, claim, depth + 1) for part in parts),
        **numbers,
    )


def _ablation(value: Any, directory: Path) -> Ablation:
    ablation = _object(value, "an ablation")
    name = _text(ablation, "id")
    columns = [_cell(item) for item in _list(ablation, "columns")]
    rows = [[_cell(item) for item in _is_list(row, "a row")] for row in _list(ablation, "rows")]
    if any(len(row) != len(columns) for row in rows):
        raise _Wrong(f"ablation {name!r} has rows that are not of {len(columns)} columns")
    return Ablation(
        name,
        _text(ablation, "title", needed=True),
        _text(ablation, "says"),
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
    value = holder.get(key)
    return [] if value is None else _is_list(value, key)


def _is_list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong(f"{what} is no list")
    return value


def _text(holder: Mapping[str, Any], key: str, needed: bool = False) -> str:
    value = holder.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value):
        raise _Wrong(f"{key} is no text")
    return value


def _paragraphs(holder: Mapping[str, Any], key: str) -> list[str]:
    value = holder.get(key)
    items = [value] if isinstance(value, str) else _list(holder, key)
    if not all(isinstance(item, str) for item in items):
        raise _Wrong(f"{key} is no text")
    return [item for item in items if item]


def _number(holder: Mapping[str, Any], key: str, kind: type) -> Any:
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Wrong(f"{key} is no number")
    if kind is int and not isinstance(value, int):
        raise _Wrong(f"{key} is no whole number")
    return kind(value)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and math.isfinite(value):
        return f"{value:.4g}" if isinstance(value, float) else str(value)
    raise _Wrong("a cell of an ablation is neither text nor number")
