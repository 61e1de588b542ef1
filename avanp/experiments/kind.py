"""What the folder of an experiment's run holds."""

from typing import Any

from avanp.experiments.configuration import FORMAT, is_configuration
from avanp.experiments.experiment import Experiment
from avanp.experiments.seeds import SEEDS
from avanp.runs.folder import Kind
from avanp.runs.schema import TEXT, Rule, fits, maybe, number, one_of

DURATION = number(0, 1e9)  # seconds of a cell
# No result depends on what ends in "?": the first rows of format 1 were written without "host".
COMMON = {
    "status": one_of("ok", "diverged", "failed"),
    "data": TEXT,
    "host?": maybe(TEXT),
    "reason?": maybe(TEXT),
}


def kind_of(experiment: Experiment) -> Kind:
    """Return what a folder of an experiment holds."""
    axes = experiment.grid.axes
    keys = (*(axis.key for axis in axes), *experiment.settings)
    return Kind(
        "sweep",
        rows="rows.jsonl",
        row=Rule("row of a sweep", lambda value: _is_row(experiment, value)),
        identity="run.json",
        document=Rule("configuration", lambda value: is_configuration(experiment, value)),
        format=FORMAT,
        # What makes two runs the same run; versions may differ.
        same=("format", *keys, "data", "experiment"),
        telling={"data": _images, SEEDS.key: _seeds},
        grows=SEEDS.key,
        folders=("samples", "shared"),
    )


def _is_row(experiment: Experiment, row: Any) -> bool:
    timings = {f"{name}?": DURATION for name in experiment.seconds}
    axes = {axis.name: axis.schema for axis in experiment.grid.axes}
    if not fits(row, {**axes, **experiment.row, **COMMON, **timings}):
        return False
    first = next(iter(experiment.row))
    return (row[first] is not None) == (row["status"] == "ok")


def _images(there: Any, asked: Any) -> str:
    before, now = (
        f"{data['name']} ({data['count']} of {data['width']}x{data['height']})"
        for data in (there, asked)
    )
    return f"data {before} there, {'other pixels' if before == now else now} asked"


def _seeds(there: Any, asked: Any) -> str:
    return f"seed{'s' * (len(there) > 1)} {_listed(there)} there, {_listed(asked)} asked"


def _listed(seeds: list[int]) -> str:
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    *first, last = map(str, seeds)
    return f"{', '.join(first)} and {last}" if first else last
