"""The dense VAE of the benchmarks in JAX, compiled as one function: loss, gradients and Adam."""

import os

# One thread, which XLA asks for before it begins.
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1 "
    + os.environ.get("XLA_FLAGS", "")
)

import jax
import jax.numpy as jnp
import numpy as np

BETAS, EPS = (0.9, 0.999), 1e-8


def loss(weights, x, eps):
    """Return the negative ELBO in nats an image; weights are those of torch_vae.MlpVAE."""
    w1, b1, wm, bm, ws, bs, w3, b3, w4, b4 = weights
    h = jax.nn.relu(x @ w1.T + b1)
    mu, logvar = h @ wm.T + bm, h @ ws.T + bs
    z = mu + jnp.exp(0.5 * logvar) * eps
    logits = jax.nn.relu(z @ w3.T + b3) @ w4.T + b4
    bce = jnp.sum(jnp.maximum(logits, 0) - logits * x + jnp.log1p(jnp.exp(-jnp.abs(logits))))
    return (bce - 0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar))) / len(x)


class Peer:
    """The net, its Adam and its noise; `weights` are arrays in the order of torch_vae.MlpVAE's."""

    def __init__(self, weights, rate, seed):
        self.weights = [jnp.asarray(w) for w in weights]
        self.moments = [[jnp.zeros_like(w) for w in self.weights] for _ in range(2)]
        self.key, self.t = jax.random.key(seed), 0

        def update(weights, moments, x, key, t):
            key, draw = jax.random.split(key)
            eps = jax.random.normal(draw, (len(x), weights[2].shape[0]))
            value, grads = jax.value_and_grad(loss)(weights, x, eps)
            m = [BETAS[0] * m + (1 - BETAS[0]) * g for m, g in zip(moments[0], grads, strict=True)]
            v = [BETAS[1] * v + (1 - BETAS[1]) * g * g
                 for v, g in zip(moments[1], grads, strict=True)]  # fmt: skip
            by = rate / (1 - BETAS[0] ** t)
            root = jnp.sqrt(1 - BETAS[1] ** t)
            new = [w - by * m / (jnp.sqrt(v) / root + EPS)
                   for w, m, v in zip(weights, m, v, strict=True)]  # fmt: skip
            return value, new, [m, v], key

        self.update = jax.jit(update, donate_argnums=(0, 1))

    def step(self, x):
        self.t += 1
        value, self.weights, self.moments, self.key = self.update(
            self.weights, self.moments, x, self.key, jnp.float32(self.t)
        )
        return float(value)


def loss_of(weights, x, eps):
    """Return the loss of arrays, for the assertion."""
    return float(jax.jit(loss)([jnp.asarray(w) for w in weights], jnp.asarray(x), np.asarray(eps)))
