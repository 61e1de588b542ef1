"""The claims of the SSAVAE paper: each judged in its direction, of the images it is about."""

import numpy as np
import pytest

from avanp.commands.asked import asked_sets, asked_values
from avanp.experiments.judge import judge
from avanp.papers.ssavae.cell import named
from avanp.papers.ssavae.experiment import NUMBERS, SCORES, SSAVAE
from avanp.papers.ssavae.regimes import knee, thresholds
from cli_process import avanp

SEEDS = list(range(12))


def made_up(decoder, seed, **numbers):
    base = dict.fromkeys((*NUMBERS, *SCORES), 0.5)  # all are as good as each other
    axes = {"kz": "2", "labels": "all", "decoder": decoder, "seed": seed}
    return {**base, **axes, "status": "ok", **numbers}


def verdicts(rows, data="mnist", **axes):
    """The verdicts of claims about these images that hold or do not."""
    config = {"kz": ["2"], "labels": ["all"], "decoders": [], "seeds": SEEDS, **axes}
    judged = judge(SSAVAE, rows, {**config, "data": {"name": data}}, draws=1)
    told = {claim["id"]: claim["all"]["all"]["verdict"] for claim in judged}
    return {name: verdict for name, verdict in told.items() if verdict != "cannot be told"}


def test_claims_are_judged_in_the_direction_that_they_say():
    scores = {
        "b0-g0": {"sharpness": 0.1, "label": 0.96, "frechet": 90.0},
        "b0.005-g0": {"sharpness": 0.4, "label": 0.95, "frechet": 40.0},
        "b0.1-g0": {"sharpness": 0.5, "label": 0.5},
        "b0.1-g0.1": {"sharpness": 0.5, "label": 0.8},
        "b0.005-g0.1": {"sharpness": 0.4, "label": 0.95, "psnr": 13.0, "frechet": 40.0},
        "vae": {
            "sharpness": 0.3,
            "label": 0.8,
            "psnr": 15.0,
            "frechet": 91.0,
            "frechet_new": 200.0,
        },
    }
    rows = [
        made_up(decoder, seed, **{name: v + 0.001 * seed for name, v in numbers.items()})
        for decoder, numbers in scores.items()
        for seed in SEEDS
    ]
    holding = ("sharper", "authentic", "labels-fall", "gamma-repairs", "beats-vae")
    assert verdicts(rows, decoders=list(scores)) == {
        **dict.fromkeys((*holding, "beats-vae-samples"), "holds"),
        "beats-vae-psnr": "does not hold",
    }


@pytest.mark.parametrize(
    ("claim", "data", "by", "value", "good", "bad"),
    [
        (
            "fewer-labels",
            "digits",
            ("labels", "1000", "all"),
            "accuracy",
            (0.94, 0.95),
            (0.75, 0.95),
        ),
        (
            "unlabelled-help",
            "mnist",
            ("labels", "100-only", "100-rec"),
            "accuracy",
            (0.8, 0.9),
            (0.9, 0.8),
        ),
        ("two-numbers", "mnist", ("kz", "2", "100"), "accuracy", (0.97, 0.98), (0.9, 0.98)),
        (
            "two-are-less",
            "caltech101-silhouettes",
            ("kz", "2", "100"),
            "accuracy",
            (0.5, 0.6),
            (0.6, 0.6),
        ),
        ("hundred-nearer", "mnist", ("kz", "2", "100"), "psnr", (12.0, 14.0), (14.0, 12.0)),
        (
            "omniglot-impossible",
            "omniglot-alphabets",
            ("decoder", "mean", "b0-g0"),
            "psnr",
            (12.0, 12.2),
            (12.0, 12.4),
        ),
        (
            "cifar-reconstructed",
            "cifar10",
            ("decoder", "mean", "b0.001-g0"),
            "psnr",
            (12.0, 15.5),
            (12.0, 14.5),
        ),
    ],
)
def test_a_claim_allows_for_its_margin_and_is_about_its_images(claim, data, by, value, good, bad):
    axis, *names = by
    fixed = {"decoder": "b0-g0"} if axis == "kz" else {}
    fixed |= {"kz": "100"} if claim.startswith("cifar") else {}
    for numbers, verdict in ((good, "holds"), (bad, "does not hold")):
        rows = [
            made_up(**{"decoder": "vec", **fixed, axis: name, "seed": seed, value: number})
            for name, number in zip(names, numbers, strict=True)
            for seed in SEEDS
        ]
        axes = {"decoders": ["vec"], **{("decoders" if axis == "decoder" else axis): names}}
        axes |= {"decoders": ["b0-g0"]} if axis == "kz" else {}
        axes |= {"kz": [fixed["kz"]]} if "kz" in fixed else {}
        assert verdicts(rows, data, **axes).get(claim) == verdict
        about = next(one for one in SSAVAE.claims if one.id == claim)
        assert (claim in verdicts(rows, "faces", **axes)) == (not about.sets)


@pytest.mark.parametrize(
    ("shoes", "bags", "verdict"),
    [(1.0, 1.2, "holds"), (1 / 3, 1.2, "does not hold"), (1.0, 0.9, "does not hold")],
)
def test_shoes_and_bags_are_compared_with_what_is_known_beforehand(shoes, bags, verdict):
    rows = [made_up("vec", seed, shoes=shoes, bags=bags + 0.001 * seed) for seed in SEEDS]
    assert verdicts(rows, "fashion-mnist", decoders=["vec"]) == {"shoes": verdict}


@pytest.mark.parametrize(
    ("curve", "at"),
    [
        ([0.15, 0.38, 0.4, 0.51, 0.67], 1),
        ([0.96, 0.95, 0.95, 0.52, 0.03], 2),
        ([0.0, 1.0, 2.0, 3.0], None),
        ([0.1, 0.4, 0.7, 1.0], None),
        ([0.3, 0.3, 0.3, 0.3], None),
        ([9.0, 4.0, 1.0, 0.0], None),
        ([0.1, np.nan, 0.5, 0.6], None),
    ],
)
def test_a_knee_is_where_a_curve_bends_most(curve, at):
    assert knee(np.array(curve)) == at


def test_thresholds_are_the_median_knee_of_the_seeds():
    betas = (0, 0.003, 0.01, 0.1, 0.5)
    curves = {0: (0.1, 0.4, 0.4, 0.5, 0.6), 1: (0.1, 0.2, 0.6, 0.6, 0.6), 2: (0.1, 0.4, 0.5, 0.5)}
    rows = [
        made_up(named(float(beta), 0.0), seed, sharpness=value, label=1 - beta)
        for seed, curve in curves.items()
        for beta, value in zip(betas, curve, strict=False)  # the last seed is not finished
    ]
    decoders = [named(float(beta), 0.0) for beta in betas]
    config = {"kz": ["2"], "labels": ["all"], "decoders": decoders, "seeds": [0, 1, 2]}
    (table,) = thresholds(rows, config)
    assert [row[1] for row in table.rows] == ["0.003, 0.003 to 0.01", "0.1, 0.1 to 0.1"]
    assert table.rows[1][2] == "other images at .1"
    flat = [row | {"label": 0.3} | ({"sharpness": 0.2} if row["seed"] else {}) for row in rows]
    (table,) = thresholds(flat, config)
    assert [row[1] for row in table.rows] == [
        "0.003, 0.003 to 0.003; 1 of 2 seeds bend", "no bend",
    ]  # fmt: skip


def test_an_item_brings_its_axes_settings_and_images(monkeypatch):
    monkeypatch.setattr("avanp.data.listing.is_here", lambda card: card.name == "mnist")
    axes = {axis.name: None for axis in SSAVAE.grid.axes}
    settings = dict.fromkeys(SSAVAE.settings)
    assert asked_sets(SSAVAE, "latent", None, False) == (["mnist"], True)
    assert asked_sets(SSAVAE, "cifar", None, False) == (["digits"], False)  # it is not found
    assert asked_sets(SSAVAE, "latent", None, True) == (["digits"], False)  # quick
    assert asked_sets(SSAVAE, None, "mnist, faces", False) == (["mnist", "faces"], True)
    vae = asked_values(SSAVAE, "vae", {**axes, **settings, "kz": "2"}, False)
    assert (vae["kz"], vae["steps"], vae["decoders"][1]) == (("2",), 470, "vae")
    quick = asked_values(SSAVAE, "vae", {**axes, **settings}, True)
    assert (quick["kz"], "steps" in quick, quick["seeds"]) == (("2", "100"), False, (0, 1))
    claim = asked_values(SSAVAE, "gamma-repairs", {**axes, **settings}, False)
    assert (claim["kz"], claim["decoders"]) == (("2",), ("b0.1-g0.1", "b0.1-g0"))
    shoes = asked_values(SSAVAE, "shoes", {**axes, **settings}, False)
    assert shoes == {"kz": ("2",), "decoders": ("vec",)}


def test_several_sets_have_a_folder_each_and_a_claim_about_others_says_so(tmp_path):
    small = ("--images", "60", "--epochs", "1", "--steps", "1", "--jobs", "1")
    done = avanp(tmp_path, "reproduce", "ssavae", "shoes", "--data", "digits", *small)
    assert done.code == 0, done.err
    assert done.out.endswith("shoes is about other images: --data fashion-mnist\n")
    np.savez(tmp_path / "own.npz", images=np.zeros((60, 6, 6), np.uint8), labels=np.arange(60) % 3)
    words = ("reproduce", "ssavae", "latent", "--data", "digits,own.npz", "--out", "run", *small)
    done = avanp(tmp_path, *words)
    assert done.code == 0, done.err
    assert done.out.count("Codes of held-out images (Fig. 7)") == 2
    assert (tmp_path / "run/digits/rows.jsonl").exists()
    assert (tmp_path / "run/own.npz/rows.jsonl").exists()
