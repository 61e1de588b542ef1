"""Whether what was read from a run's folder is what a sweep writes there."""

import math
from collections.abc import Callable
from typing import Any

from avanp.data.size import check_size
from avanp.errors import AvanpError
from avanp.sweeps import grid

LONGEST = 1e9  # seconds of a cell
CONFIG = {
    "avanp": str,
    "lr": list,
    "models": list,
    "rules": list,
    "seeds": list,
    "draws": int,
    "data": dict,
    "experiment": dict,
    "versions": dict,
}
DATA = {
    "name": str,
    "sha256": str,
    "count": int,
    "height": int,
    "width": int,
    "is_paper_set": bool,
}
PARSED: dict[str, Callable[[str], tuple[Any, ...]]] = {
    "lr": grid.parse_rates,
    "models": grid.parse_models,
    "rules": grid.parse_rules,
}
ROW = {
    "rules": str,
    "model": str,
    "lr": float,
    "seed": int,
    "bm": float | None,
    "status": str,
    "data": str,
}
# No result depends on these, and a row may be without: rows of format 1 were at first written
# without "host", and such runs are read, and go on.
WORDS, DURATIONS = ("host", "reason"), ("train_seconds", "eval_seconds")


def is_config(value: Any) -> bool:
    """Whether it may be the content of run.json; names of models become names of files."""
    if not (_has(value, CONFIG) and _has(value["data"], DATA)):
        return False
    try:
        check_size((value["data"]["width"], value["data"]["height"]))
        for key, parse in PARSED.items():
            if list(parse(",".join(map(str, value[key])))) != value[key]:
                return False  # a rate in quotes, a model in small letters
    except AvanpError:
        return False
    return bool(value["seeds"]) and all(type(seed) is int for seed in value["seeds"])


def is_row(value: Any) -> bool:
    """Whether it may be a line of rows.jsonl."""
    if not _has(value, ROW) or type(value["seed"]) is not int:
        return False
    if not all(isinstance(value.get(key, ""), str | None) for key in WORDS):
        return False
    if not all(_is_duration(value.get(key, 0.0)) for key in DURATIONS):
        return False
    if value["bm"] is not None and math.isfinite(value["bm"]):
        return value["status"] == "ok"
    return value["status"] in ("diverged", "failed")


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < LONGEST


def _has(value: Any, types: dict[str, Any]) -> bool:
    return isinstance(value, dict) and all(
        key in value and isinstance(value[key], type_) for key, type_ in types.items()
    )
