"""The options of an SSAVAE's second stage, and what it measures."""

from dataclasses import dataclass
from typing import Literal

from avanp.errors import AvanpError
from avanp.systems.options import option
from avanp.systems.structured import StructuredConfig
from avanp.systems.term import Term


@dataclass(frozen=True, kw_only=True)
class SSAVAEConfig(StructuredConfig):
    """An SSAVAE's."""

    betas: tuple[float, float] = option(
        (0.9, 0.999),
        least=0,
        below=1,
        help="The two decay rates of the decoder's adam or adamw, and of the first stage's; the "
        "discriminator's are 0.5 and 0.999.",
    )
    alphas: tuple[float, float, float] = option(
        (1.0, 0.1, 0.01), least=0, help="Weights of the features of the encoder's layers 1, 2, 3."
    )
    beta: float = option(0.005, least=0, help="Weight of the adversarial term.")
    gamma: float = option(0.1, least=0, help="Weight of the latent term, that of the classes.")
    latent_reduction: Literal["mean", "sum"] = option(
        "mean", help="Of the latent term over the classes; sum is as printed, classes times more."
    )
    n_dis: int = option(
        1, least=1, help="Pairs of discriminator updates, each on a new batch, before a decoder's."
    )
    discriminator_lr: float = option(2e-4, above=0, help="Learning rate of the discriminator.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (any(self.alphas) or self.beta or self.gamma):
            raise AvanpError("alphas, beta and gamma are all 0: the decoder has nothing to learn")

    @property
    def batches_a_step(self) -> int:
        """Two for each pair of the discriminator's updates, and one."""
        return 1 + 2 * self.n_dis * bool(self.beta)


D, G = ("discriminator",), ("decoder",)
TERMS = {
    "loss": Term("L_rec + β L_adv + γ L_latent: what the decoder descends", "", "loss", G),
    "reconstruction": Term(
        "L_rec: weighted squared error in three layers of the encoder", "", "reconstruction", G
    ),
    "adversarial": Term("L_adv: (Dis(x) − Dis(x′))²", "", "adversarial", G),
    "latent_loss": Term("L_latent: (Class(z) − Class(z′))²", "", "latent_loss", G),
    "real_cost": Term("(1 − Dis(x))²: what Dis pays on images", "", "real_cost", D),
    "fake_cost": Term("(−1 − Dis(x′))²: what Dis pays on the decoder’s", "", "fake_cost", D),
    "discriminator_real": Term("mean output of Dis on images"),
    "discriminator_fake": Term("mean output of Dis on the decoder’s images"),
}
