"""BEGAN v3: a BEGAN-CS whose discriminator is a variational auto-encoder."""

from dataclasses import dataclass
from typing import Literal

from avanp.systems.base import Terms
from avanp.systems.began_cs import BEGANCS, BEGANCSConfig
from avanp.systems.boundary import Round, Weights
from avanp.systems.options import option
from avanp.systems.term import Term


@dataclass(frozen=True, kw_only=True)
class BEGANV3Config(BEGANCSConfig):
    """That of a BEGAN v3; the paper says neither weight nor reduction of the KL."""

    activation: Literal["elu", "leaky-relu"] = option("leaky-relu", help="Of every hidden layer.")
    kl_weight: float = option(0.1, least=0, help="Weight of both KL terms.")
    kl_reduction: Literal["mean", "sum"] = option(
        "mean", help="Over the numbers of a code; sum at weight 1 drowns the reconstruction."
    )
    kl_clamp: float = option(8.0, above=0, help="The log-variance is held to ± this.")


class BEGANV3(BEGANCS):
    """D descends ½ [L(x) - k L(G(z)) + L_R] + α L_c (Park et al. 2020, Eq. 20, 21)."""

    name = "BEGAN-v3"
    config_class = BEGANV3Config
    variational = True
    # A leaky ReLU has kinks.
    checked_with = {**BEGANCS.checked_with, "kl_weight": 0.7, "activation": "elu"}
    terms = {
        **BEGANCS.terms,
        "kl_real": Term("KL of the codes of images from N(0, I)", "nats", "", ("discriminator",)),
        "kl_fake": Term("KL of the codes of fakes from N(0, I)", "nats", "", ("discriminator",)),
    }

    def weights(self) -> Weights:
        """Return the weights of what D descends, at the present k."""
        return (
            super()
            .weights()
            ._replace(kl=self.config.kl_weight, kl_reduction=self.config.kl_reduction)
        )

    def _terms(self, played: Round) -> Terms:
        kls = {"kl_real": played.kl_real, "kl_fake": played.kl_fake}
        return {**super()._terms(played), **kls}
