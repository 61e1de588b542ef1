"""The options of a VEC."""

from dataclasses import dataclass
from typing import Literal

from avanp.systems.options import option
from avanp.systems.structured import StructuredConfig

OF_LABELLED = ("cross_entropy", "accuracy")
# The default weight of the mean KL, 0.1 at 2 numbers a code and 0.01 at 20 and more.
LEAST_WEIGHT = 0.01
WEIGHT_OF_ONE = 0.2


@dataclass(frozen=True, kw_only=True)
class VECConfig(StructuredConfig):
    """A VEC's."""

    kl_weight: float | None = option(
        None,
        least=0,
        help="Weight of the KL term; by default 0.2 / latent, at least 0.01, of the mean, and the "
        "same of the sum. Weight 1 of the sum collapses.",
    )
    reconstruction_weight: float = option(
        0.0,
        least=0,
        help="Weight of the reconstruction of a decoder that is trained along, mean over pixels: "
        "what images without a label can teach. 0: no decoder, and they pay KL alone.",
    )
    kl_reduction: Literal["mean", "sum"] = option(
        "mean", help="Of the KL over a code; mean is the sum / latent."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kl_weight is None:
            weight = max(WEIGHT_OF_ONE / self.latent, LEAST_WEIGHT)
            weight /= self.latent if self.kl_reduction == "sum" else 1
            object.__setattr__(self, "kl_weight", weight)
