"""AVA1-AVA5 as an estimator."""

from typing import Any

from avanp.ava.variants import Variant
from avanp.errors import AvanpError
from avanp.models.encoding import EncodingEstimator
from avanp.registry import load


class AVA(EncodingEstimator):
    """Adversarial variational autoencoder of Nguyen, Abdalla, Amer 2024.

    Parameters
    ----------
    variant : {1, 2, 3, 4, 5}
        1: the decoder's discriminator d; 2: with the leaning term (10); 3: the encoder's
        discriminator D; 4: with the leaning term (16); 5: all of them.
    **params
        See `avanp.models.base.Estimator`.
    """

    def __init__(self, variant: int = 5, **params: Any) -> None:
        super().__init__(**params)
        self.variant = variant

    def _variant(self) -> Variant:
        if self.variant not in (1, 2, 3, 4, 5):
            raise AvanpError(f"variant must be 1, 2, 3, 4 or 5, not {self.variant!r}")
        return load("model", f"AVA{self.variant}")
