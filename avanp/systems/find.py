"""A system's class by its name, or from where a user says it is."""

import importlib.util
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avanp.errors import AvanpError, unknown
from avanp.registry import SYSTEMS, load

if TYPE_CHECKING:
    from avanp.systems.base import System

GROUP = "avanp.systems"
# Systems from outside that were loaded in this process, by name.
_loaded: dict[str, "type[System]"] = {}
_from: dict[str, str] = {}  # and the files that they are of


def names() -> list[str]:
    """Return the names of all systems that need no file: ours, and those of installed packages."""
    return [*SYSTEMS, *_installed()]


@cache
def _installed() -> dict[str, EntryPoint]:
    """Return the systems of installed packages: all packages are looked through, once."""
    found: dict[str, EntryPoint] = {}
    for one in entry_points(group=GROUP):
        if one.name not in SYSTEMS:
            found.setdefault(one.name, one)
    return found


def known() -> list[str]:
    """Return the names of all systems that `find` knows now."""
    return [*names(), *_loaded]


def find(name: str) -> "type[System]":
    """Return a system's class.

    Parameters
    ----------
    name : str
        A registered name, that of an installed package's entry point in the group
        ``avanp.systems``, ``"package.module:Class"`` or ``"./file.py:Class"``.

    Raises
    ------
    AvanpError
        Where there is no such system, or it is none.
    """
    spelled = {one.lower(): one for one in names()}
    if name.lower() in spelled:
        name = spelled[name.lower()]
        if name in SYSTEMS:
            kind: type[System] = load("system", name)
            return kind
        entry = _installed()[name]
        return _checked(_imported(entry.value, entry.load), entry.value)
    if name in _loaded:
        return _loaded[name]
    if ":" in name:
        return from_source(name)
    raise AvanpError(
        f"unknown model {unknown(name, list(spelled.values()))}: choose from "
        f"{', '.join(spelled.values())}, or name a class as ./file.py:Class"
    )


def from_source(source: str) -> "type[System]":
    """Return the class of ``"package.module:Class"`` or ``"./file.py:Class"``, and remember it.

    This runs the file. Nothing that is read from a checkpoint comes here: a user names it.
    """
    where, _, attribute = source.rpartition(":")
    if where.endswith(".py"):
        module = _imported(source, lambda: _module(Path(where)))
    else:
        module = _imported(source, lambda: import_module(where))
    if not hasattr(module, attribute):
        raise AvanpError(f"{where!r} has no {attribute!r}")
    return _checked(getattr(module, attribute), source)


def _module(path: Path) -> Any:
    name = f"avanp_system_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise AvanpError(f"there is no file {str(path)!r}")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their own module up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _imported(source: str, do: Any) -> Any:
    try:
        return do()
    except AvanpError:
        raise
    except Exception as error:
        raise AvanpError(f"cannot load {source!r}: {type(error).__name__}: {error}") from error


def _checked(kind: Any, source: str) -> "type[System]":
    """Return a class that keeps the contract, or say in one line what it lacks."""
    from avanp.systems.base import System

    if not (isinstance(kind, type) and issubclass(kind, System)):
        raise AvanpError(f"{source!r} is no avanp.systems.base.System")
    if not isinstance(getattr(kind, "name", None), str):
        raise AvanpError(f"{source!r} has no name: give the class name = '…'")
    if kind.name.lower() in map(str.lower, SYSTEMS) and kind is not load("system", kind.name):
        raise AvanpError(f"{source!r} has the name of avanp's own {kind.name}: choose another")
    if kind.build is System.build:
        raise AvanpError(f"{source!r} has no build: it returns the nets by name")
    if kind.updates is System.updates and kind.gradients is System.gradients:
        raise AvanpError(f"{source!r} has neither gradients nor updates")
    if kind.monitor is not None and kind.terms and kind.monitor not in kind.terms:
        raise AvanpError(f"{source!r} monitors {kind.monitor!r}, which is none of its terms")
    for ability, methods in NEEDED.items():
        lacking = [m for m in methods if ability in kind.can and not hasattr(kind, m)]
        if lacking:
            raise AvanpError(f"{source!r} can {ability!r} and has no {lacking[0]}")
    where = getattr(sys.modules.get(kind.__module__), "__file__", None) or kind.__module__
    if _from.setdefault(kind.name, where) != where:
        other = _from[kind.name]
        raise AvanpError(f"{source!r} has the name {kind.name!r}, which {other!r} has: rename one")
    _loaded[kind.name] = kind
    return kind


NEEDED = {
    "generate": ("noise", "decode", "generate"),
    "generate by class": ("noise_of", "classes_seen", "decode"),
    "encode": ("encode",),
    "reconstruct": ("reconstruct",),
    "recover": ("decoder", "decode"),
    "classify": ("probabilities",),
}
