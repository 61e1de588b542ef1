"""The DFC-VAE paper as an experiment: generators, and classifiers with what they make."""

from collections.abc import Mapping
from typing import Any

from avanp.experiments.axes import names_axis
from avanp.experiments.experiment import Experiment
from avanp.experiments.grid import Grid
from avanp.experiments.result import Shared
from avanp.kernels import backend
from avanp.papers.dfc import charts, tables
from avanp.papers.dfc.cases import CASES, FITS, GENERATORS, TABLE, G, Z, features_here
from avanp.papers.dfc.cell import features_for, make_features, make_synthetic, run, synthetic_for
from avanp.papers.dfc.claims import CLAIMS, HAM, LISTS, OF_GENERATORS
from avanp.papers.dfc.generator import BATCH
from avanp.runs.schema import NUMBER, maybe

CITATION = (
    "Ahlawat, Munim, Medley, Gorodscy 2021: Investigating The Use of VAEs To Generate Images for a "
    "Class Imbalanced Dermatoscopic Dataset; program: alif-munim/dermatoscopic-vae"
)
OF_TABLE = ("precision", "recall", "macro_f1", "weighted_f1", "seen")


def about() -> Mapping[str, Any]:
    """Return what the results depend on besides grid, settings and images."""
    return {"batch_size": BATCH, "features": features_here(), "kernels": backend()}


def _item(*cases: str) -> dict[str, Any]:
    return {"cases": ",".join(cases), "data": HAM}


DFC = Experiment(
    name="dfc",
    title="DFC-VAE: what its loss does, and whether synthetic melanomas help a classifier",
    citation=CITATION,
    grid=Grid(
        names_axis(
            "case",
            "cases",
            CASES,
            help="rec, paper, perc, g0 … g4, t5, sum, z16 … z256; clean-N, released-N, "
            "thrown-N; fit-held, fit-known.",
        )
    ),
    run=run,
    row={
        "score": maybe(NUMBER),
        **{name: maybe(NUMBER) for name in (*OF_GENERATORS, *OF_TABLE)},
        **{name: maybe([NUMBER]) for name in LISTS},
    },
    data="lesions",
    sets=HAM,
    size=(64, 64),
    settings={"minority": 3, "keep": 200, "steps": 400, "epochs": 20},
    about=about,
    shared=(
        Shared("features", features_for, make_features),
        Shared("synthetic", synthetic_for, make_synthetic),
    ),
    items={
        "reconstructions": _item("rec", "paper", "perc", "g1", "t5", "sum", "z128"),
        "gamma": _item(*G),
        "latent": _item(*Z, "g1"),
        "table": _item(*TABLE),
        "confusion": _item("released-0", "clean-0"),
        "overfit": _item(*FITS),
    },
    tables={
        "reconstructions": tables.reconstructions,
        "gamma": tables.gamma,
        "latent": tables.latent,
        "table": tables.table,
        "confusion": tables.confusion,
        "overfit": tables.overfit,
        "leak": tables.leak,
    },
    of_no_run=("leak",),
    charts={
        "errors": charts.errors,
        "by-images": charts.by_images,
        "confusion": charts.matrix,
        "fits": charts.fits,
    },
    galleries={"reconstructions": charts.reconstructions},
    claims=CLAIMS,
    quick={
        "cases": ",".join((*GENERATORS[:10], "z128", *TABLE[0:9:4], *TABLE[9:18:4], "thrown-400",
                           "thrown-800", *FITS)),
        "steps": 30,
        "epochs": 6,
        "seeds": "1",
    },
)  # fmt: skip
