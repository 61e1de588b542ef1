"""Lesson 6. AVA1, one equation at a time.

AVA1 (Nguyen, Abdalla, Amer 2024) is a VAE whose images are judged by a discriminator d. One step
under the rule set `printed` (the equations as the paper has them), from one image x, is

    (8)  z = mu + Sigma^(1/2) r            the code
    (5)  the encoder's error               pulls mu to 0 and Sigma to 1
    (6)  the decoder's error               pulls x' to x, and makes every pixel brighter
    (7)  the error of d, twice             at x and at x'

An error e is the direction of ascent at a net's outputs, which are logistics of slope kappa (here
0.5): their derivative is kappa y (1 - y). Below them: dW = e hᵀ, as in lesson 3.
`avanp equations` lists all, docs/derivations.md derives them.

Run it: python examples/06_ava1_equations.py
"""

import numpy as np

import avanp
from avanp.ava import equations as eq
from avanp.ava.nets import NetConfig, build
from avanp.ava.printed import PrintedRules
from avanp.ava.variants import AVA1

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

K, MIDPOINT, RATE = 0.5, 0.5, 0.3
jungle = avanp.load_images("jungle", size="25x16", channels=1).as_float(np.float64)
x = jungle[0].reshape(1, -1)
config = NetConfig(
    n_pixels=x.size, n_channels=1, hidden=20, latent=5, init="glorot", factored=False
)
nets = build(AVA1, config, np.random.default_rng(0), np.float64)
r = np.random.default_rng(1).standard_normal((1, 5))

# Our own copy of the weights: {"encoder": [W1, b1, W2, b2], ...}
KEYS = ("0.W", "0.b", "2.W", "2.b")
ours = {name: [net.params[key][0].copy() for key in KEYS] for name, net in nets.named().items()}


def s(v):
    return 1 / (1 + np.exp(K * (MIDPOINT - v)))


def forward(name, x):
    W1, b1, W2, b2 = ours[name]
    h = s(x @ W1.T + b1)
    return h, s(h @ W2.T + b2)


def change(name, x, h, e):
    """Back-propagation of the output error e."""
    below = (e @ ours[name][2]) * eq.derivative(h, K)
    return [below.T @ x, below[0], e.T @ h, e[0]]


h_encoder, code = forward("encoder", x)
mu, var = code[:, :5], code[:, 5:]
z = eq.eq8(mu, var, r)
h_decoder, x_gen = forward("decoder", z)
h_real, d_real = forward("d", x)
h_fake, d_fake = forward("d", x_gen)

e_encoder = np.concatenate([eq.eq5_mu(mu, K), eq.eq5_var(var, K)], axis=1)
e_decoder = eq.eq6(x, x_gen, d_fake, K)
e_real, e_fake = eq.eq7(d_real, d_fake, K)
print(f"d says {d_real.item():.3f} of x and {d_fake.item():.3f} of x'")
print(f"Eq. 5: mu {mu.round(2)} is pulled by {eq.eq5_mu(mu, K).round(3)}")
print(f"Eq. 6: each pixel is pulled by x - x' and, all alike, by kappa d = {K * d_fake.item():.3f}")
print(f"Eq. 7: d is pulled by {e_real.item():+.3f} at x and by {e_fake.item():+.3f} at x'")

at_x, at_x_gen = change("d", x, h_real, e_real), change("d", x_gen, h_fake, e_fake)
changes = {
    "encoder": change("encoder", x, h_encoder, e_encoder),
    "decoder": change("decoder", z, h_decoder, e_decoder),
    "d": [one + other for one, other in zip(at_x, at_x_gen, strict=True)],
}
PrintedRules().step(nets, x[None], r, r, RATE)
difference = 0.0
for name, weights in ours.items():
    params = nets.named()[name].params
    for key, w, dw in zip(KEYS, weights, changes[name], strict=True):
        difference = max(difference, np.abs(params[key][0] - (w + RATE * dw)).max())
print(f"all weights after the step, ours and avanp's: largest difference {difference:.0e}")
assert difference < 1e-12

# What the one number kappa d in Eq. 6 does: it cannot be negative, so every pixel gets brighter,
# whatever d has learned. The gradient of log(1 - d(x')) would go through d's weights instead.
images = avanp.load_images("jungle", size="50x32").as_float()
shown = {"the images": images[:6]}
for variant, name in (("VAE", "VAE"), (1, "AVA1, printed")):
    model = avanp.AVA(variant, rules="printed", lr=0.3, epochs=3, random_state=0).fit(images)
    shown[name] = model.sample(36, around=images, random_state=0)[:6]
means = {name: rows.mean() for name, rows in shown.items()}
brighter = means["AVA1, printed"] - means["VAE"]
print(
    f"mean brightness: images {images.mean():.2f}, VAE {means['VAE']:.2f}, "
    f"AVA1 {means['AVA1, printed']:.2f}: brighter by {brighter:.2f}, the work of kappa d"
)
assert brighter > 0.05

figure, axes = plt.subplots(3, 6, figsize=(9, 3.4), layout="constrained")
for row, (name, rows) in zip(axes, shown.items(), strict=True):
    for axis, image in zip(row, rows, strict=True):
        axis.imshow(image, vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
    row[0].set_ylabel(f"{name}\nmean {means[name]:.2f}", fontsize=8)
figure.suptitle("Eq. 6 brightens: three passes, learning rate 0.3")
figure.savefig("06_ava1_equations.png", dpi=100)
print("saved 06_ava1_equations.png")
