"""Systems: nets that learn together on mini-batches of images of any size."""

from typing import TYPE_CHECKING, Any

from avanp.registry import load

if TYPE_CHECKING:
    from avanp.systems.base import System
    from avanp.systems.config import Config


def config_class(name: str) -> "type[Config]":
    """Return the configuration of the system registered under `name`, a frozen dataclass."""
    kind: type[Config] = load("system", name).config_class
    return kind


def build(name: str, *, seed: int = 0, dtype: Any = "float32", **options: Any) -> "System":
    """Return a new system; `options` are the fields of its configuration.

    Raises
    ------
    AvanpError
        At an unknown name or option, or a value that cannot be.
    """
    config = config_class(name).from_options(**options)
    system: System = load("system", name)(config, seed, dtype=dtype)
    return system
