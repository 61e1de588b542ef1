"""The tables of the SSAVAE experiment. The paper prints no number beside which they could stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from avanp.papers.over_seeds import finished, mean
from avanp.papers.ssavae import regimes
from avanp.papers.ssavae.cell import MEANS, PLAIN, REAL, UNTRAINED, VEC_ALONE, WORDS, pairs_of
from avanp.report.table import Cell, Table, columns
from avanp.runs.folder import Config, Rows

# It shows images alone: there is nothing to stand beside a score of ours.
NONE = "The paper prints no scores."
SHOD = "fashion-mnist"
FIGURE_10 = "b0.001-g0"
TOLD = {
    VEC_ALONE: "VEC alone",
    PLAIN: "VAE, same nets",
    MEANS: "mean of the class",
    REAL: "real images",
}
SCORES = {
    "sharpness": "sharpness",
    "psnr": "PSNR, dB",
    "label": "class kept",
    "frechet": "Fréchet",
    "frechet_new": "Fréchet, new",
    "label_new": "class, new",
}


def told(decoder: str) -> str:
    """Return a decoder in words: β and γ, or what it is."""
    if decoder in WORDS:
        return TOLD[decoder]
    beta, gamma = decoder.removeprefix("b").split("-g")
    return f"β = {beta}, γ = {gamma}"


def latent(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield what the first stage makes of held-out images (Fig. 7), for each Kz."""
    shown = {"accuracy": "accuracy", "silhouette": "silhouette", "kl": "KL, nats"}
    shown["judge"] = "judge's accuracy"
    if config["data"]["name"] == SHOD:
        shown |= {"shoes": "shoes", "bags": "bags"}
    lines: list[list[Any]] = []
    for kz, labels in _groups(config):
        own = _firsts(rows, kz=kz, labels=labels)
        lines.append([f"Kz = {kz}, {labels} labels", *(mean(own, name) for name in shown)])
    title = f"Codes of held-out images (Fig. 7). {NONE}"
    if "shoes" in shown:
        title += (
            " Shoes: the share of 5, 7 and 9 whose nearest other centre is one of these; bags: the "
            "distance from the nearest in that of any class."
        )
    yield Table("latent", title, columns("", *shown.values()), lines, "numbers")


def manifold(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield of how many classes there are images in the grid of codes (Fig. 8)."""
    names = [*pairs_of(config["decoders"])]
    if not names or "2" not in config["kz"]:
        return
    lines: list[list[Any]] = []
    for name in names:
        owns = [finished(rows, decoder=name, kz="2", labels=kept) for kept in config["labels"]]
        lines.append([told(name), *(mean(own, "in_grid") for own in owns)])
    heads = columns("", *(f"{kept} labels" for kept in config["labels"]))
    title = f"Share of the classes that the judge finds among 20×20 codes (Fig. 8). {NONE}"
    yield Table("manifold", title, heads, lines, "numbers")


def weights(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the scores of reconstructions by β and γ (Fig. 9), and the knees of their curves."""
    shown = [*pairs_of(config["decoders"])]
    shown += [name for name in UNTRAINED if name in config["decoders"]]
    for kz, labels in _groups(config) if shown else ():
        lines = [_scores(rows, name, kz, labels) for name in shown]
        title = f"By β and γ, Kz = {kz}, {labels} labels (Fig. 9). {NONE}"
        yield Table(f"weights-{kz}-{labels}", title, _heads(), lines, "numbers")
    yield from regimes.thresholds(rows, config)


def cifar(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the scores of the weights of Fig. 10 beside the mean images of the classes."""
    names = [name for name in (FIGURE_10, *UNTRAINED) if name in config["decoders"]]
    for kz, labels in _groups(config) if FIGURE_10 in names else ():
        lines = [_scores(rows, name, kz, labels) for name in names]
        title = f"The weights of Fig. 10, Kz = {kz}, {labels} labels. {NONE}"
        yield Table(f"cifar-{kz}-{labels}", title, _heads(), lines, "numbers")


def vae(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the scores of the VAE and of the decoders of γ > 0 and β > 0 beside each other."""
    if PLAIN not in config["decoders"]:
        return
    whole = [name for name, (beta, gamma) in pairs_of(config["decoders"]).items() if beta and gamma]
    names = (PLAIN, *whole, *(name for name in UNTRAINED if name in config["decoders"]))
    for kz, labels in _groups(config):
        lines = [_scores(rows, name, kz, labels) for name in names]
        title = (
            f"Beside a VAE of the same nets and as many steps, Kz = {kz}, {labels} labels. {NONE}"
        )
        yield Table(f"vae-{kz}-{labels}", title, _heads(), lines, "numbers")


def labels(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield accuracy by the number of labels: the title's word, which the paper never tests."""
    heads = columns("labels kept", *(f"Kz = {kz}" for kz in config["kz"]))
    lines: list[list[Any]] = []
    for kept in config["labels"]:
        owns = [_firsts(rows, kz=kz, labels=kept) for kz in config["kz"]]
        lines.append([kept, *(mean(own, "accuracy") for own in owns)])
    title = (
        "Accuracy on held-out images by the labels kept. The other images pay KL; rec: a decoder's "
        "reconstruction too; only: they are left out. The paper leaves no label out: it has no "
        "number for this."
    )
    yield Table("labels", title, heads, lines, "numbers")


def _heads() -> Any:
    return columns("", *SCORES.values())


def _groups(config: Config) -> list[tuple[str, str]]:
    return [(kz, kept) for kz in config["kz"] for kept in config["labels"]]


def _scores(rows: Rows, decoder: str, kz: str, labels: str) -> list[Cell]:
    own = finished(rows, decoder=decoder, kz=kz, labels=labels)
    return [told(decoder), *(mean(own, name) for name in SCORES)]


def _firsts(rows: Rows, **values: Any) -> list[Mapping[str, Any]]:
    """Return a row for each seed: all decoders over one first stage say the same of it."""
    return list({row["seed"]: row for row in finished(rows, **values)}.values())
