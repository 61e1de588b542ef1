"""Nets that a system takes from elsewhere and leaves as they are."""

import hashlib
from typing import NamedTuple

from avanp.layers.base import Layer


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
    """

    net: Layer
    origin: str
    kept: bool = True

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
