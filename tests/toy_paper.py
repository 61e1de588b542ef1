"""A paper as another engineer declares it: axes of its own, one thing shared, two claims."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from avanp.experiments.axes import names_axis
from avanp.experiments.compare import Claim, Compare
from avanp.experiments.experiment import Experiment
from avanp.experiments.grid import Grid
from avanp.experiments.rates import RATES
from avanp.experiments.result import Arrays, Cell, Result, Shared
from avanp.experiments.study import Call, Study
from avanp.report.chart import Axis, Bars, Chart, Panel
from avanp.report.table import Column, Entry, Table
from avanp.rng import stream
from avanp.runs.schema import NUMBER, maybe

VARIANTS = ("plain", "better")


def encoder(of: Mapping[str, Any], data: Arrays) -> Result:
    """What cells of one seed share; each making of it leaves a line."""
    if log := os.environ.get("TOY_LOG"):
        with open(log, "a") as file:
            file.write(f"{of['seed']}\n")
    if os.environ.get("TOY_FAILS") == str(of["seed"]):
        raise ZeroDivisionError("no encoder")
    return Result(arrays={"W": stream(of["seed"], "init").standard_normal(3)})


def seed_of(cell: Cell) -> Mapping[str, Any]:
    return {"seed": cell["seed"]}


def run(cell: Cell, data: Arrays, encoder: Arrays) -> Result:
    """A score that is better for the better variant, by the seed's own amount."""
    if cell["variant"] == "plain" and cell["lr"] == 0.125:
        return Result({}, "diverged", "a net is not finite")
    base = float(np.abs(encoder["W"]).sum()) + data["images"].mean() / 255 + cell["lr"]
    better = cell["variant"] == "better"
    images = np.full((2, *data["images"].shape[1:]), cell["steps"], np.uint8)
    return Result({"score": base + better * (1 + 0.1 * base)}, pictures={"drawn": images})


def table(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Iterator[Table]:
    means = [
        np.mean([r["score"] for r in rows if r["variant"] == v and r["score"]]) for v in VARIANTS
    ]
    cells = [[v, Entry(float(m), paper=3.0)] for v, m in zip(VARIANTS, means, strict=True)]
    yield Table(
        "scores", "Table 1. Scores", [Column("variant"), Column("score", "center", 12)], cells
    )


def chart(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Iterator[Chart]:
    values = [
        float(np.mean([r["score"] for r in rows if r["variant"] == v and r["score"]]))
        for v in VARIANTS
    ]
    bars = Bars(VARIANTS, values, (None, None), (3.0, None))
    yield Chart("scores", "Scores", [Panel("", [bars], "a bar for each variant", y=Axis())])


def double(data: Arrays, number: int) -> int:
    return 2 * number


def study(rows: Any, config: Any, images: Any) -> Study:
    def tables(results: list[int]) -> list[dict[str, Any]]:
        return [
            {"id": "double", "title": "Doubled", "columns": ["n", "2n"], "rows": [[3, results[0]]]}
        ]

    return Study([Call(double, (3,))], tables)


BETTER = Compare("score", "better", ">", "plain", of="variant")
TOY = Experiment(
    name="toy",
    title="Is better better?",
    citation="Nobody, nowhere.",
    grid=Grid(names_axis("variant", "variants", VARIANTS), RATES),
    run=run,
    row={"score": maybe(NUMBER)},
    settings={"steps": 7},
    shared=(Shared("encoder", seed_of, encoder),),
    tables={"scores": table},
    charts={"scores": chart},
    claims=(
        Claim("better", "better is better", (BETTER,), "its abstract"),
        Claim(
            "worse", "plain is better", (Compare("score", "plain", ">", "better", of="variant"),)
        ),
    ),
    ablations={"double": study},
    quick={"seeds": "2", "lr": "0.5"},
)
FOLDER = Path(__file__).parent
