"""The AVA paper as an experiment: every model at every learning rate, under every rule set."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from avanp.ava.nets import NetConfig
from avanp.ava.rules import rules_from_name
from avanp.data.orbit import is_paper_set
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
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables import tables_1_to_3
from avanp.registry import MODELS, load
from avanp.report.chart import Chart
from avanp.report.gallery import Gallery
from avanp.report.table import Table
from avanp.runs.folder import Rows
from avanp.runs.schema import ANY, NUMBER, maybe


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
