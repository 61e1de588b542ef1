"""Rows of the systems: each net's parameters against what the net descends, dense and conv.

Their ReLUs are replaced by smooth functions: what is checked here is how the nets are put
together, and among so many units some are always near a kink.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from avanp.grad.cases.draws import Rng, ScalarCase
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.tanh import Tanh
from avanp.registry import SYSTEMS
from avanp.rng import stream
from avanp.systems.find import find
from avanp.systems.options import options_of

SHAPE = (3, 4, 1)


class Smooth(Tanh, LeakyReLU):
    """A tanh in the place of a (leaky) ReLU, by whose class a VAE/GAN finds its features."""


def smooth(system: Any) -> Any:
    """Return the system, the activations of its nets and parts replaced."""
    for net in (*system.nets.values(), *(part.net for part in system.parts.values())):
        _smooth(net)
    return system


def _smooth(net: Any) -> None:
    for child in getattr(net, "children", {}).values():
        _smooth(child)
    for i, layer in enumerate(getattr(net, "layers", ())):
        if isinstance(layer, ReLU | LeakyReLU):
            net.layers[i] = Smooth()


def small(name: str, arch: str) -> Any:
    """Return a small system in float64; the convolutional nets have batch norm, the dense not."""
    kind = find(name)
    known = options_of(kind.config_class)
    latent = 4 if arch == "spatial" else 2  # the smallest map of `SHAPE` has 2×2 places
    options: dict[str, Any] = {"arch": arch, "widths": (4,), "latent": latent}
    options |= {"batch_norm": arch != "mlp", **kind.checked_with}
    config = kind.config_class(shape=SHAPE, **{k: v for k, v in options.items() if k in known})
    return smooth(kind(config, dtype=np.float64, parts=kind.parts_to_check(config)))


def case_of(name: str, arch: str, net: str, nth: int) -> Callable[[Rng], ScalarCase]:
    """Return the case of a net's nth update in a step, on three images of 3×4 pixels.

    Parameters
    ----------
    name : str
        Of the system.
    arch : str
        Of its nets.
    net : str
        Of the net whose weights are checked.
    nth : int
        Which of its updates in a step, from 0.
    """

    def case(rng: Rng) -> ScalarCase:
        system = small(name, arch)
        for key, p in system.parameters().items():
            if key.endswith((".b", ".beta")):
                p += 0.3 * rng.standard_normal(p.shape)
        batch = images(system, rng)
        before = {key: value.copy() for key, value in system.state.items()}

        def update() -> tuple[Any, Any]:
            for key, value in before.items():
                system.state[key][...] = value
            return next(islice(_of(net, system, batch), nth, None))

        grads, _ = update()

        def loss() -> float:
            return float(system.descends(update()[1])[net])

        return loss, system.nets[net].params, grads[net]

    return case


def images(system: Any, rng: Rng) -> Any:
    """Return a batch for a small system."""
    x = rng.random((3, *SHAPE))
    return (x, np.arange(3)) if system.needs_labels else x


def _of(net: str, system: Any, batch: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the updates of a net in a step that moves no weight."""
    updates = system.updates(lambda: batch, stream(0, "noise"))
    return ((grads, terms) for grads, terms in updates if net in grads)


def cases_of(name: str) -> dict[str, Callable[[Rng], ScalarCase]]:
    """Return the rows of a system, registered or named as `avanp.systems.find.find` takes it.

    A net that a step updates several times has a row for each: ``system-X.d``, ``system-X.d-2``.
    """
    archs = options_of(find(name).config_class)["arch"].choices
    system, rows = small(name, archs[0]), {}
    batch = images(system, stream(0, "data"))
    for net in system.nets:
        for nth, _ in enumerate(_of(net, system, batch)):
            for arch in archs:
                suffix = "" if arch == "mlp" or len(archs) == 1 else f"-{arch}"
                row = f"system-{system.name}{suffix}.{net}" + (f"-{nth + 1}" if nth else "")
                rows[row] = case_of(name, arch, net, nth)
    return rows


CASES: dict[str, Callable[[Rng], ScalarCase]] = {}
for _name in SYSTEMS:
    CASES |= cases_of(_name)
