"""Whether what was read from a run's folder is what a sweep writes there."""

from collections.abc import Callable
from typing import Any

from avanp.data.size import check_size
from avanp.errors import AvanpError
from avanp.runs.schema import FLAG, NUMBER, OBJECT, TEXT, fits, maybe, number, one_of, whole
from avanp.sweeps import grid

CONFIG = {
    "avanp": TEXT,
    "lr": [NUMBER],
    "models": [TEXT],
    "rules": [TEXT],
    "seeds": [whole()],
    "draws": whole(),
    "data": {
        "name": TEXT,
        "sha256": TEXT,
        "count": whole(),
        "height": whole(),
        "width": whole(),
        "is_paper_set": FLAG,
    },
    "experiment": OBJECT,
    "versions": OBJECT,
}
PARSED: dict[str, Callable[[str], tuple[Any, ...]]] = {
    "lr": grid.parse_rates,
    "models": grid.parse_models,
    "rules": grid.parse_rules,
}
DURATION = number(0, 1e9)  # seconds of a cell
# No result depends on what ends in "?": rows of format 1 were at first written without "host",
# and such runs are read, and go on.
ROW = {
    "rules": TEXT,
    "model": TEXT,
    "lr": NUMBER,
    "seed": whole(),
    "bm": maybe(NUMBER),
    "status": one_of("ok", "diverged", "failed"),
    "data": TEXT,
    "host?": maybe(TEXT),
    "reason?": maybe(TEXT),
    "train_seconds?": DURATION,
    "eval_seconds?": DURATION,
}


def is_config(value: Any) -> bool:
    """Whether it may be the content of run.json; names of models become names of files."""
    if not fits(value, CONFIG):
        return False
    try:
        check_size((value["data"]["width"], value["data"]["height"]))
        for key, parse in PARSED.items():
            if list(parse(",".join(map(str, value[key])))) != value[key]:
                return False  # a rate in quotes, a model in small letters
    except AvanpError:
        return False
    return bool(value["seeds"])


def is_row(value: Any) -> bool:
    """Whether it may be a line of rows.jsonl."""
    return fits(value, ROW) and (value["bm"] is not None) == (value["status"] == "ok")
