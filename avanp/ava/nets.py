"""The four nets of the AVA experiment, each with one hidden layer."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avanp.ava.variants import Variant
from avanp.layers.base import Array, Layer
from avanp.layers.dense import Dense, Init
from avanp.layers.logistic import Logistic
from avanp.layers.sequential import Sequential
from avanp.registry import load

Channels = Literal["independent", "joint"]

# A weight this large is kept as its factors when it is updated sample by sample.
FACTORED_FROM = 1 << 16


@dataclass(frozen=True)
class NetConfig:
    """Sizes and activations; the defaults are the paper's experiment on the orbit images.

    `activation` names the hidden layers' activation; the output layers, mu and Sigma included,
    are logistic with `slope` and `midpoint`.
    """

    n_pixels: int = 6400
    n_channels: int = 3
    hidden: int = 100
    latent: int = 10
    activation: str = "logistic"
    slope: float = 0.5
    midpoint: float = 0.5
    init: Init = "zeros"
    channels: Channels = "independent"
    factored: bool = True

    @property
    def groups(self) -> int:
        """Number of independent colour channels: 3 scalar models side by side, or one of all."""
        return self.n_channels if self.channels == "independent" else 1

    @property
    def n_visible(self) -> int:
        """Inputs of one group."""
        return self.n_pixels * self.n_channels // self.groups


@dataclass(frozen=True)
class Nets:
    """Encoder f, decoder g and the discriminators d and D; None where the variant lacks one."""

    config: NetConfig
    variant: Variant
    encoder: Sequential | None
    decoder: Sequential
    d: Sequential | None
    D: Sequential | None

    def encode(self, x: Array) -> tuple[Array, Array, list[Any]]:
        """Return mu, Sigma (each (C, B, latent)) and the encoder's cache."""
        assert self.encoder is not None
        y, cache = self.encoder.forward(x)
        n = self.config.latent
        return y[..., :n], y[..., n:], cache

    def named(self) -> dict[str, Sequential]:
        """Return the nets that exist, by name."""
        nets = {"encoder": self.encoder, "decoder": self.decoder, "d": self.d, "D": self.D}
        return {name: net for name, net in nets.items() if net is not None}


def build(
    variant: Variant, config: NetConfig, rng: np.random.Generator, dtype: Any = np.float32
) -> Nets:
    """Make a variant's nets.

    Every net has its own stream, so that models of one seed start from the same encoder and
    decoder, whichever nets they have besides.

    Parameters
    ----------
    variant : Variant
    config : NetConfig
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the weights.
    """
    n, z = config.n_visible, config.latent
    f, g, d, D = rng.spawn(4)
    return Nets(
        config,
        variant,
        encoder=_mlp(n, 2 * z, config, f, dtype) if variant.encoder else None,
        decoder=_mlp(z, n, config, g, dtype),
        d=_mlp(n, 1, config, d, dtype) if variant.d else None,
        D=_mlp(z, 1, config, D, dtype) if variant.D else None,
    )


def _mlp(
    n_in: int, n_out: int, config: NetConfig, rng: np.random.Generator, dtype: Any
) -> Sequential:
    def dense(a: int, b: int) -> Dense:
        return Dense(
            a,
            b,
            groups=config.groups,
            init=config.init,
            rng=rng,
            factored=config.factored and a * b >= FACTORED_FROM,
            dtype=dtype,
        )

    return Sequential(
        [
            dense(n_in, config.hidden),
            _activation(config),
            dense(config.hidden, n_out),
            Logistic(config.slope, config.midpoint),
        ]
    )


def _activation(config: NetConfig) -> Layer:
    cls = load("layer", config.activation)
    return cls(config.slope, config.midpoint) if cls is Logistic else cls()
