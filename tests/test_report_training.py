"""The page of a training: what it says of its end, its quantities and its pictures."""

import json

import numpy as np
import pytest
from PIL import Image
from small_trainings import IMAGES, diverges, interrupted, trainer

from avanp.commands.loading import load_able
from avanp.metrics.collapse import Sign
from avanp.report.axis import axis_of
from avanp.report.chart import Axis, Chart, Line, Panel
from avanp.report.plot import panel_svg
from avanp.report.terms import meaning
from avanp.report.training import write_training
from avanp.report.training_chart import TRAINING, collapse_chart
from avanp.systems import build
from avanp.training.trainer import Trainer
from browser import Browser, chromium
from page_reader import Page

MODELS = ("VAE", "GAN", "VAEGAN", "AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "classifier")
SPIKE = [813122.0, 950.0, 420.0, 400.0, 390.0, 385.0, 382.0, 380.0]


def page(folder):
    return Page(write_training(folder).read_text("utf-8"))


def notes(found):
    return [e.text for e in found.all("p") if e.get("class") == "note"]


def log(folder, rows):
    """Write a training with this log."""
    trainer(folder).fit(IMAGES, 1)
    lines = [json.dumps({"epoch": n, **row}) + "\n" for n, row in enumerate(rows, 1)]
    (folder / "metrics.jsonl").write_text("".join(lines))
    return folder


def panel(found, name):
    return next(e for e in found.all("figure") if [name] == [s.text for s in e.all("strong")])


def picture(folder, name):
    Image.new("RGB", (40, 20)).save(folder / name)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "drawn from its prior."),
        ({"mixture": 1}, "drawn from one Gaussian fitted to the codes of the training images."),
        ({"mixture": 3}, "drawn from 3 Gaussians fitted to the codes of the training images."),
    ],
)
def test_generated_images_are_said_to_be_of_the_codes_they_are_drawn_from(tmp_path, options, says):
    vae = build("VAE", shape=IMAGES.shape[1:], widths=(4,), latent=2, **options)
    Trainer(vae, out=tmp_path, batch_size=len(IMAGES)).fit(IMAGES, 1)
    picture(tmp_path, "samples.png")
    found = write_training(tmp_path).read_text("utf-8")
    assert f"What the model makes of random codes, {says}" in found


# How it ended


def test_a_diverged_training_says_so_above_everything(tmp_path):
    diverges(trainer(tmp_path), after=2)
    found = page(tmp_path)
    (said,) = notes(found)
    assert said.startswith(
        "Diverged in epoch 3 of 5: the loss term 'kl' of VAE.encoder is nan. "
        "The model is that of epoch 2, "
    )
    assert "header" in next(e for e in found.all("p") if e.get("class") == "note").inside
    assert "2 of 5 epochs" in found.one("header").text


def test_an_interrupted_training_says_of_how_many_and_why_there_are_no_images(tmp_path):
    interrupted(tmp_path, after=2, epochs=9)
    (said,) = notes(page(tmp_path))
    assert said.startswith("Stopped at epoch 2 of 9. The command that began the training goes on")
    assert "Images are drawn when a training ends; avanp generate" in said
    picture(tmp_path, "samples.png")
    (said,) = notes(page(tmp_path))
    assert said.endswith("The images below may be of an earlier epoch.")


def test_an_early_end_says_which_weights_the_model_has(tmp_path):
    one = trainer(tmp_path, validation=IMAGES, patience=1)
    one.system.evaluate = lambda images, rng: {"loss": float(one.epoch)}
    one.fit(IMAGES, 9)
    (said,) = notes(page(tmp_path))
    assert said == (
        "Stopped early after epoch 2 of 9: no lower validation.loss in an epoch. "
        "The model is the one of the lowest validation.loss, not that of the last epoch."
    )


def test_the_hint_of_the_last_epoch_is_a_note(tmp_path):
    assert notes(page(log(tmp_path / "a", [{"hint": "over"}, {"loss": 1.0}]))) == []
    assert notes(page(log(tmp_path / "b", [{}, {"hint": "over"}]))) == ["In the last epoch: over."]


def by_steps(folder, rows):
    """Write a BEGAN's training by steps with this log."""
    system = build("BEGAN", shape=(3, 3, 1), latent=2, arch="mlp", width=4)
    Trainer(system, batch_size=8, out=folder, log_every=2).fit(IMAGES, steps=6)
    lines = [json.dumps({"epoch": 0, "step": 2 * n, **row}) + "\n" for n, row in enumerate(rows, 1)]
    (folder / "metrics.jsonl").write_text("".join(lines))
    return folder


FALL = [
    {"m": 1.0, "k": 0.1, "validation.diversity": 0.5},
    {"m": 0.9, "k": 0.04, "validation.diversity": 0.4, "hint": Sign.K_DROP.value},
    {"m": 0.8, "k": 0.0, "validation.diversity": 0.1, "hint": Sign.COLLAPSE.value},
]


FALL_ROWS = [{"step": 2 * n, **row} for n, row in enumerate(FALL, 1)]


def test_a_training_by_steps_speaks_of_steps(tmp_path):
    found = page(
        by_steps(tmp_path, [{"fake": 1.0, "m": 2.0}, {"fake": 3.0, "m": 1.0, "hint": "x"}])
    )
    assert notes(found) == ["In the last 2 steps: x."]
    assert "6 steps" in found.one("header").text
    curves = found.one("section", id="curves")
    assert "What changed over the steps" in curves.text
    assert "mean over the images of 2 steps" in curves.text
    label = panel(found, "fake").all("svg")[0].get("aria-label")
    assert label == "fake over steps. Training: from 1 to 3."
    log = found.one("section", id="epochs")
    assert "First, best and last row of the log" in log.text
    assert "lowest m" in log.text
    for section in ("curves", "epochs"):
        said = found.one("section", id=section).text
        assert "epoch" not in said.replace("epoch or these steps", "").replace("epoch0", "")


def test_m_k_and_diversity_stand_under_each_other_with_the_collapse_marked(tmp_path):
    found = page(by_steps(tmp_path, FALL))
    stack = next(e for e in found.all("div") if "under" in (e.get("class") or "").split())
    assert [s.text for s in stack.all("strong")] == ["m", "k", "diversity"]
    marked = "line is the step 6 where the generator collapsed."
    assert all(marked in e.get("aria-label") for e in stack.all("svg"))
    assert "line is the step 4 where k fell." in found.one("section", id="curves").text
    lines = collapse_chart(FALL_ROWS, {}, "step").panels[1].parts
    assert [part.x for part in lines[1:]] == [[6.0, 6.0], [4.0, 4.0]]
    assert collapse_chart(FALL_ROWS[:1], {}, "step") is None
    sound = [row | {"hint": ""} for row in FALL_ROWS]
    assert len(collapse_chart(sound, {}, "step").panels[1].parts) == 1


def test_sheets_are_shown_in_their_order_and_no_more_than_eight(tmp_path):
    trainer(tmp_path).fit(IMAGES, 1)
    (tmp_path / "sheets").mkdir()
    for step in (*range(500, 10500, 500), 100_000_000):
        picture(tmp_path, f"sheets/samples-{step:08d}.png")
    picture(tmp_path, "sheets/another.png")
    section = page(tmp_path).one("section", id="sheets")
    said = [heading.text.strip() for heading in section.all("h4")]
    assert len(said) == len(section.all("img")) == 8
    assert (said[0], said[-1]) == ("After 500 steps", "After 100,000,000 steps")


# What the quantities are


@pytest.mark.parametrize("name", MODELS)
def test_every_quantity_on_the_page_is_explained(tmp_path, name):
    options = {"classes": 2} if name == "classifier" else {"latent": 2}
    system = build(name, shape=(3, 3, 1), widths=(5,), **options)
    labels = np.array([0, 1] * 4) if name == "classifier" else None
    seen = IMAGES if labels is None else (IMAGES, labels)
    one = Trainer(system, batch_size=4, out=tmp_path, validation=seen)
    rows = one.fit(IMAGES, 3, labels=labels)
    found = page(tmp_path)
    captions = {
        e.all("strong")[0].text: [s.text for s in e.all("small")] for e in found.all("figcaption")
    }
    listed = {e.text for e in found.all("dt")}
    quantities = {key.removeprefix("validation.") for row in rows for key in row}
    for key in quantities - {"epoch", "hint"}:
        assert captions.get(key) or key in listed, key
        assert 5 < len(meaning(key, name, system.config.to_json())) <= 62, key
    assert "loss" in captions or name == "GAN"  # of AVA and VAEGAN it is in validation alone


def test_a_quantity_is_what_the_options_make_it():
    def of(name, system="VAE", **config):
        return meaning(name, system, {"shape": (3, 3, 1), "widths": (5,), "latent": 2} | config)

    assert of("reconstruction", likelihood="bernoulli") == "cross-entropy of the pixels, in nats"
    assert of("reconstruction", likelihood="gaussian") == "½ squared error of pixels"
    assert of("loss", likelihood="bernoulli", beta=1.0) == (
        "reconstruction + kl: minus the ELBO, in nats"
    )
    assert "weighted kl" in of("loss", likelihood="bernoulli", beta=4.0)
    assert "ELBO" not in of("loss", likelihood="gaussian")
    assert of("decoder_loss", "GAN", loss="log").startswith("log(1 − d(x′))")
    assert of("decoder_loss", "GAN", loss="least-squares").startswith("(d(x′) − 1)²")
    assert of("grad_norm.decoder", clip=1.0) == (
        "length of the gradient of the decoder, before clipping"
    )
    assert of("of.my.own") == of("more") == of("validation.loss") == ""


def test_sums_and_nats_are_told_where_there_are_any(tmp_path):
    told = "sums over the pixels of an image"
    assert told in page(log(tmp_path / "a", [{"reconstruction": 1.0, "kl": 2.0}])).one("main").text
    assert told not in page(log(tmp_path / "b", [{"d_loss": 1.0}])).one("main").text


def test_the_hash_of_the_images_is_called_one(tmp_path):
    trainer(tmp_path, about={"order": {"pixels": "5a" * 32, "batch": 8}}).fit(IMAGES, 1)
    facts = page(tmp_path).one("section", id="run").all("dt")
    assert "SHA-256 of their pixels" in [e.text for e in facts]
    assert "Training: pixels" not in [e.text for e in facts]


@pytest.mark.parametrize(("key", "part"), [("validation.loss", "validation"), ("loss", "test")])
def test_the_rows_of_reconstructions_are_named_in_words(tmp_path, key, part):
    log(tmp_path, [{key: 1.0}])
    picture(tmp_path, "reconstructions.png")
    caption = page(tmp_path).one("section", id="reconstructions").all("figcaption")[0].text
    assert "the originals are above, the reconstructions below" in caption
    assert f"of the {part} part, evenly spread" in caption


# Axes


def test_a_spike_makes_the_axis_logarithmic_and_a_note(tmp_path):
    found = panel(page(log(tmp_path, [{"loss": value} for value in SPIKE])), "loss")
    assert found.all("small")[0].text.endswith("\nThe axis is logarithmic.")
    assert "The axis is logarithmic." in found.all("svg")[0].get("aria-label")
    labels = [e.text for e in found.all("text")]
    assert {"100", "1000", "10 k", "100 k", "1 M"} & set(labels)


@pytest.mark.parametrize(
    "values", [[5, 4, 3, 2], [0.001, 5, 12, 20, 25], [3.0], [1e-4, 0.4, 0.5, 0.6, 1]]
)
def test_values_that_can_be_told_apart_keep_an_even_axis(values):
    axis, note = axis_of(values)
    assert (axis.spread, note) == ("even", "")
    assert axis.low < min(values) <= max(values) < axis.high


def test_values_of_both_signs_are_cut_off_and_a_note_says_so():
    axis, note = axis_of([-8e6, *[0.1 * n for n in range(-10, 10)]])
    assert note == "The axis is cut off: 1 of 21 values are beyond, as -8e+06."
    assert -10 < axis.low < -1
    assert 0.9 < axis.high < 10


@pytest.mark.parametrize(
    "values", [[1e-289, 1e289], [0.0] * 9, [5e-324] * 9 + [1.0], [-1e289, 1e289], [1e289, 1.0]]
)
def test_no_values_are_too_large_or_too_small_for_an_axis(values):
    axis, _ = axis_of(values)
    line = Line("", list(map(float, range(len(values)))), values, TRAINING)
    drawn = panel_svg(Chart("extremes", "", [Panel("", [line], "", Axis(), axis)]), 0)
    assert "nan" not in drawn
    assert drawn.count("<text") >= 3


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
def test_no_label_leaves_its_drawing(tmp_path, width):
    program = chromium()
    if program is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    values = {
        "loss": SPIKE,
        "kl": [8e7, 7e7, 4e7, 2e7, 1e7, 0.0, 3e7, 5e7],
        "d_loss": [0.00001 * n for n in range(8)],
        "lr": [1e20 * n for n in range(8)],
        "accuracy": [100000.5 + n / 10 for n in range(8)],
    }
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    path = write_training(log(tmp_path, rows * 130))  # epochs of four digits
    with Browser(program) as tab:
        tab.open(path, width=width)
        out = tab.evaluate(
            "[...document.querySelectorAll('svg text')].filter(e => {"
            "const a = e.getBoundingClientRect(), b = e.closest('svg').getBoundingClientRect();"
            "return a.left < b.left || a.right > b.right + 1}).map(e => e.textContent)"
        )
        assert tab.evaluate("document.querySelectorAll('svg text').length") > 40
    assert out == []


def test_a_finished_model_is_drawn_by_without_a_word(tmp_path, capsys):
    trainer(tmp_path).fit(IMAGES, 2)
    load_able(str(tmp_path), "generate")
    assert capsys.readouterr().err == ""
    assert notes(page(tmp_path)) == []
