"""What the nets of a BEGAN have in common."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from avanp.nets.build import halvings

# The last map of an encoder is about 8×8.
TOP = 8


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What encoder, decoder and generator have in common.

    Parameters
    ----------
    shape : (int, int, int)
        Of one image, (H, W, C), of any size.
    width : int
        n, the channels that the first layer makes and that every halving adds; in the dense form
        the units of each hidden layer.
    latent : int
        N_z, the size of a code.
    arch : {"conv", "mlp"}
        "mlp" has two hidden layers in each half in place of the convolutions.
    activation : {"elu", "leaky-relu"}
        Of every hidden layer; a leaky ReLU of slope 0.2.
    early : bool
        BEGAN-CS: the channels of the next halving are there one layer earlier, and a 1×1
        convolution to 2 n precedes every upsampling.
    skips : bool
        The decoder's first map, upsampled, is joined to every later stage of it.
    vanishing : bool
        Layers whose output has the shape of their input are vanishing residuals.
    """

    shape: tuple[int, int, int]
    width: int
    latent: int
    arch: Literal["conv", "mlp"] = "conv"
    activation: Literal["elu", "leaky-relu"] = "elu"
    early: bool = False
    skips: bool = False
    vanishing: bool = False

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(height, width) of the maps from the image down to the one of about 8×8."""
        times = round(np.log2(max(1.0, min(self.shape[:2]) / TOP)))
        return halvings(self.shape, times)
