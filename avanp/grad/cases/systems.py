"""Rows of the systems: each net's parameters against what the net descends, dense and conv.

Their ReLUs are replaced by smooth functions: what is checked here is how the nets are put
together, and among so many units some are always near a kink.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.grad.cases.draws import Rng, ScalarCase
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.tanh import Tanh
from avanp.registry import SYSTEMS
from avanp.rng import stream

# Written out, because building the systems to ask them would load them all.
NETS = {
    "VAE": ("encoder", "decoder"),
    "GAN": ("decoder", "d"),
    "VAEGAN": ("encoder", "decoder", "d"),
    "AVA1": ("encoder", "decoder", "d"),
    "AVA2": ("encoder", "decoder", "d"),
    "AVA3": ("encoder", "decoder", "D"),
    "AVA4": ("encoder", "decoder", "D"),
    "AVA5": ("encoder", "decoder", "d", "D"),
    "classifier": ("classifier",),
}


# A weight of 1 would hide that it is missing.
WEIGHTS = {"VAE": {"beta": 0.7}, "VAEGAN": {"beta": 0.7}}


class Smooth(Tanh, LeakyReLU):
    """A tanh in the place of a (leaky) ReLU, by whose class a VAE/GAN finds its features."""


def smooth(system: Any) -> Any:
    """Return the system, its activations replaced."""
    for net in system.nets.values():
        for i, layer in enumerate(net.layers):
            if isinstance(layer, ReLU | LeakyReLU):
                net.layers[i] = net.children[str(i)] = Smooth()
    return system


def _system(name: str, arch: str, net: str) -> Callable[[Rng], ScalarCase]:
    """Return the case of one net of one system, of three images of 3×4 pixels.

    The convolutional nets have batch norm, the dense ones have not.
    """

    def case(rng: Rng) -> ScalarCase:
        from avanp.systems import build

        options: dict[str, Any] = {"shape": (3, 4, 1), "arch": arch, "widths": (4,), "latent": 2}
        options |= {"classes": 3} if name == "classifier" else WEIGHTS.get(name, {})
        system = smooth(build(name, dtype=np.float64, batch_norm=arch == "conv", **options))
        for key, p in system.parameters().items():
            if key.endswith((".b", ".beta")):
                p += 0.3 * rng.standard_normal(p.shape)
        x = rng.random((3, 3, 4, 1))
        batch = (x, np.arange(3)) if system.needs_labels else x
        grads, _ = system.gradients(batch, stream(0, "noise"))

        def loss() -> float:
            return system.losses(batch, stream(0, "noise"))[net]

        return loss, system.nets[net].params, grads[net]

    return case


CASES: dict[str, Callable[[Rng], ScalarCase]] = {
    f"system-{name}{suffix}.{net}": _system(name, arch, net)
    for name in SYSTEMS
    for arch, suffix in (("mlp", ""), ("conv", "-conv"))
    for net in NETS[name]
}
