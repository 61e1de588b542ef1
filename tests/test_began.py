"""BEGAN, BEGAN-CS and BEGAN v3 as systems: gradients, order, k, resuming, and what they can do."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from test_nets_began import smooth

from avanp.errors import AvanpError
from avanp.grad.scalar import check_scalar
from avanp.layers.factored import Factors
from avanp.layers.vanishing import set_carry
from avanp.losses.began import eq10_k
from avanp.metrics.collapse import Sign
from avanp.registry import load
from avanp.rng import stream
from avanp.systems.autoencoder_pass import of_images, through
from avanp.systems.boundary import discriminate
from avanp.training import checkpoint
from avanp.training.collapse import BEFORE, CollapseWatch, SampleSheets
from avanp.training.trainer import Trainer

NAMES = ("BEGAN", "BEGAN-CS", "BEGAN-v3")
ORDERS = ("simultaneous", "sequential")
BOTH = (False, True)
LOSSES = ("l1", "l2", "mse")


def make(name, dtype=np.float64, seed=0, **options):
    kind = load("system", name)
    given = {"shape": (4, 4, 1), "arch": "mlp", "width": 5, "latent": 3}
    weights = {k: v for k, v in kind.checked_with.items() if k in ("alpha", "kl_weight")}
    return kind(kind.config_class(**{**given, **weights, **options}), seed, dtype=dtype)


def images(n=6, shape=(4, 4, 1)):
    return np.random.default_rng(1).random((n, *shape))


def shaken(system):
    """The system with smooth activations, biases that are not zero, and k in the middle."""
    draws = np.random.default_rng(3)
    for net in system.nets.values():
        smooth(net)
        for key, p in net.params.items():
            if key.endswith(".b"):
                p += 0.3 * draws.standard_normal(p.shape)
    system.state["k"][...] = 0.3
    return system


def play(system, x):
    """The gradients and the losses of one step, nothing moving."""
    moving = [*system.state.values(), *(a for n in system.nets.values() for a in n.state.values())]
    before = [array.copy() for array in moving]
    grads, losses = {}, {}
    for g, terms in system.updates(lambda: x, stream(0, "noise")):
        grads |= g
        own = system.descends(terms)
        losses |= {net: own[net] for net in g}
    for array, was in zip(moving, before, strict=True):
        array[...] = was
    return grads, losses


def loss_of(system, x, net):
    """What a net descends, as a function of the weights as they are."""
    return lambda: play(system, x)[1][net]


def dense(grads):
    return {k: g.to_array() if isinstance(g, Factors) else g for k, g in grads.items()}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", NAMES)
def test_the_gradients_of_both_nets_agree_with_differences(name, order, loss):
    for fresh in BOTH:
        system = shaken(make(name, order=order, loss=loss, fresh_codes=fresh))
        x = images(3)
        grads, _ = play(system, x)
        for net, layer in system.nets.items():
            # Short steps: the errors of few pixels change their sign within one.
            check_scalar(loss_of(system, x, net), layer.params, dense(grads[net]), step=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradients_of_convolutional_nets_agree_with_differences(name):
    options = {"shape": (13, 12, 1), "arch": "conv", "width": 2, "skips": True, "vanishing": 9}
    # Among so many pixels some error is always near the kink of l1.
    system, x = shaken(make(name, **options, loss="mse")), images(3, (13, 12, 1))
    for net in system.nets.values():
        set_carry(net, 0.4)
    grads, _ = play(system, x)
    for net, layer in system.nets.items():
        check_scalar(loss_of(system, x, net), layer.params, dense(grads[net]))


@pytest.mark.parametrize("name", NAMES)
def test_in_sequence_the_generator_learns_through_the_discriminator_that_has_just_learned(name):
    system, twin = (make(name, order="sequential", optimiser="sgd", lr=0.5) for _ in range(2))
    x = images()
    system.step(x, stream(0, "noise"))

    rng, signed = stream(0, "noise"), 2 * x - 1
    g, d = twin.decoder, twin.d
    z = twin.noise(len(x), rng)
    fake, cache = g.forward(z)
    first = discriminate(d, signed, fake, z, twin.weights(), distance="l1", rng=rng)
    twin.optimisers["discriminator"].step(d.params, dense(first.grads))
    seen = through(d, fake, "l1", rng)
    of_g = dense(g.backward(of_images(d, seen), cache, wrt="params")[1])
    twin.optimisers["generator"].step(g.params, of_g)
    again = g.forward(z)[0]
    real, fake_loss = (through(d, v, "l1", rng).value for v in (signed, again))
    for net in ("discriminator", "generator"):
        for key, p in system.nets[net].params.items():
            assert_allclose(p, twin.nets[net].params[key], rtol=1e-12)
    c = system.config
    assert system.state["k"] == eq10_k(0.0, real, fake_loss, gamma=c.gamma, rate=c.k_rate)


@pytest.mark.parametrize("name", NAMES)
def test_together_all_is_measured_at_the_weights_before(name):
    system = make(name, lr=0.5)
    before = play(system, images())[1]
    terms = system.step(images(), stream(0, "noise"))
    assert terms["discriminator_loss"] == before["discriminator"]
    assert terms["fake"] == before["generator"]
    c = system.config
    assert terms["m"] == terms["real"] + abs(c.gamma * terms["real"] - terms["fake"])
    assert terms["m"] == pytest.approx(terms["m_mean"], rel=1e-12)
    assert terms["ratio"] == terms["fake"] / terms["real"]
    expected = eq10_k(0.0, terms["real"], terms["fake"], gamma=c.gamma, rate=c.k_rate)
    assert system.state["k"] == expected
    assert set(terms) <= {*system.terms, "grad_norm.discriminator", "grad_norm.generator"}


def test_fresh_codes_are_others():
    shared, fresh = (make("BEGAN", fresh_codes=f).step(images(), stream(0, "noise")) for f in BOTH)
    assert shared["real"] == fresh["real"]
    assert shared["fake"] != fresh["fake"]


def test_the_printed_sign_of_equation_8_collapses():
    """On the 8×8 digits: k stays 0 and the generator makes what D reconstructs best."""
    from avanp.data.resolve import load_splits

    x = load_splits("digits")["train"].images
    ends = {}
    for printed in BOTH:
        system = make(
            "BEGAN", np.float32, shape=(8, 8, 1), width=64, latent=4, lr=1e-3, printed_sign=printed
        )
        rows = Trainer(system, batch_size=16, log_every=100).fit(x, steps=1500)
        ends[printed] = rows[-1]
        ks = [row["k"] for row in rows]
        assert (max(ks) == 0) == printed
    assert ends[True]["ratio"] < 0.1
    assert ends[False]["ratio"] > 0.4


@pytest.mark.parametrize(("name", "order"), list(zip(NAMES, [*ORDERS, ORDERS[1]], strict=True)))
def test_a_training_killed_at_any_step_goes_on_bit_for_bit(tmp_path, name, order):
    options = {"order": order, "vanishing": 7, "arch": "mlp"}
    x, held = images(20).astype(np.float32), images(8).astype(np.float32)
    whole = Trainer(
        make(name, np.float32, **options),
        batch_size=6,
        log_every=1,
        validation=held,
        out=tmp_path / "whole",
    )
    rows = whole.fit(x, steps=9)
    for cut in (1, 4, 8):
        out = tmp_path / str(cut)
        first = Trainer(
            make(name, np.float32, **options), batch_size=6, log_every=1, validation=held, out=out
        )
        first.fit(x, steps=cut)
        second = Trainer.resume(out / "checkpoint.npz", validation=held, out=out)
        second.fit(x, steps=9 - cut)
        assert second.system.state["k"] == whole.system.state["k"]
        for key, p in whole.system.parameters().items():
            assert_array_equal(p, second.system.parameters()[key], err_msg=key)
        for one, other in zip(rows, second.rows, strict=True):
            assert {**one, "seconds": 0} == {**other, "seconds": 0}
        assert second.best.loss == whole.best.loss


def test_the_model_of_the_lowest_m_and_the_last_are_both_kept(tmp_path):
    x = images(20).astype(np.float32)
    trainer = Trainer(make("BEGAN", np.float32), batch_size=5, log_every=2, out=tmp_path)
    rows = trainer.fit(x, steps=12)
    # A worse end, so that the two differ.
    trainer.system.optimisers["discriminator"].lr = 3.0
    rows += trainer.fit(x, steps=4)
    assert trainer.best.loss == min(row["m"] for row in rows) < rows[-1]["m"]
    last, _ = checkpoint.load(tmp_path / "checkpoint.npz")
    best, _ = checkpoint.load_best(tmp_path / "checkpoint.npz")
    for key, p in trainer.system.parameters().items():
        assert_array_equal(p, last.parameters()[key])
    assert any((p != best.parameters()[key]).any() for key, p in last.parameters().items())


@pytest.mark.parametrize("name", NAMES)
def test_what_a_system_can_do(name):
    system, x = make(name), images()
    mu, logvar = system.encode(x)
    assert mu.shape == logvar.shape == (6, 3)
    assert (np.isneginf(logvar).all()) == (name != "BEGAN-v3")
    assert_array_equal(system.reconstruct(x), system.from_codes(mu))
    made = system.generate(7, np.random.default_rng(0))
    for some, n in ((made, 7), (system.reconstruct(x), 6)):
        assert some.shape == (n, 4, 4, 1)
        assert 0 <= some.min() <= some.max() <= 1
    bytes_ = np.round(x * 255).astype(np.uint8)
    assert_allclose(system.encode(bytes_)[0], system.encode(bytes_ / 255)[0], rtol=1e-12)


def test_codes_are_uniform_or_normal():
    for prior, variance in (("uniform", 1 / 3), ("normal", 1.0)):
        z = make("BEGAN", prior=prior).noise(20_000, np.random.default_rng(0))
        assert z.var() == pytest.approx(variance, rel=0.02)
        assert (abs(z).max() <= 1) == (prior == "uniform")


def test_a_tables_numbers_are_taken_as_they_are():
    system = make("BEGAN", pixel_range="real")
    assert_array_equal(system._signed(np.array([3.0])), [3.0])
    assert system.generate(2, np.random.default_rng(0)).min() < 0


def test_residuals_vanish_step_by_step():
    system = make("BEGAN", vanishing=4)
    seen = []
    for _ in range(5):
        seen.append([float(a) for net in system.nets.values() for a in net.state.values()])
        system.step(images(), stream(0, "noise"))
    assert [s[0] for s in seen] == [1, 0.75, 0.5, 0.25, 0]
    assert all(len(set(s)) == 1 for s in seen)


def test_validation_measures_m_and_diversity():
    system, x = make("BEGAN-v3"), images(9)
    terms = system.evaluate(x, stream(0, "eval"))
    assert terms == system.evaluate(x, stream(0, "eval"))
    assert 0 < terms["diversity"] < 2
    assert terms["m"] == pytest.approx(
        terms["real"] + abs(system.config.gamma * terms["real"] - terms["fake"])
    )
    assert "diversity" not in system.evaluate(np.full((3, 4, 4, 1), 0.5), stream(0, "eval"))


def test_pieces_are_the_whole(monkeypatch):
    system, x = make("BEGAN-CS"), images(9)
    whole = (*system.encode(x), system.reconstruct(x), system.decode(system.encode(x)[0]))
    measured = system.evaluate(x, stream(0, "eval"))
    monkeypatch.setattr("avanp.systems.equilibrium_nets.PIECE", 2 * 16 * 5)
    pieces = (*system.encode(x), system.reconstruct(x), system.decode(system.encode(x)[0]))
    for one, other in zip(whole, pieces, strict=True):
        assert_allclose(one, other, rtol=1e-12)
    assert system.evaluate(x, stream(0, "eval")) == pytest.approx(measured, rel=1e-12)


@pytest.mark.parametrize("loss", ["l1", "l2", "mse"])
def test_m_does_not_depend_on_the_pieces_it_is_taken_in(monkeypatch, loss):
    system, x = make("BEGAN-v3", loss=loss), np.concatenate([images(9)] * 60)
    measured = []
    for piece in (7, 300):
        monkeypatch.setattr("avanp.systems.equilibrium_nets.PIECE", piece * 16 * 5)
        measured.append(system.evaluate(x, stream(0, "eval")))
    assert measured[0] == pytest.approx(measured[1], rel=1e-12)


@pytest.mark.parametrize("loss", ["l1", "l2", "mse"])
def test_l_of_x_is_that_of_all_images_and_l2_that_of_batches_of_one(loss):
    system, x = make("BEGAN", loss=loss), images(9)
    e = 2 * (system.d.forward(2 * x - 1)[0] / 2 + 0.5 - x).reshape(9, -1)
    by_hand = {
        "l1": np.mean([np.abs(one).mean() for one in e]),
        "l2": np.sqrt(np.mean([np.sum(one * one) for one in e])),
        "mse": np.mean([np.mean(one * one) for one in e]),
    }
    for many in (x, np.concatenate([x] * 60)):
        found = system.evaluate(many, stream(0, "eval"))["real"]
        assert found == pytest.approx(by_hand[loss], rel=1e-9)
    beyond = np.concatenate([np.concatenate([x] * 60)[:500], np.ones((500, 4, 4, 1))])
    other = system.evaluate(beyond, stream(0, "eval"))["real"]
    assert other != pytest.approx(by_hand[loss], rel=1e-3)


def test_a_row_of_the_log_looks_at_the_first_500_validation_images():
    held = np.random.default_rng(1).random((700, 4, 4, 1))
    trainer = Trainer(make("BEGAN-CS"), batch_size=4, validation=held)
    row = trainer.fit(images(9), steps=3)[-1]
    seen = trainer.system.evaluate(held[:500], stream(0, "eval"))
    assert {f"validation.{term}": value for term, value in seen.items()}.items() <= row.items()


def log(k, diversity):
    pairs = zip(k, diversity, strict=True)
    return [{"step": i + 1, "k": a, "validation.diversity": b} for i, (a, b) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("k", "diversity", "expected"),
    [
        ([0, 0.1, 0.2], [0.1, 0.2, 0.4], Sign.NONE),
        ([0.1, 0.2, 0.05], [0.4, 0.5, 0.4], Sign.K_DROP),
        ([0.1, 0.2, 0.05], [0.4, 0.5, 0.1], Sign.COLLAPSE),
        ([0.1, 0.2, 0.15], [0.1, 0.2, 0.1], Sign.NONE),
        ([0.0] * 20, [0.1] * 20, Sign.STUCK),
        ([0.0] * 19, [0.1] * 19, Sign.NONE),
    ],
)
def test_the_log_shows_what_happened(k, diversity, expected):
    rows = log(k, diversity)
    assert make("BEGAN").notice(rows) == expected.value
    assert make("BEGAN").notice([{"step": 1, "k": 0.0}]) == ""


def staged(tmp_path, k, diversity, **options):
    """A trainer whose rows say so; the checkpoint of each row holds the row's step as k."""
    trainer = Trainer(make("BEGAN"), out=tmp_path)
    watch = CollapseWatch(**options)
    for row in log(k, diversity):
        trainer.rows.append(row)
        watch(trainer, row)
        trainer.system.state["k"][...] = row["step"]
        trainer.save(tmp_path / "checkpoint.npz")
        if trainer.stopped:
            break
    return trainer


def kept(tmp_path):
    return (
        checkpoint.load(tmp_path / BEFORE)[0].state["k"] if (tmp_path / BEFORE).exists() else None
    )


def test_the_checkpoint_from_before_the_last_drop_of_k_is_kept(tmp_path):
    k, spread = [0.1, 0.3, 0.1, 0.1, 0.1, 0.0, 0.0], [0.5] * 6 + [0.1]
    trainer = staged(tmp_path, k, spread)
    assert kept(tmp_path) == 5
    assert not trainer.stopped
    assert len(trainer.rows) == 7


def test_a_collapse_without_a_drop_keeps_its_own_and_stops_where_asked(tmp_path):
    trainer = staged(tmp_path, [0.3] * 5, [0.5, 0.5, 0.1, 0.1, 0.1], stop=True)
    assert kept(tmp_path) == 2
    assert trainer.stopped
    assert len(trainer.rows) == 3


def test_a_drop_of_k_alone_stops_nothing_and_no_sign_keeps_nothing(tmp_path):
    assert not staged(tmp_path / "a", [0.3, 0.1], [0.5, 0.5], stop=True).stopped
    staged(tmp_path / "b", [0.1, 0.2], [0.5, 0.5])
    assert kept(tmp_path / "b") is None


def test_sheets_of_the_same_codes_are_drawn_over_time(tmp_path):
    x = images(20).astype(np.float32)
    trainer = Trainer(make("BEGAN", np.float32), batch_size=5, log_every=3, out=tmp_path)
    trainer.watchers.append(SampleSheets(5))
    trainer.fit(x, steps=12)
    assert sorted(p.name for p in (tmp_path / "sheets").iterdir()) == [
        "samples-00000006.png",
        "samples-00000012.png",
    ]


def test_a_planted_link_leads_no_sheet_out_of_the_folder(tmp_path):
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    run.mkdir(), elsewhere.mkdir()
    trainer = Trainer(make("BEGAN", np.float32), batch_size=5, log_every=3)
    trainer.out = run
    trainer.watchers.append(SampleSheets(3))
    (run / "sheets").symlink_to(elsewhere)
    with pytest.raises(AvanpError, match=r"sheets.*link"):
        trainer.fit(images(20).astype(np.float32), steps=3)
    assert not list(elsewhere.iterdir())
