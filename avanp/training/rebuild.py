"""The system that a checkpoint's document describes, before its arrays are filled in."""

from typing import Any

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.systems.base import System
from avanp.systems.find import find, known
from avanp.systems.parts import Part, fingerprint
from avanp.systems.streams import Streams, count_weights


def rebuilt(document: dict[str, Any], groups: dict[str, dict[str, Array]]) -> System:
    """Return an untrained system of a document, with its parts.

    Parameters
    ----------
    document : dict
        What a checkpoint says of itself.
    groups : dict
        Its arrays, "weights" and "parts" among them.

    Raises
    ------
    AvanpError
        For a system that is not known here, or parts or sizes that do not fit.
    """
    kind = find(document["system"])
    config = kind.config_class.from_options(**document["config"])
    dtype = document["dtype"]
    parts = {
        name: _part(kind, name, config, dtype, about, groups["parts"])
        for name, about in document.get("parts", {}).items()
    }
    there = sum(array.size for array in groups["weights"].values())
    if count_weights(kind, config, parts) > there:
        # Before anything of that size is allocated.
        raise AvanpError(f"it holds {there} weights, fewer than its configuration needs")
    return kind(config, document["seed"], dtype=dtype, parts=parts)


def part_arrays(system: System) -> dict[str, Array]:
    """Return the arrays of the parts that checkpoints keep, as "part.key"."""
    kept = {name: part for name, part in system.parts.items() if part.kept}
    return {f"{name}.{key}": array for name, part in kept.items() for key, array in _all(part.net)}


def _part(
    kind: type[System],
    name: str,
    config: Any,
    dtype: str,
    about: Any,
    arrays: dict[str, Array],
) -> Part:
    if not isinstance(about, dict) or not isinstance(about.get("origin"), str):
        raise AvanpError(f"its part {name!r} is not described")
    if not about.get("kept"):
        part = kind.find_part(name, config, about["origin"], dtype)
    else:
        others = {}
        for key, array in arrays.items():
            of, _, rest = key.partition(".")
            if of == name:
                others[rest] = array
        if about.get("of") is None:
            net = kind.build_part(name, config, Streams(0), dtype)
        else:
            net = _net_of(name, about["of"], dtype, sum(a.size for a in others.values()))
        part = Part(net, about["origin"], of=about.get("of"))
        own = dict(_all(part.net))
        if set(own) != set(others) or any(own[k].shape != others[k].shape for k in own):
            raise AvanpError(f"the arrays of its part {name!r} do not fit")
        for key, array in own.items():
            array[...] = others[key]
    if fingerprint(part.net) != about.get("sha256"):
        raise AvanpError(f"its part {name!r} is not the one that it was trained with")
    return part


def _net_of(name: str, of: Any, dtype: str, there: int) -> Layer:
    """Return the untrained net of a system that a part's description names."""
    if not isinstance(of, dict) or not isinstance(of.get("config"), dict):
        raise AvanpError(f"its part {name!r} is not described")
    if of.get("system") not in known():  # what `find` knows besides are files, which it would run
        raise AvanpError(f"its part {name!r} is the net of no known system")
    kind = find(of["system"])
    config = kind.config_class.from_options(**of["config"])
    if count_weights(kind, config, {}) > there:
        raise AvanpError(f"its part {name!r} holds {there} weights, fewer than its net needs")
    nets = kind(config, dtype=dtype, parts={}).nets
    if of.get("net") not in nets:
        raise AvanpError(f"its part {name!r} is no net of a {kind.name}")
    return nets[of["net"]]


def _all(net: Layer) -> list[tuple[str, Array]]:
    return [*net.params.items(), *net.state.items()]
