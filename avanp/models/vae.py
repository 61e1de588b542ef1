"""The VAE baseline as an estimator."""

from avanp.ava import variants
from avanp.models.encoding import EncodingEstimator


class VAE(EncodingEstimator):
    """Variational autoencoder, Eq. 1 of the AVA paper; parameters of `Estimator`."""

    def _variant(self) -> variants.Variant:
        return variants.VAE
