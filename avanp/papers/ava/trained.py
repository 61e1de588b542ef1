"""Models trained for an ablation, and the images they draw, as any process can make them."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from avanp.ava.experiment import evaluate, generate, run_cell
from avanp.ava.groups import to_groups, to_images
from avanp.ava.nets import NetConfig, Nets, build
from avanp.ava.printed import Moments
from avanp.ava.rules import Rules, rules_from_name
from avanp.ava.training import train
from avanp.grad.contract import as_array
from avanp.layers.dense import Init
from avanp.papers.ava.subject import Key
from avanp.registry import load
from avanp.rng import stream

Array = np.ndarray


@dataclass(frozen=True)
class NeverLearning:
    """A rule set whose discriminators forget each update at once: d and D stay as they began."""

    rules: Rules
    name = "never learning"

    def step(self, nets: Nets, x: Array, r: Array, r2: Array, gamma: float) -> Moments:
        """Update encoder and decoder in place, and copies of d and D that are thrown away."""
        thrown = replace(nets, d=copy.deepcopy(nets.d), D=copy.deepcopy(nets.D))
        return self.rules.step(thrown, x, r, r2, gamma)

    def moments(self, nets: Nets, x: Array, last: Moments) -> Moments:
        """As those of the rule set."""
        return self.rules.moments(nets, x, last)


@dataclass(frozen=True)
class Trained:
    """A trained model and what it was trained on, x (groups, N, visible)."""

    nets: Nets
    moments: Moments
    x: Array
    seed: int
    shape: tuple[int, int, int]

    def draw(self) -> Array:
        """Draw one image for each training image, (N, H, W, C)."""
        r = stream(self.seed, "eval").standard_normal((self.x.shape[1], self.nets.config.latent))
        with np.errstate(all="ignore"):
            drawn = generate(self.nets, self.moments, r.astype(self.x.dtype))
        return to_images(drawn, self.shape, self.nets.config)

    def bm(self, draws: int) -> float:
        """Return BM as a sweep takes it."""
        with np.errstate(all="ignore"):
            return float(evaluate(self.nets, self.moments, self.x, self.seed, draws)[0])

    def weights(self) -> dict[str, list[Array]]:
        """Return the weights of every net, as plain arrays."""
        return {
            name: [as_array(p) for p in net.params.values()]
            for name, net in self.nets.named().items()
        }


def trained(
    images: Array,
    key: Key,
    *,
    net: NetConfig | None = None,
    change: Callable[[Nets], Nets] | None = None,
    discriminators: str = "learn",
) -> Trained:
    """Train a model as a sweep's cell does.

    Parameters
    ----------
    images : array (N, H, W, C)
        In [0, 1].
    key : Key
        The cell.
    net : NetConfig, optional
        Sizes and initial weights; those of the paper by default.
    change : callable, optional
        Takes the nets before they are trained and returns those to train.
    discriminators : {"learn", "never learn", "removed"}
        "never learn": d and D keep their first weights. "removed": every bias in them is NaN, so
        that whatever they touch is NaN.
    """
    _, height, width, channels = images.shape
    config = replace(net or NetConfig(), n_pixels=height * width, n_channels=channels)
    nets = build(load("model", key.model), config, stream(key.seed, "init"), images.dtype)
    nets = change(nets) if change is not None else nets
    chosen = rules_from_name(key.rules)
    if discriminators == "never learn":
        chosen = NeverLearning(chosen)
    elif discriminators == "removed":
        _remove(nets)
    x = to_groups(images, config)
    with np.errstate(all="ignore"):
        moments = train(nets, chosen, x, key.lr, key.seed)
    return Trained(nets, moments, x, key.seed, (height, width, channels))


def _remove(nets: Nets) -> None:
    for net in (nets.d, nets.D):
        for p in net.params.values() if net is not None else ():
            if isinstance(p, np.ndarray) and p.ndim == 2:  # a bias (groups, n)
                p.fill(np.nan)


def cell_bm(
    images: Array, key: Key, draws: int, init: Init = "zeros"
) -> tuple[float | None, Array]:
    """Return a cell's BM, None where it diverged, and its first images as bytes.

    Parameters
    ----------
    images : array (N, H, W, C)
        In [0, 1].
    key : Key
        The cell.
    draws : int
        Images generated for each.
    init : {"zeros", "glorot"}
        How weights begin.
    """
    model, rules = load("model", key.model), rules_from_name(key.rules)
    config = NetConfig(init=init)
    cell = run_cell(images, model, rules, key.lr, key.seed, draws=draws, config=config)
    return None if cell.bm is None else float(cell.bm), cell.samples[:1]
