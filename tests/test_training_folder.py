"""A training in a folder, and what a terminal is told of it."""

import numpy as np
import pytest

from avanp.commands.model_options import Numbers
from avanp.errors import AvanpError
from avanp.registry import SYSTEMS
from avanp.report.checkpoint import summary
from avanp.systems import build
from avanp.training.checkpoint import describe, save
from avanp.training.epoch_table import EpochTable
from avanp.training.folder import checkpoint_in, training_in
from avanp.training.log import read_metrics
from avanp.training.rates import parse_schedule
from small_systems import small

ORDER = {"model": "VAE", "batch": 4, "seed": 0, "patience": None, "pixels": "abc"}


def vae():
    return build("VAE", shape=(3, 3, 1), latent=2, widths=(5,))


def images():
    return np.random.default_rng(0).random((8, 3, 3, 1), dtype=np.float32)


def test_a_new_folder_is_begun_and_an_old_one_gone_on_with(tmp_path):
    with training_in(tmp_path / "run", ORDER, vae, about={"note": "x"}) as trainer:
        trainer.fit(images(), 2)
    nothing = lambda: pytest.fail("was built anew")  # noqa: E731
    with training_in(tmp_path / "run", ORDER, nothing) as again:
        assert (again.epoch, again.batch_size) == (2, 4)
        assert again.about == {"note": "x", "order": ORDER}
        again.fit(images(), 1)
    assert [row["epoch"] for row in read_metrics(tmp_path / "run")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seed": 1}, "seed 0 there, 1 asked"),
        ({"patience": 3}, "patience None there, 3 asked"),
        ({"pixels": "xyz"}, "of other images"),
        ({"new": True}, "new None there, True asked"),
    ],
)
def test_another_order_is_refused(tmp_path, change, says):
    with training_in(tmp_path, ORDER, vae) as trainer:
        trainer.fit(images(), 1)
    with pytest.raises(AvanpError) as error, training_in(tmp_path, {**ORDER, **change}, vae):
        pass
    assert f"{tmp_path} holds another run ({says}): name another folder" in str(error.value)


def test_the_checkpoint_of_a_folder_is_found(tmp_path):
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(AvanpError, match=r"has no checkpoint\.npz"):
        checkpoint_in(str(tmp_path))
    save(path, vae())
    assert checkpoint_in(str(tmp_path)) == checkpoint_in(str(path)) == str(path)
    with pytest.raises(AvanpError, match="no checkpoint 'nowhere'"):
        checkpoint_in("nowhere")


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("cosine", {0: 1, 5: 0.5, 10: 0}),
        ("step:2", {0: 1, 1: 1, 2: 0.5, 4: 0.25}),
        ("step", {9: 1, 10: 0.5}),
        ("inverse-time:3", {0: 1, 3: 1 / 2, 6: 1 / 3}),
    ],
)
def test_schedules_by_their_words(text, rates):
    schedule = parse_schedule(text, 1.0, 10)
    assert {t: schedule.lr(t) for t in rates} == pytest.approx(rates)


def test_a_plateau_halves_the_rate_after_so_many_epochs():
    schedule = parse_schedule("plateau:2", 1.0, 10)
    assert [schedule.lr(t, 5.0) for t in range(5)] == [1, 1, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("text", ["nix", "", "cosine:3", "step:", "step:0", "step:-1", "step:x"])
def test_schedules_that_are_none(text):
    with pytest.raises(AvanpError, match=r"constant, cosine, step\[:N"):
        parse_schedule(text, 1.0, 10)


def test_numbers_with_commas_between_them():
    widths, betas = Numbers("widths", int), Numbers("betas", float)
    assert widths.convert("32, 64,128", None, None) == (32, 64, 128)
    assert betas.convert("0.5,.999", None, None) == (0.5, 0.999)
    for text in ("", "32,", "a", "-1", "3.5"):
        with pytest.raises(AvanpError, match="whole numbers such as 32,64,128"):
            widths.convert(text, None, None)
    for text in ("", "0.5,", "a,b", "1..2", "e-"):
        with pytest.raises(AvanpError, match=r"not numbers as 0\.5,0\.999"):
            betas.convert(text, None, None)


# What a terminal is told


@pytest.mark.parametrize("stepwise", [False, True])
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_row_is_a_line_under_its_heading(name, stepwise, tmp_path):
    system = small(name, shape=(3, 3, 1))
    labels = np.array([0, 1] * 4) if system.needs_labels else None
    held = images() if labels is None else (images(), labels)
    order = {**ORDER, "model": name}
    with training_in(tmp_path, order, lambda: system, validation=held) as trainer:
        (row,) = trainer.fit(images(), 1, labels=labels)
    table = EpochTable(row, system.terms, system.monitor, stepwise=stepwise)
    head, text = table.heading(), table.line(row)
    assert len(head) == len(text) <= 100
    names, values = head.split(), text.split()
    assert (names[0], names[-1]) == ("step" if stepwise else "epoch", "seconds")
    assert int(values[0]) == row[names[0]]
    columns = {term.column: key for key, term in system.terms.items()}
    assert len(names) > 2
    for title, value in zip(names[1:-1], values[1:-1], strict=True):
        assert float(value) == pytest.approx(row[columns.get(title, title)], abs=0.006)


def test_a_system_without_terms_shows_its_first_five():
    row = {"epoch": 1, "step": 3, **dict.fromkeys("abcdef", 1.0), "lr": 1.0, "seconds": 2.0}
    row["grad_norm.x"] = 1.0
    assert EpochTable(row, {}, None).heading().split() == ["epoch", *"abcde", "seconds"]


def test_a_value_that_is_not_finite_leaves_a_dash():
    row = {"epoch": 1, "loss": 1.0, "validation.loss": None, "seconds": 2.0}
    assert EpochTable(row, {}, "loss").line(row).split() == ["1", "1.0000", "-", "2.00"]


def test_a_summary_names_every_array(tmp_path):
    path = tmp_path / "m.npz"
    system = build("VAE", shape=(3, 3, 1), latent=2, widths=(5,), batch_norm=True)
    save(path, system)
    lines = list(summary(str(path), describe(path), system.nets))
    assert max(map(len, lines)) <= 100
    assert "training  none recorded" in lines
    for net in system.nets.values():
        for key in net.params:
            assert any(f" {key} " in text or text.startswith(key) for text in lines), key
    running = [text for text in lines if text.endswith("(running)")]
    assert len(running) == sum(len(net.state) for net in system.nets.values()) > 0
