"""The options of a system that may be told the class of an image."""

from dataclasses import dataclass

from avanp.errors import AvanpError
from avanp.systems.config import LatentConfig
from avanp.systems.options import option


@dataclass(frozen=True, kw_only=True)
class ConditionalConfig(LatentConfig):
    """That of a system whose nets may be told the class of an image."""

    conditional: bool = option(
        False,
        help="Every net but AVA's D, which sees codes alone, is told an image's class (Mirza, "
        "Osindero 2014), so that images of one class can be made.",
    )
    classes: int | None = option(
        None,
        least=2,
        help="Of a conditional model: labels are 0 … classes - 1.",
        command_line=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.conditional and self.classes is None:
            raise AvanpError("a conditional model needs the number of classes")

    @property
    def labels(self) -> int:
        """How many numbers say the class, beside an image or a code: none, or one a class."""
        return self.classes or 0 if self.conditional else 0
