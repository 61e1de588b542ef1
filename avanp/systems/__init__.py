"""Systems: nets that learn together on mini-batches of images of any size."""

from typing import TYPE_CHECKING, Any

from avanp.systems.find import find

if TYPE_CHECKING:
    from avanp.systems.base import System


def build(name: str, *, seed: int = 0, dtype: Any = "float32", **options: Any) -> "System":
    """Return a new system, with what parts it can make itself.

    Parameters
    ----------
    name : str
        A registered system, ``"package.module:Class"`` or ``"./file.py:Class"``.
    seed : int
        Of the initial weights.
    dtype : {"float32", "float64"}
    **options
        The fields of its configuration.

    Raises
    ------
    AvanpError
        At an unknown name or option, or a value that cannot be.
    """
    kind = find(name)
    return kind(kind.config_class.from_options(**options), seed, dtype=dtype)
