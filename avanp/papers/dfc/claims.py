"""What the DFC-VAE paper claims, as comparisons."""

from typing import Any

from avanp.experiments.compare import Claim, Compare
from avanp.papers.dfc.cases import G
from avanp.papers.dfc.published import printed

OF_GENERATORS = ("error_train", "mse", "lpips", "lpips_train", "sharpness", "kl", "sigma", "active")
LISTS = (
    "confusion",
    "loss_curve",
    "accuracy_curve",
    "validation_loss_curve",
    "validation_accuracy_curve",
)
AVERAGES = {"score": "F1", "macro_f1": "macro F1", "weighted_f1": "weighted F1"}


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
