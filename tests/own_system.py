"""A system of somebody else's, in one file outside the package: what the tests of it train.

Its nets have names of their own, a step draws two batches and updates twice, and a state moves.
"""

from dataclasses import dataclass

import numpy as np

from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.flatten import Flatten
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.tanh import Tanh
from avanp.losses.bernoulli import bernoulli_logits
from avanp.systems.base import System
from avanp.systems.config import LatentConfig
from avanp.systems.images import in_chunks
from avanp.systems.likelihood import to_images
from avanp.systems.options import option
from avanp.systems.term import Term


@dataclass(frozen=True, kw_only=True)
class SqueezerConfig(LatentConfig):
    keep: float = option(0.9, least=0, below=1, help="How slowly the mean of the codes moves.")


class Squeezer(System):
    """An auto-encoder whose two halves learn from batches of their own."""

    name = "squeezer"
    config_class = SqueezerConfig
    terms = {  # noqa: RUF012
        "loss": Term("cross-entropy of the pixels", "nats", "loss"),
        "spread_loss": Term("the same, of the batch of the second half", "nats", "spread"),
    }
    can = frozenset({"generate", "reconstruct"})

    def build(self, streams):
        c, n, width = self.config, int(np.prod(self.config.shape)), self.config.hidden[0]
        f, g, dtype = streams["squeeze"], streams["spread"], self.dtype
        self.state["mean_code"] = np.zeros(c.latent, dtype)
        self.state["steps_done"] = np.zeros((), np.float64)
        into = [Flatten(), Dense(n, width, rng=f, dtype=dtype), Tanh(), Dropout(0.1)]
        out = [Dense(c.latent, width, rng=g, dtype=dtype), Tanh()]
        return {
            "squeeze": Sequential([*into, Dense(width, c.latent, rng=f, dtype=dtype)]),
            "spread": Sequential([*out, Dense(width, n, rng=g, dtype=dtype), Reshape(c.shape)]),
        }

    def updates(self, draw, rng):
        squeeze, spread = self.nets["squeeze"], self.nets["spread"]
        for net in ("squeeze", "spread"):
            x = draw()
            h, first = squeeze.forward(x, train=True, rng=rng)
            u, second = spread.forward(h, train=True, rng=rng)
            loss, du = bernoulli_logits(u, x)
            if net == "squeeze":
                dh, _ = spread.backward(du, second, wrt="input")
                yield {net: squeeze.backward(dh, first, wrt="params")[1]}, {"loss": loss}
            else:
                yield {net: spread.backward(du, second, wrt="params")[1]}, {"spread_loss": loss}
        keep = self.config.keep
        self.state["mean_code"][...] = keep * self.state["mean_code"] + (1 - keep) * h.mean(axis=0)
        self.state["steps_done"] += 1

    def descends(self, terms):
        return {"squeeze": terms.get("loss"), "spread": terms.get("spread_loss")}

    def measure(self, batch, rng):
        u, _ = self.nets["spread"].forward(self.nets["squeeze"].forward(batch)[0])
        return {"loss": bernoulli_logits(u, batch)[0]}

    def noise(self, n, rng):
        z = rng.standard_normal((n, self.config.latent)).astype(self.dtype)
        return z + self.state["mean_code"]

    def decode(self, z):
        return to_images(self.nets["spread"].forward(z)[0], self.config.pixel_range)

    def generate(self, n, rng):
        return self.decode(self.noise(n, rng))

    def reconstruct(self, x):
        def again(part):
            return self.decode(self.nets["squeeze"].forward(self.check_images(part))[0])

        return in_chunks(again, x)
