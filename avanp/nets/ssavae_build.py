"""What the four nets of SSAVAE are built from."""

from dataclasses import dataclass
from typing import ClassVar

from avanp.layers.base import Layer
from avanp.layers.crop import Crop
from avanp.layers.dense import Init
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.replication_pad import ReplicationPad2d
from avanp.layers.residual_blocks import residual_conv, residual_dense
from avanp.layers.upsample import Upsample2
from avanp.nets import build
from avanp.nets.build import SLOPE


@dataclass(frozen=True, kw_only=True)
class Build(build.Build):
    """What all four nets are built from; their widths are channels at full, half, quarter size.

    Only decoder and classifier have batch norm.

    Parameters
    ----------
    latent : int
        Numbers in a code.
    """

    latent: int
    init: ClassVar[Init] = "he-leaky"

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(height, width) of the maps: full, half and quarter size, rounded up."""
        return build.halvings(self.shape, len(self.widths) - 1)

    @property
    def last(self) -> int:
        """The numbers in a map of quarter size."""
        height, width = self.sizes[-1]
        return height * width * self.widths[-1]

    def down(self, i: int) -> list[Layer]:
        """Return what takes the maps to their size i; an odd row or column is doubled first."""
        if i == 0:
            return []
        rows, columns = (n % 2 for n in self.sizes[i - 1])
        pad = [ReplicationPad2d(((0, rows), (0, columns)))] if rows or columns else []
        return [*pad, MaxPool2d(2)]

    def up(self, i: int) -> list[Layer]:
        """Return what takes the maps from their size i to the one before."""
        if i == 0:
            return []
        (height, width), target = self.sizes[i], self.sizes[i - 1]
        crop = [] if target == (2 * height, 2 * width) else [Crop(*target)]
        return [Upsample2(), *crop]

    def block(self, n: int) -> Layer:
        """Return a residual block of two convolutions."""
        return residual_conv(n, slope=SLOPE, init=self.init, **self.output)

    def block_dense(self, n: int) -> Layer:
        """Return a residual block of two dense layers."""
        return residual_dense(n, slope=SLOPE, init=self.init, **self.output)
