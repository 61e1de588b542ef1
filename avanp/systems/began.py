"""BEGAN: boundary-equilibrium generative adversarial networks."""

from avanp.systems.equilibrium import EquilibriumSystem


class BEGAN(EquilibriumSystem):
    """D descends L(x) - k L(G(z)), G L(G(z)) (Berthelot et al. 2017; Eq. 8 of Park et al. 2020)."""

    name = "BEGAN"
