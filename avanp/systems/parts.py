"""Nets that a system takes from elsewhere and leaves as they are."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Layer

Load = Callable[[str], Any]


class Part(NamedTuple):
    """A frozen net: no optimiser has it, and no update of a system writes it.

    Parameters
    ----------
    net : Layer
    origin : str
        Where it comes from: a run, a file, "random".
    kept : bool
        Whether a checkpoint holds its weights. Where not, it has the hash alone, and the part is
        looked for again by `System.find_part`.
    of : dict, optional
        For a net of a trained system, "system", "config" and "net": its name, its configuration
        and the net's name. A checkpoint that keeps the part builds it again from that.
    """

    net: Layer
    origin: str
    kept: bool = True
    of: dict[str, Any] | None = None

    @property
    def sha256(self) -> str:
        """The hash of its arrays, with their names, shapes and dtypes."""
        return fingerprint(self.net)


def fingerprint(net: Layer) -> str:
    """Return the SHA-256 of a net's weights and running moments."""
    digest = hashlib.sha256()
    for key, array in sorted({**net.params, **net.state}.items()):
        digest.update(f"{key} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def no_runs(run: str) -> Any:
    """Refuse to load a run: for callers that are below those which can."""
    raise AvanpError(f"the run {run!r} is not looked for here: see avanp.training.folder.parts_of")


class WithParts:
    """How a system that has parts comes by them."""

    name: ClassVar[str]
    part_names: ClassVar[tuple[str, ...]] = ()
    # The system whose nets are this one's parts, trained before it in the same folder.
    first_stage: ClassVar[str | None] = None

    @classmethod
    def parts_needed(cls, config: Any) -> tuple[str, ...]:
        """Return the names of a configuration's parts: `part_names`, or fewer."""
        return cls.part_names

    @classmethod
    def parts_from(cls, first: Any, origin: str) -> dict[str, Part]:
        """Return the parts that a trained first stage gives."""
        return {name: Part(first.nets[name], origin) for name in cls.part_names}

    @classmethod
    def options_from(cls, first: Any) -> dict[str, Any]:
        """Return the options that a trained first stage has settled, by name."""
        return {}

    @classmethod
    def own_parts(cls, config: Any, seed: int, dtype: Any, load: Load = no_runs) -> dict[str, Part]:
        """Return the parts that a configuration names, of a system that has no first stage.

        Parameters
        ----------
        config : Config
        seed : int
            Of parts that are drawn at random.
        dtype : numpy dtype
        load : callable
            Returns the trained system of a run, by its path.
        """
        return {}

    @classmethod
    def parts_to_check(cls, config: Any) -> dict[str, Part]:
        """Return untrained parts in float64, for a gradient check."""
        return {}

    @classmethod
    def build_part(
        cls, part: str, config: Any, streams: Mapping[str, np.random.Generator], dtype: Any
    ) -> Layer:
        """Return an untrained net for a kept part, to be filled from a checkpoint.

        Parameters
        ----------
        part : str
            Its name, of `part_names`.
        config : Config
            Of the system.
        streams : mapping of str to Generator
            Of initial weights, by net.
        dtype : numpy dtype
        """
        raise NotImplementedError

    @classmethod
    def find_part(cls, part: str, config: Any, origin: str, dtype: Any) -> Part:
        """Return a part, of this dtype, that checkpoints know by its hash alone.

        Parameters
        ----------
        part : str
            Its name, of `part_names`.
        config : Config
            Of the system.
        origin : str
            Where it came from, as a checkpoint says.
        dtype : numpy dtype
        """
        raise AvanpError(f"{cls.name} does not know where its part {part!r} is: {origin}")
