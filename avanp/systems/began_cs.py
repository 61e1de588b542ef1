"""BEGAN-CS: a BEGAN whose encoder is held to give back the generator's codes."""

from dataclasses import dataclass

from avanp.systems.base import Terms
from avanp.systems.boundary import Round, Weights
from avanp.systems.equilibrium import EquilibriumSystem
from avanp.systems.equilibrium_config import TERMS, EquilibriumConfig
from avanp.systems.options import option
from avanp.systems.term import Term


@dataclass(frozen=True, kw_only=True)
class BEGANCSConfig(EquilibriumConfig):
    """That of a BEGAN-CS."""

    alpha: float = option(0.1, least=0, help="Weight of the constraint |Enc(G(z)) - z|.")


class BEGANCS(EquilibriumSystem):
    """D descends L(x) - k L(G(z)) + α L_c (Chang et al. 2018; Eq. 9, 10 of Park et al. 2020)."""

    name = "BEGAN-CS"
    config_class = BEGANCSConfig
    early = True
    checked_with = {**EquilibriumSystem.checked_with, "alpha": 0.3}
    terms = {
        **TERMS,
        "constraint": Term(
            "L_c, mean |Enc(G(z)) − z| over the numbers of a code", "", "", ("discriminator",)
        ),
    }

    def weights(self) -> Weights:
        """Return the weights of what D descends, at the present k."""
        return Weights(float(self.state["k"]), self.config.alpha)

    def _terms(self, played: Round) -> Terms:
        return {**super()._terms(played), "constraint": played.constraint}
