"""The trainer: what it learns, logs, keeps, and how it stops."""

import json
from functools import partial

import numpy as np
import pytest

import small_systems
from avanp.errors import AvanpError
from avanp.optim.plateau import Plateau
from avanp.optim.schedules import StepDecay
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.finite import NotFinite
from avanp.systems.measured import advice
from avanp.training import checkpoint, health
from avanp.training.batches import batch_sizes
from avanp.training.log import NAME, read_metrics
from avanp.training.stopping import Best
from avanp.training.trainer import Trainer
from small_systems import same

SHAPE = (8, 8, 1)


small = partial(small_systems.small, shape=SHAPE, widths=(16,))


def squares(n=60, seed=0):
    """Bright squares at random places on a dark ground, as bytes."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, *SHAPE), np.uint8)
    for image, (i, j) in zip(images, rng.integers(0, 5, (n, 2)), strict=True):
        image[i : i + 4, j : j + 4] = 255
    return images


def without_time(rows):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


@pytest.mark.parametrize("arch", ["mlp", "conv"])
def test_a_vae_learns_a_small_set(arch):
    system = small(arch=arch, lr=0.01)
    before = system.evaluate(squares(), stream(0, "eval"))["loss"]
    rows = Trainer(system, batch_size=20).fit(squares(), 60)
    after = system.evaluate(squares(), stream(0, "eval"))["loss"]
    assert after < 0.6 * before
    assert rows[-1]["loss"] < 0.6 * rows[0]["loss"]
    assert rows[-1]["active_units"] >= 2  # a place has two coordinates


def test_a_seed_gives_identical_bytes(tmp_path):
    for name in ("one", "other"):
        trainer = Trainer(small(), batch_size=16, seed=4, validation=squares(10, 1))
        trainer.fit(squares(), 3)
        trainer.save(tmp_path / f"{name}.npz")
    one, other = (tmp_path / f"{name}.npz" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    Trainer(small(), batch_size=16, seed=5, validation=squares(10, 1)).save(other)
    assert one.read_bytes() != other.read_bytes()


def test_every_image_is_seen_once_an_epoch_and_in_another_order_the_next():
    images = np.arange(50, dtype=np.float32).reshape(50, 1, 1, 1) / 50
    system = build("VAE", shape=(1, 1, 1), widths=(2,), latent=1)
    seen = []

    def watched(batch, rng, gradients=system.gradients):
        seen.append(batch[:, 0, 0, 0] * 50)
        return gradients(batch, rng)

    system.gradients = watched
    Trainer(system, batch_size=16).fit(images, 2)
    assert [len(batch) for batch in seen] == [16, 16, 16, 2] * 2
    first, second = np.concatenate(seen[:4]), np.concatenate(seen[4:])
    for epoch in (first, second):
        np.testing.assert_allclose(np.sort(epoch), np.arange(50), atol=1e-4)
    assert not np.array_equal(first, second)


def test_bytes_and_the_floats_they_stand_for_train_alike():
    one, other = small(), small()
    Trainer(one).fit(squares(), 2)
    Trainer(other).fit(squares() / np.float64(255), 2)
    assert same(one, other)


def test_a_lonely_last_image_joins_the_batch_before_under_batch_norm():
    assert batch_sizes(9, 4, join_last=False) == [4, 4, 1]
    assert batch_sizes(9, 4, join_last=True) == [4, 5]
    assert batch_sizes(8, 4, join_last=True) == [4, 4]
    assert batch_sizes(1, 4, join_last=True) == [1]
    rows = Trainer(small(batch_norm=True), batch_size=4).fit(squares(9), 1)
    assert rows[0]["step"] == 2


def test_the_last_batch_is_one_image_where_the_rest_fits_exactly():
    rows = Trainer(small(), batch_size=4).fit(squares(9), 1)
    assert rows[0]["step"] == 3


def test_a_row_an_epoch_is_written_with_terms_norms_rate_and_time(tmp_path):
    trainer = Trainer(small(), batch_size=16, out=tmp_path, validation=squares(10, 1))
    rows = trainer.fit(squares(), 2)
    assert read_metrics(tmp_path) == rows == trainer.rows
    row = rows[-1]
    assert (row["epoch"], row["step"], row["lr"], row["latent"]) == (2, 8, 0.001, 3)
    for key in ("loss", "reconstruction", "kl", "grad_norm.encoder", "grad_norm.decoder"):
        assert row[key] > 0
    assert row["validation.loss"] == pytest.approx(
        row["validation.reconstruction"] + row["validation.kl"]
    )
    assert row["seconds"] >= 0


def test_a_rows_terms_are_means_over_the_images_of_the_epoch():
    system, losses = small(lr=1e-12), []

    def watched(batch, rng, gradients=system.gradients):
        grads, terms = gradients(batch, rng)
        losses.extend([terms["loss"]] * len(batch))
        return grads, terms

    system.gradients = watched
    (row,) = Trainer(system, batch_size=16).fit(squares(), 1)
    assert len(losses) == 60
    assert row["loss"] == pytest.approx(np.mean(losses))


def test_progress_counts_batches():
    seen = []
    Trainer(small(), batch_size=16).fit(
        squares(40), 2, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(i, 6) for i in range(1, 7)]


def test_a_run_that_broke_off_goes_on_as_if_it_had_not(tmp_path):
    whole = Trainer(small(), batch_size=16, out=tmp_path / "whole")
    whole.fit(squares(), 5)

    class Power(Exception):
        pass

    def fails(done, total):
        if done == 14:  # in the fourth epoch
            raise Power

    broken = Trainer(small(), batch_size=16, out=tmp_path / "broken")
    with pytest.raises(Power):
        broken.fit(squares(), 5, progress=fails)
    with (tmp_path / "broken" / NAME).open("a") as log:
        log.write('{"epoch": 4, "st')  # torn
    path = tmp_path / "broken" / "checkpoint.npz"
    resumed = Trainer.resume(path, out=tmp_path / "broken")
    assert resumed.epoch == 3
    resumed.fit(squares(), 2)
    assert same(whole.system, resumed.system)
    rows = read_metrics(tmp_path / "broken")
    assert without_time(rows) == without_time(whole.rows) == without_time(resumed.rows)
    assert path.read_bytes() == (tmp_path / "whole" / "checkpoint.npz").read_bytes()


def test_rows_after_the_checkpoint_are_written_anew(tmp_path):
    trainer = Trainer(small(), out=tmp_path, save_every=2)
    trainer.fit(squares(), 2)
    kept = (tmp_path / "checkpoint.npz").read_bytes()
    trainer.fit(squares(), 1)
    (tmp_path / "checkpoint.npz").write_bytes(kept)
    resumed = Trainer.resume(tmp_path / "checkpoint.npz", out=tmp_path)
    resumed.fit(squares(), 1)
    assert [row["epoch"] for row in read_metrics(tmp_path)] == [1, 2, 3]


def test_checkpoints_come_every_so_many_epochs_and_at_the_end(tmp_path):
    epochs = []
    trainer = Trainer(small(), out=tmp_path, save_every=2, checkpoint="a.safetensors")
    save = trainer.save
    trainer.save = lambda path: (epochs.append((trainer.epoch, path.name)), save(path))
    trainer.fit(squares(), 5)
    assert epochs == [(2, "a.safetensors"), (4, "a.safetensors"), (5, "a.safetensors")]
    assert checkpoint.describe(tmp_path / "a.safetensors")["epoch"] == 5


def scripted(losses):
    """A VAE whose validation losses are given, and whose weights tell how many there were."""
    system = small()
    values = iter(losses)
    count = [0]

    def evaluate(images, rng):
        count[0] += 1
        system.parameters()["decoder.0.b"][...] = count[0]
        return {"loss": next(values)}

    system.evaluate = evaluate
    return system


def test_training_stops_when_nothing_improves_and_the_best_comes_back(tmp_path):
    losses = [5.0, 3.0, 4.0, 3.0, float("nan"), 1.0]
    system = scripted(losses)
    trainer = Trainer(system, validation=squares(5), patience=3, out=tmp_path)
    rows = trainer.fit(squares(20), 10)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5]
    assert trainer.stopped
    assert (system.parameters()["decoder.0.b"] == 2).all()
    loaded, _ = checkpoint.load(tmp_path / "checkpoint.npz")
    assert same(loaded, system)
    assert trainer.fit(squares(20), 10) == []
    assert Trainer.resume(tmp_path / "checkpoint.npz", validation=squares(5)).stopped
    assert read_metrics(tmp_path)[-1]["validation.loss"] is None


def test_the_best_so_far_survives_a_checkpoint(tmp_path):
    def trainer():
        return Trainer(small(lr=0.3), seed=2, validation=squares(9, 1), patience=3, batch_size=20)

    whole, half = trainer(), trainer()
    whole.fit(squares(), 12)
    half.fit(squares(), 3)
    half.save(tmp_path / "a.npz")
    resumed = Trainer.resume(tmp_path / "a.npz", validation=squares(9, 1))
    resumed.fit(squares(), 9)
    assert whole.stopped
    assert resumed.stopped
    assert same(whole.system, resumed.system)
    assert without_time(whole.rows[3:]) == without_time(resumed.rows)


def test_a_best_that_was_never_seen_restores_nothing():
    system = small()
    before = {key: p.copy() for key, p in system.parameters().items()}
    best = Best(2)
    assert not best.see(float("nan"), system)
    best.restore(system)
    assert all(np.array_equal(p, before[key]) for key, p in system.parameters().items())
    assert best.see(float("inf"), system)


def test_the_best_comes_back_with_its_running_moments():
    system = small(batch_norm=True)
    moments = [key for key in system.parameters() if "mean" in key.rpartition(".")[2]]
    assert moments
    before = {key: p.copy() for key, p in system.parameters().items()}
    best = Best(2)
    best.see(1.0, system)
    for array in system.parameters().values():
        array += 1
    best.see(2.0, system)
    best.restore(system)
    assert all(np.array_equal(p, before[key]) for key, p in system.parameters().items())


def test_a_plateau_of_a_loss_that_is_not_there_is_said():
    trainer = Trainer(small("GAN"), schedule=Plateau(0.1))
    with pytest.raises(AvanpError, match="GAN has no loss for a plateau to see: choose another"):
        trainer.fit(squares(10), 2)
    rows = Trainer(small("GAN"), schedule=StepDecay(0.1, every=1)).fit(squares(10), 2)
    assert rows[1]["lr"] == 0.05


@pytest.mark.parametrize("name", ["VAE", "VAEGAN"])
def test_early_stopping_looks_at_the_loss_that_is_descended_not_at_the_elbo(name):
    system = small(name, beta=50.0, lr=0.01)
    trainer = Trainer(system, batch_size=20, validation=squares(20, 1), patience=100)
    rows = trainer.fit(squares(), 15)
    losses, elbos = ([row[f"validation.{of}"] for row in rows] for of in ("loss", "elbo"))
    assert np.argmin(losses) != np.argmax(elbos)
    assert trainer.best.loss == min(losses)
    error = "reconstruction" if name == "VAE" else "feature"
    for row in rows:
        descended = row[f"validation.{error}"] + 50 * row["validation.kl"]
        assert row["validation.loss"] == pytest.approx(descended, rel=1e-6)


def test_a_training_by_a_schedule_does_not_go_on_without_one(tmp_path):
    trainer = Trainer(small(), schedule=StepDecay(0.1, every=2))
    trainer.fit(squares(10), 1)
    trainer.save(tmp_path / "a.npz")
    with pytest.raises(AvanpError, match="trained by a schedule: give it again"):
        Trainer.resume(tmp_path / "a.npz")


def test_the_best_before_a_checkpoint_is_the_best_after_it(tmp_path):
    trainer = Trainer(scripted([2.0, 1.0, 3.0]), validation=squares(5), patience=3)
    trainer.fit(squares(20), 3)
    trainer.save(tmp_path / "a.npz")
    resumed = Trainer.resume(tmp_path / "a.npz", validation=squares(5))
    resumed.system.evaluate = lambda images, rng: {"loss": 1.5}
    assert len(resumed.fit(squares(20), 10)) == 2  # one epoch was waited before
    assert resumed.stopped
    assert (resumed.system.parameters()["decoder.0.b"] == 2).all()


def test_best_weights_of_another_net_are_refused(tmp_path):
    trainer = Trainer(small(), validation=squares(9, 1), patience=3)
    trainer.fit(squares(), 1)
    trainer.best.weights["decoder.0.b"] = np.zeros(3, np.float32)
    trainer.save(tmp_path / "a.npz")
    with pytest.raises(AvanpError, match="of another architecture"):
        Trainer.resume(tmp_path / "a.npz", validation=squares(9, 1))


def test_a_checkpoint_cannot_lead_out_of_its_folder(tmp_path):
    with pytest.raises(AvanpError, match="no folder in it"):
        Trainer(small(), out=tmp_path / "out", checkpoint="../a.npz")


def test_a_unit_of_the_code_is_in_use_from_a_variance_of_a_hundredth():
    class Encoder:
        def encode(self, images):
            # The variance of ±a is a².
            return np.array([[1], [-1]]) * np.sqrt([0.0, 0.009, 0.011, 1.0]), None

    assert health.active_units(Encoder(), np.zeros((2, *SHAPE))) == 2


def test_one_image_says_nothing_about_the_units_of_a_code():
    row = Trainer(small()).fit(squares(1), 1)[0]
    assert "active_units" not in row
    assert "hint" not in row


def test_a_schedule_sets_every_nets_rate_and_is_resumed(tmp_path):
    trainer = Trainer(small("GAN"), schedule=StepDecay(0.1, every=2))
    rows = trainer.fit(squares(10), 5)
    assert [row["lr"] for row in rows] == [0.1, 0.1, 0.05, 0.05, 0.025]
    assert {optimiser.lr for optimiser in trainer.system.optimisers.values()} == {0.025}

    def plateau(system):
        return Trainer(system, validation=squares(5), schedule=Plateau(0.1, patience=2))

    losses = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    rates = [row["lr"] for row in plateau(scripted(losses)).fit(squares(10), 6)]
    assert rates == [0.1, 0.1, 0.1, 0.1, 0.05, 0.05]
    half = plateau(scripted(losses))
    half.fit(squares(10), 3)
    half.save(tmp_path / "a.npz")
    resumed = Trainer.resume(
        tmp_path / "a.npz", validation=squares(5), schedule=Plateau(0.1, patience=2)
    )
    resumed.system.evaluate = lambda images, rng: {"loss": 2.0}
    assert [row["lr"] for row in resumed.fit(squares(10), 3)] == rates[3:]


def test_a_net_whose_rate_is_its_own_keeps_the_ratio_under_a_schedule():
    system = small("SSAVAE", widths=(4, 4, 4), lr=0.01, discriminator_lr=0.04)
    rates, opts = [], system.optimisers
    trainer = Trainer(system, schedule=StepDecay(0.01, every=1), log_every=1)
    trainer.watchers.append(lambda *_: rates.append({n: o.lr for n, o in opts.items()}))
    trainer.fit(squares(10), steps=2)
    assert rates == [
        pytest.approx({"decoder": rate, "discriminator": 4 * rate}) for rate in (0.01, 0.005)
    ]


def test_a_run_that_diverges_says_where_and_keeps_the_weights_before(tmp_path):
    system = small("GAN", loss="least-squares", optimiser="sgd", lr=1e6)
    trainer = Trainer(system, batch_size=16, out=tmp_path)
    with pytest.raises(NotFinite) as error:
        trainer.fit(squares(), 50)
    message = str(error.value)
    assert error.value.net in ("discriminator", "decoder")
    assert f"GAN.{error.value.net}" in message
    assert "update" in message
    assert "diverged.npz" in message
    assert "\n" not in message
    loaded, state = checkpoint.load(tmp_path / "diverged.npz")
    assert state["step"] == trainer.step
    assert all(np.isfinite(p).all() for p in loaded.parameters().values())


def test_posterior_collapse_is_noticed():
    system = small(beta=1000.0, lr=0.01)
    rows = Trainer(system, batch_size=20).fit(squares(), 15)
    assert rows[-1]["active_units"] == 0
    assert "posterior collapse" in rows[-1]["hint"]
    assert "hint" not in Trainer(small(lr=0.01)).fit(squares(), 1)[0]


def test_a_game_that_is_over_is_noticed():
    assert "always right" in advice({"discriminator_real": 0.999, "discriminator_fake": 0.001})
    assert advice({"discriminator_real": 0.8, "discriminator_fake": 0.2}) == ""


def test_a_classifier_is_trained_on_labels():
    images = squares()
    labels = (images[:, :4].sum(axis=(1, 2, 3)) > images[:, 4:].sum(axis=(1, 2, 3))).astype(int)
    system = small("classifier", classes=2, lr=0.01)
    trainer = Trainer(system, batch_size=20, validation=(images, labels), patience=50)
    rows = trainer.fit(images, 30, labels=labels)
    assert rows[-1]["validation.accuracy"] > 0.95
    assert "active_units" not in rows[-1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Trainer(small(), batch_size=0), "batch_size must be a whole number"),
        (lambda: Trainer(small(), patience=2), "patience needs validation images"),
        (
            lambda: Trainer(small("GAN"), patience=2, validation=squares(3)),
            "GAN has no validation loss to stop by",
        ),
        (lambda: Trainer(small(), seed=-1), "a seed must be"),
        (lambda: Trainer(small()).fit(squares()[:, :4], 1), r"images must be \(n, 8, 8, 1\)"),
        (lambda: Trainer(small()).fit(squares()[:0], 1), "there are no images"),
        (lambda: Trainer(small()).fit(squares(4) * 2.0, 1), r"images must be in \[0, 1\]"),
        (
            lambda: Trainer(small()).fit(squares(4), 1, labels=np.zeros(4, int)),
            "VAE takes no labels",
        ),
        (
            lambda: Trainer(small("classifier", classes=2)).fit(squares(4), 1),
            "classifier needs labels",
        ),
        (
            lambda: Trainer(small("classifier", classes=2)).fit(
                squares(4), 1, labels=np.zeros(3, int)
            ),
            r"4 images need as many labels, \(4,\), not \(3,\)",
        ),
    ],
)
def test_what_cannot_be_trained_is_said_at_once(make, message):
    with pytest.raises(AvanpError, match=message):
        make()


def test_a_log_with_a_line_that_is_no_json_is_refused(tmp_path):
    for line in ("nonsense", "[1]", '{"epoch": "x"}', "[" * 10_000):
        (tmp_path / NAME).write_text(f'{{"epoch": 1}}\n{line}\n{{"epoch": 3}}\n')
        with pytest.raises(AvanpError, match="line 2, is not a row of a training"):
            read_metrics(tmp_path)


def test_a_folder_without_a_log_has_no_rows(tmp_path):
    assert read_metrics(tmp_path) == []
    (tmp_path / NAME).write_text(json.dumps({"epoch": 1}))  # no newline: torn
    assert read_metrics(tmp_path) == []


def test_steps_that_end_within_an_epoch_are_logged_and_kept(tmp_path):
    whole = Trainer(small("VAE"), batch_size=20)
    whole.fit(squares(), steps=5)
    first = Trainer(small("VAE"), batch_size=20, out=tmp_path)
    first.fit(squares(), steps=2)
    assert [(row["epoch"], row["step"]) for row in read_metrics(tmp_path)] == [(0, 2)]
    again = Trainer.resume(tmp_path / "checkpoint.npz", out=tmp_path)
    again.fit(squares(), steps=3)
    assert same(again.system, whole.system)


@pytest.mark.parametrize("other", [2, 9, 40])
def test_a_pass_over_other_images_begins_anew(other):
    """In the middle of a pass over ten images, and whether the other pass is longer or shorter."""
    images = np.random.default_rng(0).random((40, 3, 3, 1)).astype(np.float32)
    one = Trainer(build("VAE", shape=(3, 3, 1), latent=2, widths=(5,)), batch_size=2)
    one.fit(images[:10], steps=3)
    assert (one.epoch, one.batches.state()[1]) == (0, 3)
    seen = []
    update = one.system.update

    def watched(draw, rng):
        return update(lambda: seen.append(x := draw()) or x, rng)

    one.system.update = watched
    one.fit(images[:other], epochs=1)
    assert sorted(float(x.sum()) for batch in seen for x in batch) == pytest.approx(
        sorted(float(x.sum()) for x in images[:other])
    )
    assert one.epoch == 1


def _classifier():
    return build("classifier", shape=(4, 4, 1), classes=2, widths=(4,))


def _vae():
    return build("VAE", shape=(4, 4, 1), widths=(4,), latent=2)


@pytest.mark.parametrize(
    ("make", "validation", "says"),
    [
        (_vae, lambda x, y: (x, y), "validation of a VAE must be images alone"),
        (
            _vae,
            lambda x, y: x[:, :3],
            r"validation images must be \(n, 4, 4, 1\), not \(6, 3, 4, 1\)",
        ),
        (_vae, lambda x, y: "abc", r"validation images must be \(n, 4, 4, 1\), not \(\)"),
        (_classifier, lambda x, y: x, r"takes a pair \(images, labels\)"),
        (_classifier, lambda x, y: (x, y, y), r"takes a pair \(images, labels\)"),
        (_classifier, lambda x, y: (x, y[:3]), r"6 images need as many labels, \(6,\), not \(3,\)"),
        (_classifier, lambda x, y: (x, y[:, None]), r"as many labels, \(6,\), not \(6, 1\)"),
    ],
)
def test_wrong_validation_is_named_before_training(make, validation, says):
    x, y = np.zeros((6, 4, 4, 1), np.float32), np.arange(6) % 2
    with pytest.raises(AvanpError, match=says):
        Trainer(make(), validation=validation(x, y))
