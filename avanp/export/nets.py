"""Which nets of a system are exported, what goes in, and what comes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.export.steps import Step, steps_of
from avanp.layers.gaussian_sample import GaussianSample
from avanp.layers.sequential import Sequential
from avanp.systems.base import System
from avanp.systems.conditional import ConditionalSystem
from avanp.systems.decoding import DecodingSystem

Array = np.ndarray


@dataclass(frozen=True)
class Exported:
    """A net as steps from "x" to `outputs`, named variables.

    Attributes
    ----------
    shape : tuple
        Of one input, as PyTorch and ONNX have it: (C, H, W) or (n,).
    rank : int
        Axes of an output, N the first.
    says : str
        What goes in and comes out, in words.
    """

    name: str
    steps: list[Step]
    outputs: dict[str, str]
    shape: tuple[int, ...]
    rank: int
    says: str


def exported(system: System) -> list[Exported]:
    """Return the nets that learned, in a form to be written for PyTorch or ONNX.

    The encoder of a VAE and its kind gives mu and logvar, the decoder images as `decode` does; any
    other net gives its bare output.
    """
    found = []
    kept = {name: part.net for name, part in system.parts.items() if part.kept}
    every = {**kept, **system.nets}
    for name, net in (one for both in every.items() for one in _whole(system, *both)):
        shape = _input_shape(system, net)
        assert shape is not None
        sample = np.zeros((1, *shape), system.dtype)
        steps, last, y = steps_of(net, sample)
        channels_first = (shape[2], *shape[:2]) if len(shape) == 3 else shape
        into = "images" if len(shape) == 3 else "codes"
        outputs, out = {"y": last}, "the net's output"
        if name == "encoder" and getattr(system, "_encode", None) is not None:
            steps.append(Step("halves", "", (last,), "mu,logvar"))
            outputs, out = {"mu": "mu", "logvar": "logvar"}, "mu and logvar of codes"
        elif _decodes(system, name):
            if system.config.pixel_range == "unit":
                steps.append(Step("sigmoid", "", (last,), "images"))
                last = "images"
            outputs, out = {"images": last}, "images"
        found.append(Exported(name, steps, outputs, channels_first, y.ndim, f"{into} to {out}"))
    return found


def _decodes(system: System, name: str) -> bool:
    plain = (DecodingSystem._decode, ConditionalSystem._decode)
    own = isinstance(system, DecodingSystem) and type(system)._decode in plain
    return own and name == system.decoder_net  # type: ignore[attr-defined]


def _whole(system: System, name: str, net: Any) -> Iterator[tuple[str, Any]]:
    """Yield a net, or its parts where it is no function of images or codes, as BEGAN v3's D."""
    if _input_shape(system, net) is not None:
        yield name, net
        return
    if not isinstance(net, Sequential) or len(net.layers) < 2:
        raise AvanpError(f"the net {name!r} of a {system.name} takes neither images nor codes")
    for i, part in enumerate(net.layers):
        if isinstance(part, GaussianSample):  # a draw is no part of a net
            continue
        yield from _whole(system, f"{name}_{i}", part)


def _input_shape(system: System, net: Any) -> tuple[int, ...] | None:
    """Return the shape of what a net takes: images, or else codes; None where it is neither."""
    config: Any = system.config
    codes = [(config.latent,)] if hasattr(config, "latent") else []
    known = system.net_inputs if isinstance(system, ConditionalSystem) else []
    for shape in (tuple(config.shape), *codes, *known):
        try:
            net.forward(np.zeros((1, *shape), system.dtype))
        except (AvanpError, ValueError):
            continue
        return shape
    return None
