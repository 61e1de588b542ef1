"""The options of AVA1 to AVA5."""

from dataclasses import dataclass
from typing import Literal

from avanp.systems.conditional_config import ConditionalConfig
from avanp.systems.likelihood_config import LikelihoodConfig
from avanp.systems.options import option


@dataclass(frozen=True, kw_only=True)
class AVAConfig(LikelihoodConfig, ConditionalConfig):
    """An AVA's."""

    likelihood: Literal["bernoulli", "gaussian", "optimal-gaussian"] = option(
        "gaussian",
        help="The reconstruction term: ½ squared error (gaussian), cross-entropy (bernoulli), or a "
        "Gaussian of the variance that suits best (optimal-gaussian; Rybkin et al. 2021).",
    )
    non_saturating: bool = option(
        False,
        help="Decoder and encoder descend -log d(x') and -log D(mu(x')) in place of log(1 - ·).",
    )
