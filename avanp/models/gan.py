"""The generative adversarial network as an estimator."""

from dataclasses import dataclass
from typing import Any

from avanp.models.trained import TrainedEstimator


@dataclass(kw_only=True, eq=False, repr=False)
class GAN(TrainedEstimator):
    """Generative adversarial network (Goodfellow et al. 2014); no encoder, so no `transform`.

    Parameters
    ----------
    loss : {"log", "non-saturating", "least-squares"}
        What the decoder descends: log(1 - d(x')), -log d(x'), or (d(x') - 1)².
    arch, latent, widths, epochs, batch_size, lr, optimiser, betas, ...
        See `avanp.models.trained.TrainedEstimator`; the rates are those of Radford et al. 2016.
    """

    system = "GAN"

    lr: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    loss: str = "non-saturating"

    def _options(self, shape: tuple[int, ...]) -> dict[str, Any]:
        options = super()._options(shape)
        # It has no likelihood, but its configuration wants the one that goes with any numbers.
        return {**options, "likelihood": "gaussian"} if self.pixel_range == "real" else options
