"""The AVA paper as an experiment: every model at every learning rate, under every rule set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from avanp.ava.nets import NetConfig
from avanp.ava.rules import rules_from_name
from avanp.data.images import ImageSet
from avanp.data.orbit import is_paper_set
from avanp.errors import AvanpError
from avanp.experiments import run
from avanp.experiments.axes import names_axis
from avanp.experiments.experiment import Experiment
from avanp.experiments.grid import Grid
from avanp.experiments.rates import RATES
from avanp.kernels import backend
from avanp.papers.ava import printed_numbers as paper
from avanp.papers.ava.ablations import ABLATIONS
from avanp.papers.ava.cell import run as run_cell
from avanp.papers.ava.charts import curves
from avanp.papers.ava.claims import CLAIMS
from avanp.papers.ava.figure6 import figure6
from avanp.papers.ava.fingerprint import fingerprint
from avanp.papers.ava.galleries import of_rules
from avanp.papers.ava.sweep_files import write_report, write_tables
from avanp.papers.ava.sweep_text import sweep_text
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables import tables_1_to_3
from avanp.registry import MODELS, load
from avanp.report import html_table
from avanp.report.chart import Chart
from avanp.report.element import join
from avanp.report.gallery import Gallery
from avanp.report.table import Table
from avanp.runs.schema import ANY, NUMBER, maybe

Rows = Sequence[Mapping[str, Any]]


def about() -> Mapping[str, Any]:
    """Return what the results depend on besides grid and images: nets, and how they are trained."""
    net = NetConfig()
    return {
        "hidden": net.hidden,
        "latent": net.latent,
        "slope": net.slope,
        "midpoint": net.midpoint,
        "init": net.init,
        "channels": net.channels,
        "passes": 1,
        "batch_size": 1,
        "kernels": backend(),
    }


def _tables(name: str, rows: Rows, config: Mapping[str, Any]) -> Iterator[Table]:
    """Yield one of Tables 1 to 3 for each rule set that has it."""
    numbers = table_numbers(rows, config)
    for rules in config["rules"]:
        found = tables_1_to_3(numbers, rules).get(name)
        if found is not None:
            yield replace(found, title=f"{found.title}, rules {rules}")


def _charts(draw: Callable[..., Chart], rows: Rows, config: Mapping[str, Any]) -> Iterator[Chart]:
    numbers = table_numbers(rows, config)
    return (draw(numbers, rules) for rules in config["rules"])


def _galleries(folder: Path, rows: Rows, config: Mapping[str, Any]) -> Iterator[Gallery]:
    return (of_rules(folder, config, rules, rows) for rules in config["rules"])


AVA = Experiment(
    name="ava",
    title="Adversarial variational autoencoders: BM of seven models at 19 learning rates",
    citation=paper.CITATION,
    grid=Grid(
        names_axis(
            "rules",
            "rules",
            (),
            rules_from_name,
            default="program,printed",
            help="printed: the paper's equations. program: what made its tables; program-3 leaves "
            "out deviation 3. exact: the true gradients of its losses.",
        ),
        names_axis(
            "model",
            "models",
            MODELS,
            lambda name: load("model", name),
            help="Comma list, or all: AVA1 … AVA5, VAE, GAN.",
        ),
        RATES,
    ),
    run=run_cell,
    row={"bm": maybe(NUMBER), "bm_signed?": ANY},
    seconds=("train_seconds", "eval_seconds"),
    settings={"draws": 10},
    about=about,
    is_paper_set=is_paper_set,
    channels=3,  # the paper's nets see colours
    fingerprint=fingerprint,
    tables={name: partial(_tables, name) for name in ("table1", "table2", "table3")},
    charts={"figure6": partial(_charts, figure6), "curves": partial(_charts, curves)},
    galleries={"images": _galleries},
    write=write_tables,
    page=write_report,
    claims=CLAIMS,
    by="rules",
    ablations=ABLATIONS,
    quick={"lr": "1.0,0.5,0.1,0.05,0.01", "seeds": "2"},
    unnamed=True,
)


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
