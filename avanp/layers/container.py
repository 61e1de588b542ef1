"""What layers made of other layers share: their arrays under prefixed keys."""

from collections.abc import Mapping
from typing import Any

from avanp.layers.base import Array, Layer


class Container(Layer):
    """A layer made of others; the arrays of the child ``"body"`` are keyed ``"body.W"``, …."""

    @property
    def children(self) -> dict[str, Layer]:
        """The layers by name."""
        raise NotImplementedError

    @property
    def params(self) -> dict[str, Any]:  # type: ignore[override]
        """The children's own arrays, not copies."""
        return joined({name: child.params for name, child in self.children.items()})

    @property
    def state(self) -> dict[str, Array]:  # type: ignore[override]
        """The children's own arrays, not copies."""
        return joined({name: child.state for name, child in self.children.items()})


def joined(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return one dictionary of all parts, ``parts["body"]["W"]`` under ``"body.W"``."""
    return {f"{name}.{key}": value for name, part in parts.items() for key, value in part.items()}
