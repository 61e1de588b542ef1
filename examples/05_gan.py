"""Lesson 5. The GAN: two losses, one discriminator.

Real numbers x come from N(1, 1). A decoder has one weight, t, and makes x' = t + r, r from N(0, 1).
A discriminator d = s(u), u = w x + c, is to tell them apart. It ascends

    b = log d(x) + log(1 - d(x'))          db/du = 1 - d(x) at x, -d(x') at x'

and the decoder moves t against it, by one of two losses:

    log(1 - d(x'))     dl/du = -d          weak where d is sure that x' was made
    -log d(x')         dl/du = d - 1       strong there: the "non-saturating" form

Run it: python examples/05_gan.py
"""

import numpy as np

from avanp.layers.dense import Dense
from avanp.systems.game import play

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

rng = np.random.default_rng(0)


def s(u):
    return 1 / (1 + np.exp(-u))


def of_discriminator(w, c, x, made):
    """The ascent direction of w and c."""
    du_real, du_made = 1 - s(w * x + c), -s(w * made + c)
    return (du_real * x).mean() + (du_made * made).mean(), du_real.mean() + du_made.mean()


def of_decoder(w, c, made, form):
    """dl/dt: through u, whose derivative by x' is w, and x', whose derivative by t is 1."""
    d = s(w * made + c)
    return np.mean(-d * w if form == "log" else (d - 1) * w)


# The best discriminator is known: d = p/(p + p'), so u = log p(x)/p'(x). For N(1, 1) against
# N(-1, 1) that is u = 2 x. Does gradient ascent find it?
x, made = 1 + rng.standard_normal(20_000), -1 + rng.standard_normal(20_000)
w = c = 0.0
for _ in range(300):
    dw, dc = of_discriminator(w, c, x, made)
    w, c = w + 0.5 * dw, c + 0.5 * dc
print(f"the discriminator's slope: learned {w:.2f}, best 2.00")
assert abs(w - 2) < 0.1

# How hard does the best discriminator pull at t, from far away and from near?
places = np.linspace(-6, 0.75, 28)
pull = {form: [] for form in ("log", "non-saturating")}
for t in places:
    made = t + rng.standard_normal(20_000)
    best_w, best_c = 1 - t, (t**2 - 1) / 2  # log N(x; 1, 1) - log N(x; t, 1)
    for form, values in pull.items():
        values.append(-of_decoder(best_w, best_c, made, form))
print(f"pull at t = -6: log(1 - d) {pull['log'][0]:.4f}, -log d {pull['non-saturating'][0]:.2f}")
assert pull["log"][0] < 0.01 < 1 < pull["non-saturating"][0]

# The game: after every few steps of d a step of t, from t = -4.
ends, paths = {}, {}
for form in pull:
    w, c, t, path = 0.0, 0.0, -4.0, []
    for _ in range(400):
        for _ in range(10):
            x, made = 1 + rng.standard_normal(500), t + rng.standard_normal(500)
            dw, dc = of_discriminator(w, c, x, made)
            w, c = w + 0.2 * dw, c + 0.2 * dc
        t -= 0.05 * of_decoder(w, c, t + rng.standard_normal(500), form)
        path.append(t)
    ends[form], paths[form] = path[-1], path
print(
    f"t after 400 steps: log(1 - d) {ends['log']:.2f}, -log d {ends['non-saturating']:.2f}, "
    "the data's 1.00"
)
assert abs(ends["non-saturating"] - 1) < 0.05

# The same by avanp: one round of the game, both sides' gradients.
x, made = x[:, None], t + rng.standard_normal((500, 1))
net = Dense(1, 1, init="zeros", dtype=np.float64)
net.params["W"][:], net.params["b"][:] = w, c
for form in pull:
    game = play(net, x, made, form)  # d descends -b
    assert np.allclose(-game.grads["W"].to_array(), of_discriminator(w, c, x, made)[0], rtol=1e-9)
    assert np.allclose(game.dfake.sum(), of_decoder(w, c, made, form), rtol=1e-9)
print("both sides' gradients by hand are avanp's, to rounding")

figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
line = np.linspace(-4, 4, 200)
for mean, label, colour in ((1, "real, N(1, 1)", "#0072B2"), (-1, "made, N(−1, 1)", "#E69F00")):
    density = np.exp(-((line - mean) ** 2) / 2) / np.sqrt(2 * np.pi)
    axes[0].fill_between(line, density, alpha=0.4, color=colour, label=label)
axes[0].plot(line, s(2 * line), color="black", label="best d = s(2x)")
axes[0].set(title="The best discriminator", xlabel="x")
axes[0].legend(fontsize=8)
for form, colour in (("log", "#D55E00"), ("non-saturating", "#009E73")):
    label = {"log": "log(1 − d)", "non-saturating": "−log d"}[form]
    axes[1].semilogy(places, pull[form], color=colour, label=label)
    axes[2].plot(paths[form], color=colour, label=label)
axes[1].set(title="How hard the best d pulls at t", xlabel="t (the data are at 1)", ylim=(1e-5, 20))
axes[2].axhline(1, color="#0072B2", ls=":", label="the data")
axes[2].set(title="The game", xlabel="steps of the decoder", ylabel="t")
for axis in axes[1:]:
    axis.legend(fontsize=8)
figure.savefig("05_gan.png", dpi=100)
print("saved 05_gan.png")
