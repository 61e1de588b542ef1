"""The SSAVAE paper as an experiment: decoders of every β and γ over one first stage, and a VAE."""

from collections.abc import Callable, Mapping
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.axes import names_axis
from avanp.experiments.compare import Claim, Compare
from avanp.experiments.experiment import Experiment, Shared
from avanp.experiments.grid import Grid
from avanp.kernels import backend
from avanp.papers.ssavae import charts, tables
from avanp.papers.ssavae.cell import MEANS, PLAIN, REAL, VEC_ALONE, WORDS, named, run, weights_of
from avanp.papers.ssavae.first import (
    ALL,
    BATCH,
    JUDGE_WIDTHS,
    judge_of,
    make_judge,
    make_vec,
    vec_of,
)
from avanp.runs.schema import NUMBER, maybe

CITATION = (
    "Zemouri 2020: Semi-Supervised Adversarial Variational Autoencoder. "
    "Machine Learning and Knowledge Extraction 2, 361-378, doi:10.3390/make2030020"
)
BETAS = (0.0, 0.001, 0.003, 0.005, 0.01, 0.1, 0.5)
GAMMAS = (0.0, 0.1)
PAIRS = tuple(named(b, g) for g in GAMMAS for b in BETAS)
DECODERS = (VEC_ALONE, *PAIRS, PLAIN, MEANS, REAL)
# Of the VEC and of the judge, in every row; and of images, where there is a decoder.
NUMBERS = ("accuracy", "silhouette", "kl", "judge", "shoes", "bags")
SCORES = ("psnr", "sharpness", "label", "frechet", "frechet_new", "label_new", "in_grid")
CODES = ("code_x", "code_y", "code_class")
# Shares of the images by which two accuracies may differ and be as good as each other.
NEARLY, AS_GOOD = 0.03, 0.02


def _decoder(name: str) -> None:
    if name not in WORDS and named(*weights_of(name)) != name:
        raise AvanpError(f"--decoders: {name!r} is written {named(*weights_of(name))}")


def _count(what: str, also: tuple[str, ...] = ()) -> Callable[[str], None]:
    def check(text: str) -> None:
        right = text.isdecimal() and text == str(int(text)) and 1 <= int(text) <= 1_000_000
        if text not in also and not right:
            words = "".join(f", or {one}" for one in also)
            raise AvanpError(f"--{what}: {text!r} is no whole number of at least 1{words}")

    return check


def about() -> Mapping[str, Any]:
    """Return what the results depend on besides grid, settings and images."""
    judge = f"cnn {','.join(map(str, JUDGE_WIDTHS))}"
    return {"batch_size": BATCH, "net": "S", "judge": judge, "kernels": backend()}


def _compare(value: str, one: str, relation: Any, other: str, **more: Any) -> Compare:
    return Compare(value, one, relation, other, of=more.pop("of", "decoder"), **more)


CLAIMS = (
    Claim(
        "sharper",
        "the larger β, the sharper the reconstructions (gradient energy), at γ = 0",
        (
            _compare("sharpness", "b0.005-g0", ">", "b0-g0"),
            _compare("sharpness", "b0.1-g0", ">", "b0.005-g0"),
        ),
        "Fig. 9, section 4.4.2: images are clearer from β = .005 on",
    ),
    Claim(
        "labels-fall",
        "at β = .1 and γ = 0 reconstructions lose their class, at β = .005 they keep it",
        (
            _compare("label", "b0.1-g0", "<", "b0.005-g0"),
            _compare("label", "b0-g0", "<=", "b0.005-g0", size=AS_GOOD),
        ),
        "Fig. 9, section 4.4.2: from β = .1 on images are authentic, and others",
    ),
    Claim(
        "gamma-repairs",
        "γ = .1 brings classes back at β = .1",
        (_compare("label", "b0.1-g0.1", ">", "b0.1-g0"),),
        "Fig. 9, section 4.4.2",
    ),
    Claim(
        "beats-vae",
        "reconstructions are sharper than the VAE's of the same nets, and keep their class oftener",
        (
            _compare("sharpness", "b0.005-g0.1", ">", PLAIN),
            _compare("label", "b0.005-g0.1", ">", PLAIN),
        ),
        "abstract and section 5",
    ),
    Claim(
        "beats-vae-psnr",
        "reconstructions are nearer to the images than the VAE's, in decibels",
        (_compare("psnr", "b0.005-g0.1", ">", PLAIN),),
        "what 'better reconstructions' of the abstract would be in PSNR",
    ),
    Claim(
        "two-numbers",
        f"two numbers a code classify nearly as well as a hundred (within {NEARLY})",
        (_compare("accuracy", "100", "<=", "2", of="kz", size=NEARLY),),
        "Fig. 9, section 4.4.2, of MNIST and Fashion-MNIST",
    ),
    Claim(
        "fewer-labels",
        f"1,000 labels do nearly as well as all (within {AS_GOOD})",
        (_compare("accuracy", "all", "<=", "1000", of="labels", size=AS_GOOD),),
        "the title; no experiment of the paper leaves labels out",
    ),
)

SSAVAE = Experiment(
    name="ssavae",
    title="SSAVAE: what β and γ do over one structured code, and whether it beats a VAE",
    citation=CITATION,
    grid=Grid(
        names_axis(
            "kz", "kz", ("2", "100"), _count("kz"), default="2", help="Numbers in a code: 2,100."
        ),
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
            _count("labels", (ALL,)),
            default=ALL,
            help="Kept, the others forgotten: 100,1000; all keeps all.",
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
    tables={
        "latent": tables.latent,
        "weights": tables.weights,
        "vae": tables.vae,
        "labels": tables.labels,
    },
    charts={"codes": charts.codes, "regimes": charts.regimes},
    galleries={"reconstructions": charts.reconstructions},
    claims=CLAIMS,
    quick={"decoders": "vec,b0-g0,b0.005-g0,b0.1-g0,b0.1-g0.1,b0.005-g0.1,vae", "seeds": "2"},
)
