"""The GAN baseline as an estimator."""

from avanp.ava import variants
from avanp.models.base import Estimator


class GAN(Estimator):
    """Generative adversarial network, Eq. 2 of the AVA paper; parameters of `Estimator`.

    It has no encoder, so no `transform`.
    """

    def _variant(self) -> variants.Variant:
        return variants.GAN
