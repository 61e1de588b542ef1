"""Systems over a VEC that is frozen: their parts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Layer
from avanp.layers.sequential import Sequential
from avanp.systems.base import Rng
from avanp.systems.parts import Part
from avanp.systems.streams import Counting, Streams
from avanp.systems.structured import Structured, build_net


class OverVEC(Structured):
    """A system whose encoder and classifier are those of a VEC, frozen."""

    part_names = ("encoder", "classifier")
    first_stage = "VEC"

    def __init__(self, config: Any, seed: int = 0, **given: Any) -> None:
        super().__init__(config, seed, **given)
        for name, part in self.parts.items():
            ours = build_net(name, config, Counting(), self.dtype).params
            if {k: p.shape for k, p in ours.items()} != {
                k: p.shape for k, p in part.net.params.items()
            }:
                raise AvanpError(
                    f"the {self.first_stage}'s {name} is of another shape, latent, classes or "
                    f"widths than this {self.name}: take them from it, by options_from"
                )

    @property
    def encoder(self) -> Sequential:
        """The first stage's encoder."""
        net = self.parts["encoder"].net
        assert isinstance(net, Sequential)
        return net

    @property
    def classifier(self) -> Layer:
        """The first stage's classifier of codes."""
        return self.parts["classifier"].net

    @classmethod
    def build_part(cls, part: str, config: Any, streams: Mapping[str, Rng], dtype: Any) -> Layer:
        """Return an untrained encoder or classifier."""
        return build_net(part, config, streams, dtype)

    @classmethod
    def parts_to_check(cls, config: Any) -> dict[str, Part]:
        """Return untrained parts in float64."""
        streams = Streams(0)
        return {
            name: Part(build_net(name, config, streams, np.float64), "random")
            for name in cls.part_names
        }

    @classmethod
    def options_from(cls, first: Any) -> dict[str, Any]:
        """Return what the encoder and the classifier have settled."""
        settled = ("latent", "classes", "net", "widths", "batch_norm", "pixel_range")
        return {name: getattr(first.config, name) for name in settled}
