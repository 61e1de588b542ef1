"""The DFC-VAE paper as an experiment: generators, and classifiers with what they make."""

from collections.abc import Mapping
from typing import Any

from avanp.experiments.axes import names_axis
from avanp.experiments.compare import Claim, Compare
from avanp.experiments.experiment import Experiment, Shared
from avanp.experiments.grid import Grid
from avanp.kernels import backend
from avanp.papers.dfc import charts, tables
from avanp.papers.dfc.cases import CASES, FITS, GENERATORS, TABLE, G, Z, features_here
from avanp.papers.dfc.cell import features_for, make_features, make_synthetic, run, synthetic_for
from avanp.papers.dfc.generator import BATCH
from avanp.papers.dfc.published import printed
from avanp.runs.schema import NUMBER, maybe

CITATION = (
    "Ahlawat, Munim, Medley, Gorodscy 2021: Investigating The Use of VAEs To Generate Images for a "
    "Class Imbalanced Dermatoscopic Dataset; program: alif-munim/dermatoscopic-vae"
)
OF_GENERATORS = ("error_train", "mse", "lpips", "lpips_train", "sharpness", "kl", "sigma", "active")
OF_TABLE = ("precision", "recall", "macro_f1", "weighted_f1", "seen")
LISTS = (
    "confusion",
    "loss_curve",
    "accuracy_curve",
    "validation_loss_curve",
    "validation_accuracy_curve",
)
AVERAGES = {"score": "F1", "macro_f1": "macro F1", "weighted_f1": "weighted F1"}


def about() -> Mapping[str, Any]:
    """Return what the results depend on besides grid, settings and images."""
    return {"batch_size": BATCH, "features": features_here(), "kernels": backend()}


def _compare(one: str, relation: Any, other: str, value: str = "score", **more: Any) -> Compare:
    return Compare(value, one, relation, other, of="case", **more)


def _gains(protocol: str) -> tuple[Compare, ...]:
    many, none = f"{protocol}-800", f"{protocol}-0"
    return tuple(_compare(many, ">", none, name, paper=printed(name)) for name in AVERAGES)


CLAIMS = (
    Claim(
        "perceptual-fails",
        "a purely perceptual loss fails: its error is above that of both terms, its codes say "
        "nothing (KL below a nat)",
        (
            _compare("perc", ">", "paper"),
            _compare("perc", "<", "a nat", "kl", than=1.0),
        ),
        "Fig. 5 against Fig. 6",
    ),
    Claim(
        "equal-best",
        "the error is lowest where both weights are equal",
        tuple(_compare("g1", "<", other) for other in G if other != "g1"),
        "Fig. 8",
    ),
    Claim(
        "taps-sharper",
        "all five taps make sharper reconstructions than three",
        (_compare("t5", ">", "g1", "sharpness"),),
        "Fig. 6 against Fig. 7",
    ),
    Claim(
        "128-best",
        "the error is lowest with codes of 128",
        tuple(_compare("z128", "<", other) for other in ("z64", "g1", "z256")),
        "Figs. 9, 10",
    ),
    Claim(
        "helps-as-released",
        "800 synthetic images improve the rare class's F1 and both averages, as released",
        _gains("released"),
        "Fig. 15",
    ),
    Claim(
        "helps",
        "they do so where no tested image is trained on",
        _gains("clean"),
        "what Fig. 15 is said to show",
    ),
    Claim(
        "beyond-the-leak",
        "as released, they add to what the leak does without them (F1 of the rare class)",
        tuple(_compare(f"released-{n}", ">", f"thrown-{n}") for n in (400, 800)),
        "the program against the paper",
    ),
    Claim(
        "peak-400",
        "macro F1 is highest with 400 of them, as released",
        tuple(
            _compare("released-400", ">", f"released-{n}", "macro_f1", paper=printed("macro_f1"))
            for n in (200, 600, 800)
        ),
        "section IV.B, of Fig. 15",
    ),
)
HAM = ("ham10000",)


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
