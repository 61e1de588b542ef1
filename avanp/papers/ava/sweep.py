"""The AVA paper's experiment as a function: rows, and Tables 1-3."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.experiments import run
from avanp.papers.ava.experiment import AVA
from avanp.papers.ava.sweep_text import sweep_text
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables import tables_1_to_3
from avanp.report import html_table
from avanp.report.element import join


@dataclass(frozen=True)
class SweepResult(run.Rows):
    """The rows of a sweep, one a cell, and the configuration that made them.

    ``print(result)`` shows Tables 1-3; ``result.tables`` holds them as numbers.
    """

    @property
    def tables(self) -> dict[str, Any]:
        """Tables 1-3 for each rule set, beside the paper's where the images are the paper's."""
        return table_numbers(self.rows, self.config)

    def __str__(self) -> str:
        return sweep_text(self.tables)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: Tables 1-3 of every rule set."""
        numbers = self.tables
        found = [tables_1_to_3(numbers, rules).values() for rules in self.config["rules"]]
        return str(join([html_table.drawn(table) for tables in found for table in tables]))

    def to_frame(self) -> Any:
        """Return the rows as a pandas data frame, a cell a row."""
        try:
            import pandas
        except ImportError:
            raise AvanpError("a data frame needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.rows)


def sweep(
    lr: str | float | Sequence[float] = "1.0:0.01",
    *,
    models: str | Sequence[str] = "all",
    rules: str | Sequence[str] = ("program", "printed"),
    data: str | ImageSet | None = None,
    seeds: int | str | Sequence[int] = 1,
    draws: int = 10,
    jobs: int = 1,
    executor: Executor | None = None,
    out: str | Path | None = None,
    retry_failed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SweepResult:
    """Train every model at every learning rate under every rule set: Tables 1-3 of the paper.

    Parameters
    ----------
    lr : str, float or sequence of float
        As `--lr` on the command line: ``"1.0:0.01"`` is the paper's grid of 19 rates.
    models, rules : str or sequence of str
        Names, or ``"all"`` models. ``"program-3"`` is `program` without its deviation 3.
    data : str or ImageSet, optional
        A named set or a folder of images. By default the paper's images where they are found,
        the built-in ones where not.
    seeds : int, str or sequence of int
        20 is seeds 0 … 19; ``"20:39"`` is 20 … 39, as `--seeds` on the command line.
    draws : int
        Images generated for each training image when BM is taken.
    jobs, executor, out, retry_failed, progress
        Where cells run, and what keeps them: as of `avanp.experiments.run.run`.

    Raises
    ------
    AvanpError
        For bad input, in one line.
    OSError
        Where the disk of `out` is full; what is finished stays there.
    concurrent.futures.BrokenExecutor
        Where the executor, or all that it had, is gone, or computes no cells.
    """
    found = run.run(
        AVA,
        {"lr": lr, "models": models, "rules": rules, "seeds": seeds, "draws": draws},
        data=data,
        jobs=jobs,
        executor=executor,
        out=out,
        retry_failed=retry_failed,
        progress=progress,
    )
    return SweepResult(found.rows, found.config)
