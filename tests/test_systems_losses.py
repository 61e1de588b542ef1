"""What each system descends, worked by slow loops and by the paper's own functions."""

import math
from functools import partial

import numpy as np
import pytest

import small_systems
from avanp.ava import objectives
from avanp.rng import stream
from avanp.systems.ava_equations import eq1, eq3, eq4, eq9, eq11, eq12, eq15
from avanp.systems.game import added, play
from small_systems import losses_of

SHAPE = (4, 3, 2)


small = partial(small_systems.small, shape=SHAPE, widths=(6, 5), dtype="float64")


def images(n=5):
    return np.random.default_rng(0).random((n, *SHAPE))


def noise(*shape, draws=1):
    """The first draws of the stream that the systems are given below."""
    rng = stream(0, "noise")
    return [rng.standard_normal(shape) for _ in range(draws)]


def forward(net, x):
    return net.forward(x, train=True)[0]


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def code(system, x):
    both = forward(system.nets["encoder"], x)
    return both[:, :3], both[:, 3:]


def cross_entropy(p, t):
    return -sum(
        b * math.log(a) + (1 - b) * math.log(1 - a) for a, b in zip(p.flat, t.flat, strict=True)
    )


def kl_units(mu, logvar):
    """KL of each unit of the code, mean over the batch."""
    return [
        np.mean([(m * m + math.exp(s) - 1 - s) / 2 for m, s in zip(a, b, strict=True)])
        for a, b in zip(mu.T, logvar.T, strict=True)
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, lambda units: sum(units)),
        ({"beta": 3.0}, lambda units: 3 * sum(units)),
        ({"kl_reduction": "mean"}, lambda units: sum(units) / 3),
        ({"free_nats": 0.5}, lambda units: sum(max(u, 0.5) for u in units)),
    ],
)
def test_a_vae_descends_cross_entropy_and_kl(options, expected):
    system, x = small("VAE", **options), images()
    mu, logvar = code(system, x)
    (eps,) = noise(5, 3)
    p = sigmoid(forward(system.nets["decoder"], mu + np.exp(logvar / 2) * eps))
    units = kl_units(mu, logvar)
    _, terms = system.gradients(x, stream(0, "noise"))
    assert terms["reconstruction"] == pytest.approx(cross_entropy(p, x) / 5, rel=1e-12)
    assert terms["kl"] == pytest.approx(sum(units), rel=1e-12)
    descended = cross_entropy(p, x) / 5 + expected(units)
    losses = losses_of(system, x, stream(0, "noise"))
    assert losses == pytest.approx({"encoder": descended, "decoder": descended}, rel=1e-12)
    assert terms["loss"] == losses["encoder"]
    # Of images held out, too, beside the ELBO.
    measured = system.evaluate(x, stream(0, "noise"))
    elbo = -cross_entropy(p, x) / 5 - sum(units)
    assert measured == pytest.approx(terms | {"elbo": elbo}, rel=1e-12)
    assert measured["loss"] == pytest.approx(descended, rel=1e-12)


@pytest.mark.parametrize("pixel_range", ["unit", "real"])
def test_a_gaussian_vae_descends_half_the_squared_error(pixel_range):
    system, x = small("VAE", likelihood="gaussian", pixel_range=pixel_range), images()
    mu, logvar = code(system, x)
    (eps,) = noise(5, 3)
    output = forward(system.nets["decoder"], mu + np.exp(logvar / 2) * eps)
    again = output if pixel_range == "real" else sigmoid(output)
    error = sum((a - b) ** 2 for a, b in zip(x.flat, again.flat, strict=True)) / 2 / 5
    _, terms = system.gradients(x, stream(0, "noise"))
    assert terms["reconstruction"] == pytest.approx(error, rel=1e-12)


def test_a_gans_losses_are_those_of_its_form():
    x = images()
    (z,) = noise(5, 3)
    for form in ("log", "non-saturating", "least-squares"):
        system = small("GAN", loss=form)
        fake = sigmoid(forward(system.nets["decoder"], z))
        u, v = (forward(system.nets["discriminator"], images)[:, 0] for images in (x, fake))
        a, b = sigmoid(u), sigmoid(v)
        expected = {
            "log": (np.mean(np.log(1 - b)), -np.mean(np.log(a)) - np.mean(np.log(1 - b))),
            "non-saturating": (-np.mean(np.log(b)), -np.mean(np.log(a) + np.log(1 - b))),
            "least-squares": (np.mean((v - 1) ** 2), np.mean((u - 1) ** 2) + np.mean(v**2)),
        }[form]
        losses = losses_of(system, x, stream(0, "noise"))
        assert (losses["decoder"], losses["discriminator"]) == pytest.approx(expected, rel=1e-12)
        _, terms = system.gradients(x, stream(0, "noise"))
        means = (u.mean(), v.mean()) if form == "least-squares" else (a.mean(), b.mean())
        assert (terms["discriminator_real"], terms["discriminator_fake"]) == pytest.approx(
            means, rel=1e-12
        )


def test_a_discriminator_that_cannot_tell_pays_log_four():
    system = small("GAN")
    for p in system.nets["discriminator"].params.values():
        p[...] = 0
    losses = losses_of(system, images(), stream(0, "noise"))
    assert losses["discriminator"] == pytest.approx(math.log(4))
    assert losses["decoder"] == pytest.approx(math.log(2))


@pytest.mark.parametrize("arch", ["mlp", "conv"])
def test_the_shared_backward_pass_of_the_log_form_is_that_of_two_passes(arch):
    net = small("GAN", arch=arch).nets["discriminator"]
    x, fake = images(), images(6)[1:]
    game = play(net, x, fake, "log", stream(0, "noise"))
    u, cache = net.forward(fake, train=True)
    dfake, _ = net.backward(-sigmoid(u) / 5, cache, wrt="input")
    np.testing.assert_allclose(game.dfake, dfake, rtol=1e-12)


@pytest.mark.parametrize("tap", [0, -1])
def test_a_vaegans_nets_descend_what_larsen_et_al_say(tap):
    system, x = small("VAEGAN", tap=tap, weight=0.3, beta=2.0), images()
    decoder, d = system.nets["decoder"], system.nets["discriminator"]
    mu, logvar = code(system, x)
    eps, prior = noise(5, 3, draws=2)
    again = sigmoid(forward(decoder, mu + np.exp(logvar / 2) * eps))
    drawn = sigmoid(forward(decoder, prior))
    # layers of d: flatten, dense, leaky, dense, leaky, dense
    after = 3 if tap == 0 else 5
    front = type(d)(d.layers[:after])
    error = np.sum((forward(front, x) - forward(front, again)) ** 2) / 2 / 5
    p, p_again, p_drawn = (sigmoid(forward(d, y)) for y in (x, again, drawn))
    fakes = -np.mean(np.log(1 - p_again)) - np.mean(np.log(1 - p_drawn))
    losses = losses_of(system, x, stream(0, "noise"))
    assert losses == pytest.approx(
        {
            "encoder": error + 2 * sum(kl_units(mu, logvar)),
            "decoder": 0.3 * error - 0.7 * fakes,
            "discriminator": fakes - np.mean(np.log(p)),
        },
        rel=1e-12,
    )
    # Of images held out: what the encoder descends, and the ELBO beside it.
    kl, recon = sum(kl_units(mu, logvar)), cross_entropy(again, x) / 5
    terms = {"loss": error + 2 * kl, "feature": error, "kl": kl, "reconstruction": recon}
    measured = system.evaluate(x, stream(0, "noise"))
    assert measured == pytest.approx(terms | {"elbo": -recon - kl}, rel=1e-12)


@pytest.mark.parametrize(
    ("real", "fake", "updated"),
    [
        (0.7, 0.7, "both"),
        (0.2, 0.7, "decoder"),  # d is far ahead: below .68 - .4
        (0.7, 0.2, "decoder"),
        (1.2, 0.7, "discriminator"),  # d is far behind: above .68 + .4
        (0.7, 1.2, "discriminator"),
        (0.2, 1.2, "both"),  # never neither
    ],
)
def test_the_gates_of_a_vaegan(real, fake, updated):
    both = ["decoder", "discriminator"]
    for gating, wanted in ((True, both if updated == "both" else [updated]), (False, both)):
        system = small("VAEGAN", gating=gating)
        gates = system._gates(real, fake)
        found = {net: {} for net in system.nets}, gates
        system.gradients = lambda batch, rng, found=found: found
        ((grads, _),) = system.updates(images, stream(0, "noise"))
        assert list(grads) == ["encoder", *wanted]


def test_a_closed_gate_leaves_the_net_as_it_is():
    system = small("VAEGAN", equilibrium=100.0)  # every cost is below 99.6
    before = {key: p.copy() for key, p in system.parameters().items()}
    terms = system.step(images(), stream(0, "noise"))
    assert (terms["discriminator_updated"], terms["decoder_updated"]) == (0, 1)
    for key, p in system.parameters().items():
        assert np.array_equal(p, before[key]) == key.startswith("discriminator.")


@pytest.mark.parametrize("name", ["AVA1", "AVA2", "AVA3", "AVA4", "AVA5"])
def test_an_avas_losses_are_the_papers_by_the_papers_own_functions(name):
    # avanp.ava.objectives takes one group, the variance, and logits: (1, B, n).
    system, x = small(name), images()
    v = system.variant
    mu, logvar = code(system, x)
    (eps,) = noise(5, 3)
    x_gen = sigmoid(forward(system.nets["decoder"], mu + np.exp(logvar / 2) * eps))
    flat = [a.reshape(1, 5, -1) for a in (x, x_gen, mu, np.exp(logvar))]
    mu_gen, _ = code(system, x_gen)
    u = U = (None, None)
    if v.d:
        u = [forward(system.nets["discriminator"], y)[None] for y in (x, x_gen)]
    if v.D:
        U = [forward(system.nets["code_discriminator"], y)[None] for y in (mu, mu_gen)]
    _, terms = system.gradients(x, stream(0, "noise"))
    assert eq1(terms) == pytest.approx(objectives.eq1(*flat), rel=1e-12)
    expected = {}
    if v.d:
        expected["encoder"] = objectives.eq3(*flat, u[1])
        assert eq3(terms) == pytest.approx(expected["encoder"], rel=1e-12)
        assert eq4(terms) == pytest.approx(objectives.eq4(*u), rel=1e-12)
        expected["discriminator"] = -objectives.eq4(*u)
    if v.lean_d:
        expected["discriminator"] = -objectives.eq9(*flat[:2], *u)
        assert -eq9(terms) == pytest.approx(expected["discriminator"], rel=1e-12)
    if v.D:
        expected["encoder"] = objectives.eq12(*flat, u[1], U[1])
        assert eq12(terms) == pytest.approx(expected["encoder"], rel=1e-12)
        assert eq11(terms) == pytest.approx(objectives.eq11(*U), rel=1e-12)
        expected["code_discriminator"] = -objectives.eq11(*U)
    if v.lean_D:
        expected["code_discriminator"] = -objectives.eq15(mu[None], mu_gen[None], *U)
        assert -eq15(terms) == pytest.approx(expected["code_discriminator"], rel=1e-12)
    expected["decoder"] = expected["encoder"]
    assert losses_of(system, x, stream(0, "noise")) == pytest.approx(expected, rel=1e-12)


def test_the_non_saturating_ava_descends_minus_log_d():
    system, x = small("AVA5", non_saturating=True), images()
    _, terms = system.gradients(x, stream(0, "noise"))
    _, saturating = small("AVA5").gradients(x, stream(0, "noise"))
    for net in ("discriminator", "code_discriminator"):
        assert terms[f"fool_{net}"] > 0 > saturating[f"fool_{net}"]
    assert terms["discriminator_gain"] == saturating["discriminator_gain"]


def test_a_classifier_descends_minus_the_log_of_the_labels_probability():
    system, x = small("classifier", classes=4), images()
    y = np.array([0, 3, 1, 1, 2])
    p = system.probabilities(x)
    expected = -np.mean([math.log(p[i, y[i]]) for i in range(5)])
    losses = losses_of(system, (x, y), stream(0, "noise"))
    assert losses["classifier"] == pytest.approx(expected, rel=1e-12)


def test_gradients_of_several_passes_are_added_also_as_factors():
    net = small("GAN").nets["discriminator"]
    passes = []
    for x in (images(), 0.5 * images()):
        y, cache = net.forward(x)
        passes.append(net.backward(np.ones_like(y), cache, wrt="params")[1])
    total = added(*passes)
    for key, g in total.items():
        one, other, both = (
            a.to_array() if hasattr(a, "to_array") else a for a in (*(p[key] for p in passes), g)
        )
        np.testing.assert_allclose(both, one + other, rtol=1e-12)
