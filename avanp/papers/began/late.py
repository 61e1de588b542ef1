"""Runs several times as long: whether a generator that was diverse collapses late (Fig. 16)."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from avanp.data.images import ImageSet
from avanp.experiments.result import Arrays, Cell, Result
from avanp.experiments.study import Call, Study
from avanp.metrics.collapse import LEAST, SHARE, collapsed, loss_of_diversity, watch
from avanp.papers.began.cell import run
from avanp.papers.began.tables import NAMES

LONGER = 5  # times as many steps as the run's own
SAID = (
    "The paper's BEGAN-CS collapsed once, at epoch 199 of 300, where k fell; its BEGAN v3 did not"
)


def late_collapse(
    rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any], images: ImageSet
) -> Study:
    """Return the study: every variant but the first BEGAN at each γ, `LONGER` times as long."""
    settings = {name: config[name] for name in ("width", "latent")}
    settings |= {"steps": LONGER * config["steps"], "sign": "plus", "loss": config["losses"][0]}
    variants = [v for v in config["variants"] if v != "began"] or list(config["variants"])
    cells = [
        {**settings, "variant": variant, "gamma": gamma, "seed": seed}
        for variant, gamma, seed in product(variants, config["gammas"], config["seeds"])
    ]
    calls = [Call(train, (cell,)) for cell in cells]
    return Study(calls, partial(_tables, cells, config["steps"]))


def train(data: Arrays, cell: Cell) -> Result:
    """Run a cell."""
    return run(cell, data)


def _tables(cells: Sequence[Cell], steps: int, results: list[Result]) -> list[dict[str, Any]]:
    lines = []
    for cell, result in zip(cells, results, strict=True):
        name = f"{NAMES[cell['variant']]}, γ = {cell['gamma']}, seed {cell['seed']}"
        told = (
            _told(result.numbers, steps) if result.status == "ok" else [result.status] + ["–"] * 4
        )
        lines.append([name, *told])
    columns = ["", "diverse from step", "k first fell", "collapsed at", "late", "diversity at last"]
    title = f"Whether a run of {LONGER * steps:,} steps collapses after the first {steps:,}. {SAID}"
    return [{"id": "late", "title": title, "columns": columns, "rows": lines}]


def _told(numbers: Mapping[str, Any], steps: int) -> list[str]:
    """Return when its generator became diverse, k fell and diversity was lost, of a run's curves.

    A collapse is late where it comes after the first `steps`, and what it ends in stays.
    """
    at, k, spread = (numbers[f"{name}_curve"] for name in ("step", "k", "diversity"))
    seen = watch(k, spread, max(LEAST, round(SHARE * len(k))))
    diverse = next((i for i, value in enumerate(spread) if not collapsed(value)), None)
    fell = seen.loss_of_diversity
    while fell is not None and not all(map(collapsed, spread[fell:])):
        # It came back: the loss that lasts, if there is one, is a later one.
        back = next(i for i in range(fell, len(spread)) if not collapsed(spread[i]))
        later = loss_of_diversity(spread[back:])
        fell = None if later is None else back + later
    late = fell is not None and at[fell] > steps
    places = [f"{at[i]:,}" if i is not None else "never" for i in (diverse, seen.k_drop, fell)]
    return [*places, "yes" if late else "no", f"{spread[-1]:.2f}"]
