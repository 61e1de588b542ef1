"""Distance of images in the features of a fixed net."""

from collections.abc import Sequence

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.sequential import Sequential
from avanp.losses.batch import batch_size
from avanp.losses.reductions import named

REDUCTIONS = ("half_mean", "mean", "sum")


class FeatureLoss:
    """Σ_l w_l R(φ_l(y) - φ_l(target)), φ_l being what layer l of a net returns.

    The net runs outside training up to the deepest tap and none of its parameters gets a
    gradient; φ_l(target) is constant.

    Parameters
    ----------
    net : Sequential
        Its own layers are used, not copies.
    taps : sequence of int
        Layers by number, from 0, ascending.
    weights : sequence of float
        One for each tap.
    reduction : {"half_mean", "mean", "sum"}
        R: half the mean square over all elements (Hou et al. 2017), the mean square, or the sum
        of squares over the features, mean over the batch. "sum" is N features times "mean", so
        it weights large feature maps above small ones.
    """

    def __init__(
        self,
        net: Sequential,
        taps: Sequence[int],
        weights: Sequence[float],
        *,
        reduction: str = "half_mean",
    ) -> None:
        named("reduction", reduction, REDUCTIONS)
        self.taps = tuple(taps)
        if not self.taps or list(self.taps) != sorted(set(self.taps)):
            raise AvanpError(f"taps must be layers' numbers, ascending, not {self.taps}")
        if not 0 <= self.taps[0] <= self.taps[-1] < len(net.layers):
            raise AvanpError(f"taps {self.taps} of a net of {len(net.layers)} layers")
        if len(weights) != len(self.taps):
            raise AvanpError(f"{len(self.taps)} taps need as many weights, not {len(weights)}")
        self.net = Sequential(net.layers[: self.taps[-1] + 1])
        self.weights = tuple(map(float, weights))
        self.reduction = reduction

    def __call__(self, y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
        """Return ``(value, dy)`` for arrays of one shape, the batch first."""
        batch_size(y, 0, target)
        _, wanted, _ = self.net.forward_taps(target, self.taps)
        _, features, caches = self.net.forward_taps(y, self.taps)
        value = 0.0
        dtaps = {}
        for tap, weight in zip(self.taps, self.weights, strict=True):
            error = features[tap] - wanted[tap]
            scale = weight * self._scale(error)
            value += scale * float(np.sum(np.square(error), dtype=np.float64))
            error *= 2 * scale
            dtaps[tap] = error
        deepest = dtaps.pop(self.taps[-1])
        dy, _ = self.net.backward_taps(deepest, dtaps, caches, wrt="input")
        assert dy is not None
        return value, dy

    def _scale(self, error: np.ndarray) -> float:
        if self.reduction == "sum":
            return 1 / error.shape[0]
        return (0.5 if self.reduction == "half_mean" else 1) / error.size
