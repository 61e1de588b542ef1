"""Systems whose codes a classifier reads: both stages of SSAVAE."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.softmax import Softmax
from avanp.layers.two_heads import halves
from avanp.nets import ssavae as nets
from avanp.systems.base import Rng
from avanp.systems.config import LatentConfig
from avanp.systems.encoding import EncodingSystem
from avanp.systems.images import as_rows, in_chunks
from avanp.systems.options import option

UNLABELLED = -1


@dataclass(frozen=True, kw_only=True)
class StructuredConfig(LatentConfig):
    """What both stages are made from."""

    arch: Literal["conv"] = option(
        "conv", help="3×3 convolutions with residual blocks.", command_line=False
    )
    net: Literal["S", "M"] = option(
        "S", help="Size of the nets: 8,16,32 channels (S), or 16,32,64 (M)."
    )
    widths: tuple[int, int, int] | None = option(
        None,
        help="Channels at full, half and quarter size; by default those of net. The dense layers "
        "are multiples of the first.",
        what="the channels at full, half and quarter size",
    )
    latent: int = option(2, least=1, help="Numbers in a code; the paper's are 2 and 100.")
    classes: int = option(least=2, help="Labels are 0 … classes - 1.", command_line=False)
    batch_norm: bool | None = option(
        None, help="Batch norm in the decoder and in the classifier of codes; by default yes."
    )

    def __post_init__(self) -> None:
        if self.widths is None and self.net in nets.SIZES:
            object.__setattr__(self, "widths", nets.SIZES[self.net])
        super().__post_init__()

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return True


def build_net(net: str, config: StructuredConfig, streams: Mapping[str, Rng], dtype: Any) -> Layer:
    """Return a new "encoder", "classifier", "decoder" or "discriminator".

    Parameters
    ----------
    net : str
        Which.
    config : StructuredConfig
        Sizes.
    streams : mapping of str to Generator
        Of initial weights, by net.
    dtype : numpy dtype
    """
    c = config
    b = nets.Build(c.shape, c.hidden, streams[net], bool(c.batch_norm), dtype, latent=c.latent)
    if net == "classifier":
        return nets.classifier(b, config.classes)
    made: Layer = getattr(nets, net)(b)
    return made


class Structured(EncodingSystem):
    """A system with an encoder and a classifier of its codes."""

    config_class = StructuredConfig

    @property
    def classifier(self) -> Layer:
        """The net that reads codes."""
        return self.nets["classifier"]

    def class_of_code(self, mu: Array) -> Array:
        """Return the probability of each class, (B, classes), of codes (B, latent)."""
        logits = self.classifier.forward(np.ascontiguousarray(mu))[0]
        return Softmax().forward(logits)[0]

    def probabilities(self, x: Array) -> Array:
        """Return the probability of each class of images, (N, classes): Class(mu(x))."""

        def of(part: Array) -> Array:
            return self.class_of_code(halves(self._encode(self.check_images(part)))[0])

        return in_chunks(of, as_rows(x))

    def predict(self, x: Array) -> Array:
        """Return the likeliest label of each image, (N,)."""
        return self.probabilities(x).argmax(axis=1)

    def notice(self, rows: list[dict[str, Any]]) -> str:
        """Return advice where no number of the code is in use, else ""."""
        if rows[-1].get("active_units") == 0:
            return (
                "no unit of the code is in use (posterior collapse): a smaller --kl-weight, or "
                "--kl-reduction mean"
            )
        return ""
