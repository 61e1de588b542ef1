"""L_D and L_G of the BEGAN family: gradients by differences, values by literal loops."""

from itertools import cycle, product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from test_nets_began import smooth

from avanp.grad.scalar import check_scalar
from avanp.layers.factored import Factors
from avanp.losses.autoencoder import autoencoder_loss
from avanp.nets.began import autoencoder
from avanp.nets.began_topology import Topology
from avanp.systems.autoencoder_pass import DISTANCES, back, through
from avanp.systems.boundary import Weights, discriminate

FORMS = {
    "began": Weights(0.3),
    "cs": Weights(0.3, 0.2),
    "v3": Weights(0.3, 0.2, 0.7),
    "v3-sum-no-constraint": Weights(0.3, 0.0, 0.7, "sum"),
}
SHAPE, N_Z = (3, 4, 1), 2


def noise():
    return np.random.default_rng(9)


def net(form, arch="mlp", shape=SHAPE):
    t = Topology(shape=shape, width=3, latent=N_Z, arch=arch)
    variational = FORMS[form].kl is not None
    d = autoencoder(t, variational=variational, rng=np.random.default_rng(0), dtype=np.float64)
    draws = np.random.default_rng(1)
    for key, p in d.params.items():
        if key.endswith(".b"):
            p += 0.3 * draws.standard_normal(p.shape)
    return smooth(d)


def batch(shape=SHAPE):
    draws = np.random.default_rng(2)
    x, fake = draws.standard_normal((2, 3, *shape))
    return x, fake, draws.uniform(-1, 1, (3, N_Z))


def dense(grads):
    return {k: g.to_array() if isinstance(g, Factors) else g for k, g in grads.items()}


@pytest.mark.parametrize(
    ("arch", "form", "distance"),
    # Of convolutions each form and each distance: what they are joined by is the same.
    [*product(["mlp"], FORMS, DISTANCES), *zip(cycle(["conv"]), FORMS, cycle(DISTANCES))],
)
def test_the_gradients_of_l_d_and_of_l_g_agree_with_differences(arch, form, distance):
    shape = SHAPE if arch == "mlp" else (14, 13, 1)
    d, (x, fake, z) = net(form, arch, shape), batch(shape)

    def play():
        return discriminate(
            d, x, fake, z, FORMS[form], distance=distance, rng=noise(), of_fake=True
        )

    round_ = play()
    check_scalar(lambda: play().loss, d.params, dense(round_.grads))
    check_scalar(lambda: play().fake.value, {"fake": fake}, {"fake": round_.dfake})


@pytest.mark.parametrize("form", FORMS)
def test_one_pass_through_the_decoder_gives_what_the_plain_loss_of_an_auto_encoder_gives(form):
    d, fake = net(form), batch()[1]
    _, dv, grads = autoencoder_loss(d, fake, rng=noise())
    p = through(d, fake, "l1", noise())
    for dcode in (None, np.zeros_like(p.code)):
        again, of_d = back(d, p, -0.3, dcode, wrt_images=True)
        assert_allclose(again, dv, rtol=1e-12)
        for key, g in dense(of_d).items():
            assert_allclose(g, -0.3 * dense(grads)[key], rtol=1e-12, atol=1e-16)
    assert back(d, p, -0.3, None)[0] is None


def literal(d, x, fake, z, weights, distance):
    """L_D by loops over what D returns, from the formulas."""
    rng = noise()
    errors, codes = [], []
    for v in (x, fake):
        y, tapped, _ = d.forward_taps(v, (0,), rng=rng)
        flat = [float(e) for e in (y - v).ravel()]
        if distance == "l1":
            errors.append(sum(abs(e) for e in flat) / len(flat))
        else:
            square = sum(e * e for e in flat)
            errors.append(square / len(flat) if distance == "mse" else square**0.5 / len(v))
        codes.append(tapped[0])
    constraint = 0.0
    for b in range(len(z)):
        for i in range(N_Z):
            constraint += abs(codes[1][b, i] - z[b, i]) / z.size
    game = errors[0] - weights.k * errors[1]
    if weights.kl is None:
        return game + weights.alpha * constraint
    kls = []
    for code in codes:
        total = 0.0
        for b in range(len(z)):
            for i in range(N_Z):
                m, logvar = code[b, i], code[b, N_Z + i]
                total += 0.5 * (m * m + np.exp(logvar) - 1 - logvar) / len(z)
        kls.append(total / (N_Z if weights.kl_reduction == "mean" else 1))
    kl = weights.kl * (kls[0] - weights.k * kls[1])
    return 0.5 * (game + kl) + weights.alpha * constraint


@pytest.mark.parametrize(("form", "distance"), list(product(FORMS, DISTANCES)))
def test_l_d_is_its_formula_in_scalars(form, distance):
    d, (x, fake, z) = net(form), batch()
    got = discriminate(d, x, fake, z, FORMS[form], distance=distance, rng=noise())
    assert got.loss == pytest.approx(literal(d, x, fake, z, FORMS[form], distance), rel=1e-12)
    assert got.dfake is None


def test_the_constraint_moves_the_encoder_alone():
    d, (x, fake, z) = net("cs"), batch()
    with_it, without = (
        dense(discriminate(d, x, fake, z, w, distance="l1", rng=noise()).grads)
        for w in (FORMS["cs"], FORMS["began"])
    )
    moved = {key for key, g in with_it.items() if abs(g - without[key]).max() > 1e-12}
    assert moved
    assert all(key.startswith("0.") for key in moved)


def test_float32_stays_float32():
    t = Topology(shape=SHAPE, width=3, latent=N_Z, arch="mlp")
    d = autoencoder(t, variational=True, rng=np.random.default_rng(0))
    arrays = [a.astype(np.float32) for a in batch()]
    got = discriminate(d, *arrays, FORMS["v3"], distance="l1", rng=noise(), of_fake=True)
    assert {a.dtype for a in [got.dfake, *dense(got.grads).values()]} == {np.dtype(np.float32)}
