"""The training loop: images in order, one update a batch, the noise from named streams."""

import numpy as np

from avanp.ava.nets import Nets
from avanp.ava.printed import Moments
from avanp.ava.rules import Rules
from avanp.layers.factored import FactoredWeight
from avanp.rng import stream

Array = np.ndarray


def train(
    nets: Nets,
    rules: Rules,
    x: Array,
    gamma: float,
    seed: int,
    *,
    epochs: int = 1,
    batch_size: int = 1,
    shuffle: bool = False,
    watch: bool = False,
) -> Moments:
    """Train in place and return the mu, Sigma around which images are generated.

    Parameters
    ----------
    x : array (groups, N, visible)
        The images, as `avanp.ava.groups.to_groups` gives them.
    shuffle : bool
        A new order every epoch; the paper trains in the order of the files.
    watch : bool
        Look at the weights after every update, and raise where they stop being finite.

    Raises
    ------
    Diverged
        Only with `watch`: names the net, the weight and the update.
    """
    n, latent = x.shape[1], nets.config.latent
    order_stream, noise, noise2 = (stream(seed, p) for p in ("data", "noise", "noise2"))
    last: Moments = None
    batch = x[:, -1:]
    updates = 0
    for _ in range(epochs):
        order = order_stream.permutation(n) if shuffle else np.arange(n)
        r, r2 = (s.standard_normal((n, latent)).astype(x.dtype) for s in (noise, noise2))
        for start in range(0, n, batch_size):
            rows = slice(start, start + batch_size)
            batch = x[:, order[rows]] if shuffle else x[:, rows]
            last = rules.step(nets, batch, r[rows], r2[rows], gamma)
            updates += 1
            if watch and (weight := not_finite(nets)):
                raise Diverged(f"{weight} is not finite after update {updates}")
    return rules.moments(nets, batch[:, -1:], last)


class Diverged(Exception):
    """A weight became infinite or NaN."""


def not_finite(nets: Nets) -> str:
    """Name the first net and weight that is not finite, or return ""."""
    for name, net in nets.named().items():
        for key, p in net.params.items():
            finite = p.is_finite() if isinstance(p, FactoredWeight) else np.isfinite(p).all()
            if not finite:
                return f"{name} {key}"
    return ""
