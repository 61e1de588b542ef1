"""SSAVAE and its first stage: their losses by the paper's equations, and what stays frozen."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from avanp.errors import AvanpError
from avanp.layers.softmax import Softmax
from avanp.losses import ssavae as eq
from avanp.nets.ssavae import taps
from avanp.rng import stream
from avanp.systems import class_gaussians
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.systems.ssavae import SSAVAE
from avanp.systems.vec import VEC
from avanp.training import checkpoint
from avanp.training.trainer import Trainer

SHAPE = (6, 5, 1)
SMALL = {"shape": SHAPE, "widths": (2, 3, 2), "classes": 3}
N = 9
same = lambda x: pytest.approx(x, rel=1e-9, abs=1e-12)  # noqa: E731


def vec(dtype=np.float64, **options):
    return VEC(VEC.config_class(**{**SMALL, **options}), dtype=dtype)


def ssavae(first=None, **options):
    first = vec() if first is None else first
    own = {**SMALL, **SSAVAE.options_from(first), **options}
    parts = SSAVAE.parts_from(first, "VEC")
    return SSAVAE(SSAVAE.config_class(**own), dtype=first.dtype, parts=parts)


def images(n=N, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).random((n, *SHAPE)).astype(dtype)


def draws(*batches):
    """A `draw` that gives these batches, one a call, and then no more."""
    left = iter(batches)
    return lambda: next(left)


def noise(n=N, latent=2):
    return stream(0, "noise").standard_normal((n, latent))


def updates(system, *batches):
    return list(system.updates(draws(*batches), stream(0, "noise")))


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_vec_descends_equation_6_of_the_drawn_code(reduction):
    system, x, labels = vec(kl_weight=0.3, kl_reduction=reduction), images(), np.arange(N) % 3
    _, terms = system.gradients((x, labels), stream(0, "noise"))
    mu, logvar = np.split(system.encoder.forward(x)[0], 2, axis=1)
    z = eq.eq1(mu, np.exp(logvar / 2), noise())
    p = Softmax().forward(system.classifier.forward(z, train=True)[0])[0]
    kl, cat = eq.eq4(mu, logvar, reduction=reduction), eq.eq7(p, labels)
    assert terms["loss"] == same(eq.eq6(kl, cat, 0.3))
    assert terms["cross_entropy"] == same(cat)
    assert terms["kl"] == same(eq.eq4(mu, logvar))
    assert terms["accuracy"] == same(np.mean(p.argmax(axis=1) == labels))


def test_an_image_without_a_label_pays_kl_alone():
    # No batch norm in the classifier: through its moments every code reaches every other.
    system, x, labels = vec(batch_norm=False, kl_weight=0.3), images(), np.arange(N) % 3
    some = labels.copy()
    some[4:] = -1
    grads, terms = system.gradients((x, some), stream(0, "noise"))
    _, of_four = system.gradients((x[:4], labels[:4]), stream(0, "noise"))
    assert terms["cross_entropy"] == same(of_four["cross_entropy"])
    none, paid = system.gradients((x, np.full(N, -1)), stream(0, "noise"))
    assert paid["cross_entropy"] == 0
    assert paid["loss"] == same(0.3 * paid["kl"] / 2)
    assert "accuracy" not in paid
    assert not any(np.any(_array(g)) for g in none["classifier"].values())
    assert any(np.any(_array(g)) for g in grads["classifier"].values())
    assert any(np.any(_array(g)) for g in none["encoder"].values())


def test_a_decoder_that_is_trained_along_adds_the_mean_cross_entropy_of_the_pixels():
    system, x, labels = vec(kl_weight=0.3, reconstruction_weight=0.7), images(), np.full(N, -1)
    grads, terms = system.gradients((x, labels), stream(0, "noise"))
    mu, logvar = np.split(system.encoder.forward(x)[0], 2, axis=1)
    again = sigmoid(system.decoder.forward(eq.eq1(mu, np.exp(logvar / 2), noise()), train=True)[0])
    errors = [
        -(wanted * np.log(got) + (1 - wanted) * np.log1p(-got))
        for wanted, got in zip(x.ravel(), again.ravel(), strict=True)
    ]
    assert terms["reconstruction"] == same(sum(errors) / len(errors))
    assert terms["loss"] == same(0.3 * terms["kl"] / 2 + 0.7 * terms["reconstruction"])
    assert set(grads) == {"encoder", "classifier", "decoder"}
    assert set(vec().nets) == {"encoder", "classifier"}
    real = vec(kl_weight=0.3, reconstruction_weight=0.7, pixel_range="real")
    _, terms = real.gradients((x, labels), stream(0, "noise"))
    mu, logvar = np.split(real.encoder.forward(x)[0], 2, axis=1)
    out = real.decoder.forward(eq.eq1(mu, np.exp(logvar / 2), noise()), train=True)[0]
    assert terms["reconstruction"] == same(0.5 * np.mean(np.square(out - x)))


def test_images_without_a_label_do_not_lower_the_terms_of_the_others(monkeypatch):
    monkeypatch.setattr(
        "avanp.systems.measured.chunks", lambda n: (slice(i, i + 4) for i in range(0, n, 4))
    )
    system, x, labels = vec(reconstruction_weight=0.2), images(), np.arange(N) % 3
    some = np.where(np.isin(np.arange(N), (0, 5, 8)), labels, -1)
    told = system.evaluate((x, some), stream(0, "eval"))
    alone = system.measure((x[some >= 0], some[some >= 0]), stream(0, "eval"))
    whole = system.measure((x, labels), stream(0, "eval"))
    for term in ("cross_entropy", "accuracy"):
        assert told[term] == same(alone[term])
    assert told["kl"] == same(whole["kl"])
    assert told["reconstruction"] == same(whole["reconstruction"])
    kl, rec = 0.1 * whole["kl"] / 2, 0.2 * whole["reconstruction"]
    assert told["loss"] == same(kl + rec + alone["cross_entropy"])
    none = system.evaluate((x, np.full(N, -1)), stream(0, "eval"))
    assert "cross_entropy" not in none
    assert "accuracy" not in none
    assert none["loss"] == same(kl + rec)


def test_a_row_of_the_log_weighs_each_step_by_the_images_that_have_a_label():
    x, labels = told_apart(np.random.default_rng(0))
    some = np.full(len(labels), -1)
    some[:9] = labels[:9]
    system, seen = vec(np.float32), []
    gradients = system.gradients
    system.gradients = lambda batch, rng: (
        seen.append((batch[1], got := gradients(batch, rng))) or got
    )
    (row,) = Trainer(system, batch_size=8).fit(x, 1, labels=some)
    counts = [int(np.sum(batch >= 0)) for batch, _ in seen]
    assert sum(counts) == 9
    assert 0 in counts  # a batch without one says nothing of accuracy
    for term in ("cross_entropy", "accuracy"):
        values = [terms.get(term, 0) for _, (_, terms) in seen]
        assert row[term] == pytest.approx(np.dot(counts, values) / 9)
    assert row["kl"] == pytest.approx(np.mean([terms["kl"] for _, (_, terms) in seen]))


def _array(g):
    return g.to_array() if hasattr(g, "to_array") else g


WRONG_PAIRS = {
    "need as many labels": (images(), (np.arange(N) % 3)[:, None]),
    "9 images need as many labels, \\(9,\\), not \\(3,\\)": (images(), np.arange(3)),
    "VEC takes a pair": images(),
    "a pair": "images",
}


@pytest.mark.parametrize(("said", "pair"), WRONG_PAIRS.items())
def test_labels_that_are_none_are_refused_before_anything_is_trained(said, pair):
    with pytest.raises(AvanpError, match=said):
        vec().evaluate(pair, stream(0, "eval"))
    with pytest.raises(AvanpError, match=said):
        Trainer(vec(), validation=pair)
    if isinstance(pair, tuple):
        with pytest.raises(AvanpError, match=said):
            Trainer(vec()).fit(pair[0], 1, labels=pair[1])


@pytest.mark.parametrize(
    "other", [{"shape": (8, 8, 1)}, {"latent": 3}, {"classes": 4}, {"widths": (3, 3, 2)}]
)
def test_a_first_stage_of_another_shape_is_refused_in_one_line(other):
    parts = SSAVAE.parts_from(vec(**other), "VEC")
    with pytest.raises(AvanpError, match="of another shape, latent, classes or widths than this"):
        SSAVAE(SSAVAE.config_class(**SMALL), parts=parts)


def test_betas_are_the_decoders_and_the_help_says_so():
    system = ssavae(betas=(0.7, 0.99))
    assert system.optimisers["decoder"].betas == (0.7, 0.99)
    assert system.optimisers["discriminator"].betas == (0.5, 0.999)
    assert "the discriminator's are 0.5 and 0.999" in options_of(SSAVAE.config_class)["betas"].help


@pytest.mark.parametrize(
    ("options", "weight"),
    [
        ({"latent": 2}, 0.1),
        ({"latent": 10}, 0.02),
        ({"latent": 100}, 0.01),
        ({"latent": 100, "kl_reduction": "sum"}, 0.0001),
        ({"latent": 2, "kl_weight": 1.0}, 1.0),
    ],
)
def test_the_default_weight_of_kl_depends_on_the_size_of_a_code(options, weight):
    assert vec(**options).config.kl_weight == pytest.approx(weight)


def told_apart(rng, n=96):
    """Images of three classes, bright at three places."""
    labels = np.arange(n) % 3
    x = 0.2 * rng.random((n, *SHAPE))
    for k in range(3):
        x[labels == k, 2 * k : 2 * k + 2] += 0.7
    return x.astype(np.float32), labels


def test_weight_1_with_a_sum_collapses_and_the_default_does_not():
    x, labels = told_apart(np.random.default_rng(0))
    ends = {}
    for name, options in {"default": {}, "sum": {"kl_weight": 1.0, "kl_reduction": "sum"}}.items():
        system = vec(np.float32, lr=5e-3, **options)
        Trainer(system, batch_size=32).fit(x, 60, labels=labels)
        ends[name] = system.evaluate((x, labels), stream(0, "eval"))
    assert ends["default"]["accuracy"] > 0.95
    assert ends["default"]["kl"] > 1
    # ln 3 is what a code that says nothing pays.
    assert ends["sum"]["kl"] < 0.01
    assert ends["sum"]["cross_entropy"] == pytest.approx(np.log(3), abs=0.05)
    assert ends["sum"]["accuracy"] < 0.5


def test_a_step_is_two_updates_of_the_discriminator_and_one_of_the_decoder_on_new_batches():
    system, batches = ssavae(), [images(seed=i) for i in range(5)]
    named = [list(grads) for grads, _ in updates(system, *batches[:3])]
    assert named == [["discriminator"], ["discriminator"], ["decoder"]]
    system = ssavae(n_dis=2)
    assert [next(iter(grads)) for grads, _ in updates(system, *batches)] == [
        *["discriminator"] * 4,
        "decoder",
    ]


def test_the_discriminator_pays_for_its_distance_from_plus_and_minus_one():
    system, x, y = ssavae(), images(seed=1), images(seed=2)
    (_, real), (_, fake), _ = updates(system, x, y, images())
    score = lambda of: system.nets["discriminator"].forward(of)[0]  # noqa: E731
    assert real["real_cost"] == same(eq.eq_dis(score(x), 1))
    mu, logvar = np.split(system.encoder.forward(y)[0], 2, axis=1)
    z = eq.eq1(mu, np.exp(logvar / 2), noise())
    again = sigmoid(system.decoder.forward(z, train=True)[0])
    assert fake["fake_cost"] == same(eq.eq_dis(score(again), -1))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_decoder_descends_equation_8(reduction):
    system = ssavae(beta=0.4, gamma=0.7, latent_reduction=reduction)
    x, rng = images(), stream(0, "noise")
    _, terms = system._decoder(x, rng)
    net = system.encoder
    code, features, _ = net.forward_taps(x, taps(net))
    mu, logvar = np.split(code, 2, axis=1)
    z = eq.eq1(mu, np.exp(logvar / 2), noise())
    again = sigmoid(system.decoder.forward(z, train=True)[0])
    code, seen, _ = net.forward_taps(again, taps(net))
    score = lambda of: system.nets["discriminator"].forward(of)[0]  # noqa: E731
    p, q = (system.class_of_code(m) for m in (mu, code[:, :2]))
    rec = eq.eq9(features.values(), seen.values(), (1, 0.1, 0.01))
    adv, latent = eq.eq10(score(x), score(again)), eq.eq11(p, q, reduction=reduction)
    assert terms == {
        "reconstruction": same(rec),
        "adversarial": same(adv),
        "latent_loss": same(latent),
        "loss": same(eq.eq8(rec, adv, latent, 0.4, 0.7)),
    }


class Counter:
    """Counts the passes through a layer that it stands for."""

    def __init__(self, layer):
        self.layer, self.forwards, self.backwards = layer, 0, 0
        self.params, self.state, self.rectifies = layer.params, layer.state, layer.rectifies

    def forward(self, *args, **kwargs):
        self.forwards += 1
        return self.layer.forward(*args, **kwargs)

    def backward(self, *args, **kwargs):
        self.backwards += 1
        return self.layer.backward(*args, **kwargs)


def passes(**options):
    """How often a decoder's update passes the encoder's first layer, its heads, d and Class."""
    system = ssavae(**options)
    net, d = system.encoder, system.nets["discriminator"]
    watched = {"first": net, "heads": net, "d": d, "class": system.classifier}
    places = {"first": 0, "heads": -1, "d": 0, "class": 0}
    counters = {}
    for name, of in watched.items():
        counters[name] = of.layers[places[name]] = Counter(of.layers[places[name]])
    list(system.updates(draws(*(images(seed=i) for i in range(3))), stream(0, "noise")))
    return {name: (c.forwards, c.backwards) for name, c in counters.items()}


def test_a_term_of_weight_zero_costs_nothing():
    # Image and reconstruction pass the encoder once each, and one pass goes back.
    whole = passes()
    # Of the discriminator's two updates one reads codes; each passes d forwards and back. The
    # images' classes are looked at always, for the Gaussians of their codes.
    assert whole == {"first": (3, 1), "heads": (3, 1), "d": (4, 3), "class": (2, 1)}
    assert passes(beta=0.0) == {"first": (2, 1), "heads": (2, 1), "d": (0, 0), "class": (2, 1)}
    assert passes(beta=0.0, gamma=0.0) == {
        "first": (2, 1),
        "heads": (1, 0),
        "d": (0, 0),
        "class": (1, 0),
    }
    alone = passes(alphas=(0.0, 0.0, 0.0), gamma=0.0)
    assert alone == {"first": (2, 0), "heads": (2, 0), "d": (4, 3), "class": (1, 0)}


def test_a_decoder_with_nothing_to_learn_is_refused():
    with pytest.raises(AvanpError, match="alphas, beta and gamma are all 0"):
        ssavae(alphas=(0.0, 0.0, 0.0), beta=0.0, gamma=0.0)
    with pytest.raises(AvanpError, match="alphas must be three numbers"):
        ssavae(alphas=(1.0, 0.1))


def test_nothing_flows_into_the_frozen_nets():
    system = ssavae(vec(np.float32))
    before = {name: part.sha256 for name, part in system.parts.items()}
    moved = {key: p.copy() for key, p in system.parameters().items()}
    Trainer(system, batch_size=4).fit(images(dtype=np.float32), 3)
    assert {name: part.sha256 for name, part in system.parts.items()} == before
    assert not any(key.startswith(("encoder", "classifier")) for key in moved)
    for key, p in system.parameters().items():
        assert not np.array_equal(p, moved[key]), key


def test_the_discriminators_updates_leave_the_decoders_running_moments_alone():
    system = ssavae()
    before = {key: m.copy() for key, m in system.decoder.state.items()}
    going = system.updates(draws(*(images(seed=i) for i in range(3))), stream(0, "noise"))
    next(going)
    next(going)
    for key, moment in system.decoder.state.items():
        assert_array_equal(moment, before[key])
    next(going)
    assert all(np.any(m != before[key]) for key, m in system.decoder.state.items())


def test_the_discriminator_has_a_rate_and_a_decay_of_its_own():
    optimisers = ssavae(lr=3e-3).optimisers
    assert (optimisers["decoder"].lr, optimisers["decoder"].betas) == (3e-3, (0.9, 0.999))
    assert (optimisers["discriminator"].lr, optimisers["discriminator"].betas) == (
        2e-4,
        (0.5, 0.999),
    )


def test_a_checkpoint_holds_the_first_stage_and_goes_on_bit_for_bit(tmp_path):
    x = images(20, dtype=np.float32)
    whole = Trainer(ssavae(vec(np.float32)), batch_size=8, seed=1)
    whole.fit(x, steps=7)
    half = Trainer(ssavae(vec(np.float32)), batch_size=8, seed=1)
    half.fit(x, steps=3)
    half.save(tmp_path / "c.npz")
    again = Trainer.resume(tmp_path / "c.npz")
    again.fit(x, steps=4)
    for key, p in whole.system.parameters().items():
        assert_array_equal(again.system.parameters()[key], p)
    loaded, _ = checkpoint.load(tmp_path / "c.npz")
    assert loaded.parts["encoder"].sha256 == whole.system.parts["encoder"].sha256
    assert_array_equal(loaded.predict(x), whole.system.predict(x))


def test_what_both_stages_can():
    first = vec(np.float32)
    second = ssavae(first)
    x = images(dtype=np.float32)
    p = second.probabilities(x)
    assert_array_equal(p, first.probabilities(x))
    assert p.sum(axis=1) == pytest.approx(1)
    assert_array_equal(second.encode(x)[0], first.encode(x)[0])
    made = second.reconstruct(x)
    assert made.shape == x.shape
    assert 0 <= made.min() <= made.max() <= 1
    assert find("ssavae").first_stage == "VEC"
    measured = second.evaluate(x, stream(0, "eval"))
    mu = second.encode(x)[0]
    seen, wanted = (second.encoder.forward_taps(i, taps(second.encoder))[1] for i in (made, x))
    expected = eq.eq9(wanted.values(), seen.values(), (1, 0.1, 0.01))
    assert measured["reconstruction"] == pytest.approx(expected, rel=1e-5)
    p, q = second.class_of_code(mu), second.probabilities(made)
    assert measured["latent_loss"] == pytest.approx(eq.eq11(p, q), rel=1e-5)


def test_codes_are_drawn_of_gaussians_fitted_to_the_classes():
    rng = np.random.default_rng(0)
    state = class_gaussians.empty(3, 2)
    mean, factor = np.array([3.0, -1.0]), np.array([[0.5, 0.0], [0.3, 0.2]])
    mu = mean + rng.standard_normal((4000, 2)) @ factor.T
    for part in np.split(mu, 8):
        class_gaussians.add(state, part, np.full(len(part), 1))
    class_gaussians.add(state, np.zeros((1, 2)), np.array([2]))
    z = class_gaussians.draw(state, np.full(20_000, 1), rng)
    assert z.mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert np.cov(z.T) == pytest.approx(factor @ factor.T, abs=0.015)
    # One code alone: the class is a point.
    assert abs(class_gaussians.draw(state, np.array([2, 2]), rng)).max() < 0.01
    with pytest.raises(AvanpError, match="class 0 was never seen"):
        class_gaussians.draw(state, np.array([1, 0]), rng)


def test_what_is_generated_follows_the_classes_that_training_saw():
    system = ssavae(vec(np.float32))
    assert_array_equal(system.noise(3, stream(0, "sample")), noise_f32(3))
    x = images(40, dtype=np.float32)
    Trainer(system, batch_size=8).fit(x, steps=6)
    counts = np.bincount(system.predict(x), minlength=3)
    assert system.state["seen"].sum() == 6 * 8
    assert set(np.flatnonzero(system.state["seen"])) <= set(np.flatnonzero(counts))
    k = int(counts.argmax())
    codes = system.noise_of(np.full(200, k), stream(0, "sample"))
    mu = system.encode(x)[0][system.predict(x) == k]
    assert codes.dtype == np.float32
    assert codes.mean(axis=0) == pytest.approx(mu.mean(axis=0), abs=0.5 * float(mu.std()) + 0.1)
    assert system.generate(5, stream(0, "sample")).shape == (5, *SHAPE)


def noise_f32(n):
    return stream(0, "sample").standard_normal((n, 2), dtype=np.float32)
