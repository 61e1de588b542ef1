"""The exact rules: gradients of the stated losses, and nothing else."""

import math

import numpy as np
import pytest

from avanp.ava.exact import ExactRules
from avanp.ava.nets import NetConfig, build
from avanp.grad.cases import paper_models, run
from avanp.grad.check import GradientError
from avanp.grad.scalar import check_scalar
from avanp.registry import MODELS, load

TINY = NetConfig(n_pixels=5, n_channels=2, hidden=4, latent=3, init="glorot", factored=False)


def setting(model, seed=0, config=TINY):
    rng = np.random.default_rng(seed)
    nets = build(load("model", model), config, rng, np.float64)
    return nets, rng.random((2, 3, 5)), rng.standard_normal((3, 3))


@pytest.mark.parametrize("name", paper_models.CASES)
def test_every_nets_gradient_is_that_of_its_stated_loss(name):
    (report,) = run([name])
    assert report.ok, str(report)


@pytest.mark.parametrize("activation", ["tanh", "softplus", "elu", "sigmoid"])
@pytest.mark.parametrize("channels", ["independent", "joint"])
def test_the_gradients_hold_for_other_activations_and_joint_channels(activation, channels):
    config = NetConfig(
        n_pixels=5, n_channels=2, hidden=4, latent=3, init="glorot", factored=False,
        activation=activation, channels=channels,
    )  # fmt: skip
    rng = np.random.default_rng(1)
    nets = build(load("model", "AVA5"), config, rng, np.float64)
    x = rng.random((config.groups, 3, config.n_visible))
    r, rules = rng.standard_normal((3, 3)), ExactRules()
    grads = rules.gradients(nets, x, r)
    for name, net in nets.named().items():
        check_scalar(lambda name=name: rules.losses(nets, x, r)[name], net.params, grads[name])


@pytest.mark.parametrize("net", ["encoder", "decoder"])
def test_the_non_saturating_form_is_differentiated_too(net):
    nets, x, r = setting("AVA5")
    rules = ExactRules(non_saturating=True)
    grads = rules.gradients(nets, x, r)
    check_scalar(lambda: rules.losses(nets, x, r)[net], nets.named()[net].params, grads[net])


@pytest.mark.parametrize(
    ("model", "net"), [("AVA2", "d"), ("AVA4", "D"), ("AVA5", "d"), ("AVA5", "D")]
)
def test_the_leaning_terms_do_not_depend_on_the_discriminators_weights(model, net):
    nets, x, r = setting(model)
    before = ExactRules().losses(nets, x, r)
    plain = {"AVA2": "AVA1", "AVA4": "AVA3"}.get(model)
    lean = lambda: lean_term(nets, x, r, net)  # noqa: E731
    value = lean()
    for p in nets.named()[net].params.values():
        p += 0.7
    assert lean() == value  # to the bit: the true gradient is zero
    assert ExactRules().losses(nets, x, r)[net] != before[net]
    if plain:
        one, other = setting(plain)[0], setting(model)[0]
        assert same_gradients(one, other, x, r)


def lean_term(nets, x, r, net):
    """-1/2 ||x - x'||^2 of Eq. 9, or -1/2 ||mu(x) - mu(x')||^2 of Eq. 15, batch mean."""
    mu, var, _ = nets.encode(x)
    x_gen = nets.decoder.forward(mu + np.sqrt(var) * r)[0]
    a, b = (x, x_gen) if net == "d" else (mu, nets.encode(x_gen)[0])
    return -((a - b) ** 2).sum() / 2 / x.shape[1]


def same_gradients(one, other, x, r):
    g, h = (ExactRules().gradients(nets, x, r) for nets in (one, other))
    return all(
        np.array_equal(getattr(g[n][k], "dy", g[n][k]), getattr(h[n][k], "dy", h[n][k]))
        for n in g
        for k in g[n]
    )


def test_the_losses_are_the_papers_formulas_in_scalars():
    nets, x, r = setting("AVA5")
    losses = ExactRules().losses(nets, x, r)
    mu, var, _ = nets.encode(x)
    x_gen = nets.decoder.forward(mu + np.sqrt(var) * r)[0]
    mu_gen = nets.encode(x_gen)[0]
    d, d1 = nets.d.forward(x)[0], nets.d.forward(x_gen)[0]
    D, D1 = nets.D.forward(mu)[0], nets.D.forward(mu_gen)[0]
    batch = x.shape[1]
    error = sum((a - b) ** 2 for a, b in zip(x.flat, x_gen.flat, strict=True)) / 2
    kl = sum((s + m * m - 1 - math.log(s)) / 2 for m, s in zip(mu.flat, var.flat, strict=True))
    fool = sum(math.log(1 - y) for y in [*d1.flat, *D1.flat])
    b = sum(math.log(y) for y in d.flat) + sum(math.log(1 - y) for y in d1.flat) - error
    mu_error = sum((a - b) ** 2 for a, b in zip(mu.flat, mu_gen.flat, strict=True)) / 2
    B = sum(math.log(y) for y in D.flat) + sum(math.log(1 - y) for y in D1.flat) - mu_error
    assert (
        losses["encoder"]
        == losses["decoder"]
        == pytest.approx((error + kl + fool) / batch, rel=1e-12)
    )
    assert losses["d"] == pytest.approx(b / batch, rel=1e-12)
    assert losses["D"] == pytest.approx(B / batch, rel=1e-12)


@pytest.mark.parametrize("path", ["z", "reencoder"])
def test_a_stopped_path_changes_the_encoders_gradient_alone(path):
    nets, x, r = setting("AVA5")
    whole = ExactRules().gradients(nets, x, r)
    cut = ExactRules(stop=(path,)).gradients(nets, x, r)
    for name in ("decoder", "d", "D"):
        np.testing.assert_array_equal(cut[name]["0.b"], whole[name]["0.b"])
    assert not np.array_equal(cut["encoder"]["0.b"], whole["encoder"]["0.b"])


def test_with_the_path_through_z_stopped_the_vaes_encoder_learns_the_kl_alone():
    # This is what the paper's Eq. 5 computes.
    from avanp.ava.printed import PrintedRules

    exact, printed = setting("VAE")[0], setting("VAE")[0]
    _, x, r = setting("VAE")
    ExactRules(stop=("z",)).step(exact, x, r, r, 0.1)
    PrintedRules().step(printed, x, r, r, 0.1)
    for name, p in printed.encoder.params.items():
        np.testing.assert_allclose(exact.encoder.params[name], p, rtol=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_a_small_step_descends_l_and_ascends_b(model):
    nets, x, r = setting(model, seed=4)
    rules = ExactRules()
    before = rules.losses(nets, x, r)
    grads = rules.gradients(nets, x, r)
    for name, net in nets.named().items():
        backup = {k: p.copy() for k, p in net.params.items()}
        sign = 1 if name in ("d", "D") else -1
        for k, p in net.params.items():
            g = grads[name][k]
            p += sign * 1e-4 * (g.to_array() if hasattr(g, "to_array") else g)
        assert sign * (rules.losses(nets, x, r)[name] - before[name]) > 0
        for k, p in net.params.items():
            p[...] = backup[k]


def test_a_planted_error_in_a_model_is_found():
    nets, x, r = setting("AVA1")
    rules = ExactRules()
    grads = rules.gradients(nets, x, r)["encoder"]
    grads["2.b"] = -grads["2.b"]
    with pytest.raises(GradientError, match=r"2\.b"):
        check_scalar(lambda: rules.losses(nets, x, r)["encoder"], nets.encoder.params, grads)
