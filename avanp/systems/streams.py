"""The random streams of initial weights, one a net."""

import sys
import zlib
from typing import Any

import numpy as np

from avanp.layers.initialise import COUNTING
from avanp.rng import stream

# Their streams are those of the first checkpoints; every other net's is keyed by its name.
FIRST_NETS = ("encoder", "decoder", "discriminator", "code_discriminator")


class Streams(dict[str, Any]):
    """The random stream of each net's initial weights, by the net's name."""

    def __init__(self, seed: int) -> None:
        rngs = stream(seed, "init").spawn(len(FIRST_NETS))
        super().__init__(zip(FIRST_NETS, rngs, strict=True))
        self.seed = seed

    def __missing__(self, net: str) -> np.random.Generator:
        key = [self.seed, zlib.crc32(b"init"), zlib.crc32(net.encode())]
        self[net] = np.random.default_rng(key)
        rng: np.random.Generator = self[net]
        return rng


class Counting(dict[str, Any]):
    """In the place of `Streams`: nets whose weights take no memory, for their sizes."""

    def __missing__(self, net: str) -> np.random.Generator:
        return COUNTING


def count_weights(kind: Any, config: Any, parts: Any = None) -> int:
    """Return how many weights a system has, without allocating them; at most `sys.maxsize`."""
    try:
        n: int = kind(config, 0, parts=parts, streams=Counting()).n_parameters
    except MemoryError:  # of the biases alone, or of what can be numbered
        return sys.maxsize
    return n
