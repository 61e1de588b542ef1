"""The paper's update, written with scalar loops from its formulas: slow, literal, independent.

One colour channel. A net is a list of (W, b) with W[out][in]; every unit is the logistic s.
"""

import copy
import math

KAPPA, MID = 0.5, 0.5


def s(v):
    return 1 / (1 + math.exp(KAPPA * (MID - v)))


def a(y):
    """a', the derivative of s from its output."""
    return KAPPA * y * (1 - y)


def forward(net, x):
    """Outputs of every layer, the input first."""
    layers = [list(x)]
    for w, b in net:
        below = layers[-1]
        layers.append(
            [s(b[i] + sum(w[i][j] * below[j] for j in range(len(below)))) for i in range(len(b))]
        )
    return layers


def updated(net, terms, gamma):
    """The net after gradient ascent: `terms` are (layers of the forward pass, output errors)."""
    new = copy.deepcopy(net)
    for layers, error in terms:
        e = list(error)
        for level in reversed(range(len(net))):
            below = layers[level]
            w, _ = net[level]
            for i in range(len(e)):
                new[level][1][i] += gamma * e[i]
                for j in range(len(below)):
                    new[level][0][i][j] += gamma * e[i] * below[j]
            e = [
                sum(w[i][j] * e[i] for i in range(len(e))) * a(below[j]) for j in range(len(below))
            ]
    return new


def step(model, nets, x, r, gamma):
    """One update of `model` by the printed equations (5)-(16); returns the new nets."""
    n = len(r)
    has_d = model in ("AVA1", "AVA2", "AVA5", "GAN")
    has_D = model in ("AVA3", "AVA4", "AVA5")
    new = {}
    if model == "GAN":
        z = list(r)
    else:
        encoder = forward(nets["encoder"], x)
        mu, var = encoder[-1][:n], encoder[-1][n:]
        z = [mu[i] + math.sqrt(var[i]) * r[i] for i in range(n)]  # Eq. 8
    decoder = forward(nets["decoder"], z)
    x1 = decoder[-1]

    if has_d:
        real, fake = forward(nets["d"], x), forward(nets["d"], x1)
        d_real, d_fake = real[-1][0], fake[-1][0]
        e_fake = -a(d_fake) / (1 - d_fake)
        if model in ("AVA2", "AVA5"):  # the third term of Eq. 10
            e_fake += a(d_fake) * sum((x[i] - x1[i]) * a(x1[i]) for i in range(len(x)))
        new["d"] = updated(nets["d"], [(real, [a(d_real) / d_real]), (fake, [e_fake])], gamma)
        adversarial = a(d_fake) / (1 - d_fake)
    else:
        adversarial = 0.0
    own = 0.0 if model == "GAN" else 1.0
    e_decoder = [(own * (x[i] - x1[i]) + adversarial) * a(x1[i]) for i in range(len(x))]
    new["decoder"] = updated(nets["decoder"], [(decoder, e_decoder)], gamma)

    if model != "GAN":
        adversarial = 0.0
        if has_D:
            again = forward(nets["encoder"], x1)
            mu1 = again[-1][:n]
            real, fake = forward(nets["D"], mu), forward(nets["D"], mu1)
            D_real, D_fake = real[-1][0], fake[-1][0]
            e_fake = -a(D_fake) / (1 - D_fake)
            if model in ("AVA4", "AVA5"):  # the third term of Eq. 16
                e_fake += a(D_fake) * sum((mu[i] - mu1[i]) * a(mu1[i]) for i in range(n))
            new["D"] = updated(nets["D"], [(real, [a(D_real) / D_real]), (fake, [e_fake])], gamma)
            adversarial = a(D_fake) / (1 - D_fake)
        e_mu = [-(mu[i] - adversarial) * a(mu[i]) for i in range(n)]
        e_var = [(0.5 / var[i] - 0.5) * a(var[i]) for i in range(n)]
        new["encoder"] = updated(nets["encoder"], [(encoder, e_mu + e_var)], gamma)
    return new
