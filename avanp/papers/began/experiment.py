"""The BEGAN v3 paper as an experiment: three variants over γ and both signs of k's update."""

from collections.abc import Callable, Mapping
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.axes import Axis, names_axis
from avanp.experiments.compare import Claim, Compare
from avanp.experiments.experiment import Experiment
from avanp.experiments.grid import Grid
from avanp.kernels import backend
from avanp.papers.began import charts, tables
from avanp.papers.began.cell import BATCH, VARIANTS, run
from avanp.papers.began.late import late_collapse
from avanp.papers.began.second import second_set
from avanp.runs.schema import NUMBER, maybe

CITATION = (
    "Park, Huh, Kim 2020: BEGAN v3: Avoiding Mode Collapse in GANs Using Variational Inference. "
    "Electronics 9, 688, doi:10.3390/electronics9040688"
)
GAMMAS = ("0.5", "0.75", "1.0")
NUMBERS = (
    *("m", "m_rms", "m_lowest", "m_sd", "k", "k_highest", "k_sd", "k_low", "k_dropped"),
    *("ratio", "diversity", "diversity_held", "collapsed", "sharpness", "jump"),
)
CURVES = ("k_curve", "m_curve", "diversity_curve", "step_curve")


def _among(known: tuple[str, ...], what: str) -> Callable[[str], None]:
    def check(name: str) -> None:
        if name not in known:
            raise AvanpError(f"unknown {what} {name!r}: choose from {', '.join(known)}")

    return check


def _axis(name: str, key: str, known: tuple[str, ...], default: str, said: str) -> Axis:
    return names_axis(name, key, known, _among(known, name), default=default, help=said)


def _gamma(text: str) -> None:
    try:
        right = 0 < float(text) <= 2
    except ValueError:
        right = False
    if not right:
        raise AvanpError(f"--gammas: {text!r} is no number above 0 and up to 2")


def about() -> Mapping[str, Any]:
    """Return what the results depend on besides grid, settings and images."""
    return {"batch_size": BATCH, "arch": "mlp", "lr": 1e-4, "kernels": backend()}


def _compare(value: str, one: str, relation: Any, other: str, **more: Any) -> Compare:
    return Compare(value, one, relation, other, of=more.pop("of", "variant"), **more)


CLAIMS = (
    Claim(
        "collapse-avoided",
        "BEGAN-CS collapses, BEGAN v3 does not (share of runs that end with diversity below .3)",
        (_compare("collapsed", "v3", "<", "cs"),),
        "Table 3, Figs. 16, 17, 19",
    ),
    Claim(
        "k-stays-up",
        "k of BEGAN v3 does not fall to 0 as that of BEGAN-CS (share of runs below .02 at last)",
        (_compare("k_low", "v3", "<", "cs"),),
        "Figs. 16b, 17b",
    ),
    Claim(
        "lower-m",
        "M of BEGAN v3 is lower, in one unit",
        (_compare("m_lowest", "v3", "<", "cs"),),
        "Table 3 compares L2 with L2 (1.12 and 1.50), and an L1 of .08 with both",
    ),
    Claim(
        "steadier",
        "M and k of BEGAN v3 fluctuate less (SD over the last half)",
        (_compare("m_sd", "v3", "<", "cs"), _compare("k_sd", "v3", "<", "cs")),
        "section 5, of Figs. 16 to 18",
    ),
    Claim(
        "smoother",
        "the latent space of BEGAN v3 is smoother (largest change in a walk by the median one)",
        (_compare("jump", "v3", "<", "cs"),),
        "abstract and section 1",
    ),
    Claim(
        "no-blur",
        "the images of BEGAN v3 are not blurred beside those of BEGAN-CS (gradient energy)",
        (_compare("sharpness", "cs", "<=", "v3"),),
        "section 1",
    ),
    Claim(
        "sign",
        "with the sign that Eq. 8 prints, L(G(z)) / L(x) and diversity go to 0",
        (
            _compare("ratio", "minus", "<", "plus", of="sign"),
            _compare("diversity", "minus", "<", "plus", of="sign"),
        ),
        "Eq. 8 against Eq. 10",
    ),
)

BEGAN = Experiment(
    name="began",
    title="BEGAN, BEGAN-CS and BEGAN v3: what k, M and diversity do, and what collapses",
    citation=CITATION,
    grid=Grid(
        _axis("variant", "variants", tuple(VARIANTS), "all", "Comma list, or all: began, cs, v3."),
        names_axis(
            "gamma", "gammas", GAMMAS, _gamma, default="0.75", help="all is 0.5, 0.75, 1.0."
        ),
        _axis("sign", "signs", ("plus", "minus"), "plus", "Of k's update; all, plus or minus."),
        _axis("loss", "losses", ("l1", "l2", "mse"), "l1", "The error of the auto-encoder."),
    ),
    run=run,
    row={**{n: maybe(NUMBER) for n in NUMBERS}, **{n: maybe([NUMBER]) for n in CURVES}},
    data="digits",
    settings={"steps": 8000, "width": 128, "latent": 8},
    about=about,
    tables={
        "params": tables.params,
        "table3": tables.table3,
        "collapse": tables.collapse,
        "k-sign": tables.k_sign,
        "gamma": tables.gammas,
        "samples": tables.samples,
    },
    of_no_run=("params",),
    charts={"curves": charts.curves},
    galleries={"samples": charts.samples},
    claims=CLAIMS,
    by="gamma",
    ablations={"second-set": second_set, "late": late_collapse},
    items={
        "collapse": {"gammas": "0.5,0.75"},
        "gamma": {"gammas": "all"},
        "k-sign": {"signs": "all", "variants": "began"},
        "samples": {"losses": "l1,l2"},
    },
    quick={"steps": 1500, "width": 64, "seeds": "2"},
)
