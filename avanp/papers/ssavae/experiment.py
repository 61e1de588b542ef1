"""The SSAVAE paper as an experiment: decoders of every β and γ over one first stage, and a VAE."""

from collections.abc import Mapping
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.axes import names_axis
from avanp.experiments.experiment import Experiment
from avanp.experiments.grid import Grid
from avanp.experiments.result import Shared
from avanp.kernels import backend
from avanp.papers.ssavae import charts, galleries, tables
from avanp.papers.ssavae.cell import MEANS, PLAIN, REAL, VEC_ALONE, WORDS, named, run, weights_of
from avanp.papers.ssavae.claims import CLAIMS
from avanp.papers.ssavae.first import ALL, BATCH, kept_labels, make_vec, vec_of
from avanp.papers.ssavae.judge import JUDGE_WIDTHS, judge_of, make_judge
from avanp.runs.schema import NUMBER, maybe

CITATION = (
    "Zemouri 2020: Semi-Supervised Adversarial Variational Autoencoder. "
    "Machine Learning and Knowledge Extraction 2, 361-378, doi:10.3390/make2030020"
)
BETAS = (0.0, 0.001, 0.003, 0.005, 0.01, 0.1, 0.5)
GAMMAS = (0.0, 0.1)
PAIRS = tuple(named(b, g) for g in GAMMAS for b in BETAS)
LABELS = "100-only,100,100-rec,1000-only,1000,1000-rec,all"
DECODERS = (VEC_ALONE, *PAIRS, PLAIN, MEANS, REAL)
# Of the VEC and of the judge, in every row; and of images, where there is a decoder.
NUMBERS = ("accuracy", "silhouette", "kl", "judge", "shoes", "bags")
SCORES = ("psnr", "sharpness", "label", "frechet", "frechet_new", "label_new", "in_grid")
CODES = ("code_x", "code_y", "code_class")
FOUR = ("mnist", "fashion-mnist", "omniglot-alphabets", "caltech101-silhouettes")
# What each figure needs, and on which images it is.
ITEMS: dict[str, dict[str, Any]] = {
    "latent": {"decoders": VEC_ALONE, "data": FOUR},
    "manifold": {"decoders": "vec,b0.005-g0.1", "data": FOUR[:2]},
    "weights": {"kz": "2,100", "decoders": ",".join((*PAIRS, MEANS, REAL)), "data": FOUR},
    "cifar": {
        **{"kz": "100", "decoders": f"b0.001-g0,{MEANS},{REAL}", "data": ("cifar10",)},
        **{"images": 5000, "epochs": 10, "steps": 390},
    },
    "vae": {
        **{"kz": "2,100", "decoders": f"b0.005-g0.1,{PLAIN},{MEANS},{REAL}", "data": FOUR[:2]},
        **{"images": 12_000, "epochs": 5, "steps": 470},
    },
    "labels": {"decoders": VEC_ALONE, "labels": LABELS, "data": FOUR[:2]},
}


def _decoder(name: str) -> None:
    if name not in WORDS and named(*weights_of(name)) != name:
        raise AvanpError(f"--decoders: {name!r} is written {named(*weights_of(name))}")


def _kz(text: str) -> None:
    if not (text.isdecimal() and text == str(int(text)) and 1 <= int(text) <= 1_000_000):
        raise AvanpError(f"--kz: {text!r} is no whole number of at least 1")


def _labels(text: str) -> None:
    if text != ALL:
        kept_labels(text)


def about() -> Mapping[str, Any]:
    """Return what the results depend on besides grid, settings and images."""
    judge = f"cnn {','.join(map(str, JUDGE_WIDTHS))}"
    return {"batch_size": BATCH, "net": "S", "judge": judge, "kernels": backend()}


SSAVAE = Experiment(
    name="ssavae",
    title="SSAVAE: what β and γ do over one structured code, and whether it beats a VAE",
    citation=CITATION,
    grid=Grid(
        names_axis("kz", "kz", ("2", "100"), _kz, default="2", help="Numbers in a code: 2,100."),
        names_axis(
            "decoder",
            "decoders",
            DECODERS,
            _decoder,
            help="b0.1-g0: β = .1, γ = 0; vec: none; vae: a VAE of the same nets.",
        ),
        names_axis(
            "labels",
            "labels",
            (),
            _labels,
            default=ALL,
            help="Kept: 100, the other images pay KL; 100-rec, a decoder's reconstruction too; "
            "100-only, they are left out; all keeps all.",
        ),
    ),
    run=run,
    row={
        **{name: maybe(NUMBER) for name in (*NUMBERS, *SCORES)},
        **{name: maybe([NUMBER]) for name in CODES},
    },
    data="digits",
    settings={"images": 4000, "epochs": 15, "steps": 155},
    about=about,
    shared=(Shared("vec", vec_of, make_vec), Shared("judge", judge_of, make_judge)),
    sets=("mnist",),
    items=ITEMS,
    tables={
        "latent": tables.latent,
        "manifold": tables.manifold,
        "weights": tables.weights,
        "cifar": tables.cifar,
        "vae": tables.vae,
        "labels": tables.labels,
    },
    charts={"codes": charts.codes, "regimes": charts.regimes},
    galleries={
        "reconstructions": galleries.reconstructions,
        "new": galleries.new_images,
        "manifold": galleries.manifold,
    },
    claims=CLAIMS,
    quick={"decoders": "vec,b0-g0,b0.005-g0,b0.1-g0,b0.1-g0.1,b0.005-g0.1,vae", "seeds": "2"},
)
