"""Lesson 4. The VAE: where the KL gradient comes from.

An encoder gives each image a Gaussian q = N(m, v); a code is drawn from it and decoded. The KL
term keeps q near the prior p = N(0, 1), so that codes drawn from p look like codes of images:

    KL = E_q[log q(z) - log p(z)]
       = E_q[-1/2 log v - (z - m)²/2v + z²/2]                  (the 2 pi cancels)
       = 1/2 (m² + v - 1 - log v)                              (E(z - m)² = v, E z² = m² + v)

    dKL/dm = m            dKL/dv = 1/2 - 1/2v            dKL/d(log v) = 1/2 (v - 1)

Run it: python examples/04_vae_kl.py
"""

import numpy as np

import avanp
from avanp.losses.kl import kl_logvar

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

m, logvar = 1.2, -1.0


def kl(m, logvar):
    return (m**2 + np.exp(logvar) - 1 - logvar) / 2


def kl_gradient(m, logvar):
    return m, (np.exp(logvar) - 1) / 2


# The formula is an expectation, so throwing dice must find it. With z = m + e^(logvar/2) r the
# chance is in r alone, and z has derivatives: 1 by m, and (z - m)/2 by logvar.
r = np.random.default_rng(0).standard_normal(1_000_000)
v = np.exp(logvar)
z = m + np.sqrt(v) * r
diced = np.mean(-logvar / 2 - (z - m) ** 2 / (2 * v) + z**2 / 2)
# log q(z) = -logvar/2 - r²/2 does not contain m, so only -log p(z) = z²/2 speaks of it.
diced_dm = np.mean(z)
diced_dlogvar = np.mean(-1 / 2 + z * (z - m) / 2)
dm, dlogvar = kl_gradient(m, logvar)
print(f"KL          formula {kl(m, logvar):.4f}, a million draws {diced:.4f}")
print(f"dKL/dm      formula {dm:.4f}, a million draws {diced_dm:.4f}")
print(f"dKL/dlogvar formula {dlogvar:.4f}, a million draws {diced_dlogvar:.4f}")
assert abs(diced - kl(m, logvar)) < 0.01
assert max(abs(diced_dm - dm), abs(diced_dlogvar - dlogvar)) < 0.01

# The same by avanp, which checks it numerically too.
value, dmu, dlv = kl_logvar(np.array([[m]]), np.array([[logvar]]))
assert np.allclose([value, dmu.item(), dlv.item()], [kl(m, logvar), dm, dlogvar], rtol=1e-12)
avanp.check_grad(kl_logvar, np.array([[m]]), np.array([[logvar]]))

# What it is for. Two VAEs of digits with codes of two numbers: one without the KL term (beta 0).
digits = avanp.load_images("digits")
means, variances, drawn = {}, {}, {}
for beta in (0, 1):
    vae = avanp.VAE(latent=2, widths=(100,), beta=float(beta), epochs=40, random_state=0)
    means[beta], logvars = vae.fit(digits).system_.encode(digits.as_float())
    variances[beta] = np.exp(logvars)
    r = np.random.default_rng(0).standard_normal(logvars.shape)
    drawn[beta] = means[beta] + np.sqrt(variances[beta]) * r  # a code for each image

# How far do they spread? Taken together: both numbers of all codes. The codes drawn are what the
# prior has to look like; they spread as their means do, and by v around them.
print(
    f"standard deviation of codes drawn: {drawn[0].std():.1f} without KL, {drawn[1].std():.2f} "
    f"with it; the prior's is 1\n"
    f"of their means m alone: {means[0].std():.1f} without KL, {means[1].std():.2f} with it\n"
    f"v is on average {variances[0].mean():.3f} without KL, {variances[1].mean():.2f} with it: "
    f"{means[1].std():.2f}² + {variances[1].mean():.2f} is {drawn[1].std():.2f}², but for chance"
)
assert abs(drawn[1].std() - 1) < 0.1 < 1.5 < drawn[0].std()
for beta in (0, 1):
    assert abs(means[beta].var() + variances[beta].mean() - drawn[beta].var()) < 0.1

figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
ms, logvars = np.meshgrid(np.linspace(-2, 2, 13), np.linspace(-3, 2, 13))
dms, dlogvars = kl_gradient(ms, logvars)
fine = np.meshgrid(np.linspace(-2.2, 2.2, 200), np.linspace(-3.3, 2.3, 200))
axes[0].contour(*fine, kl(*fine), levels=[0.1, 0.3, 0.6, 1, 1.5, 2, 3], cmap="Greys", vmin=-2)
axes[0].quiver(ms, logvars, -dms, -dlogvars, color="#0072B2", angles="xy")
axes[0].plot(0, 0, "o", color="#D55E00")
axes[0].set(xlabel="m", ylabel="log v", title="Down the KL: all arrows lead to N(0, 1)")
circle = np.exp(1j * np.linspace(0, 2 * np.pi, 100))
for axis, beta, title in ((axes[1], 0, "without KL"), (axes[2], 1, "with KL")):
    axis.scatter(*drawn[beta].T, c=digits.labels, s=3, cmap="tab10")
    for radius in (1, 2):
        axis.plot(radius * circle.real, radius * circle.imag, color="black", lw=1)
    axis.set(title=f"Codes drawn, {title}", aspect="equal", xlim=(-6, 6), ylim=(-6, 6))
axes[1].set_xlabel("circles: 1 and 2 standard deviations of the prior")
axes[2].set_xlabel("a colour for each digit")
figure.savefig("04_vae_kl.png", dpi=100)
print("saved 04_vae_kl.png")
