"""The options that BEGAN, BEGAN-CS and BEGAN v3 share, and what they measure."""

from dataclasses import dataclass
from typing import Literal

from avanp.systems.config import LatentConfig
from avanp.systems.options import option
from avanp.systems.term import Term


@dataclass(frozen=True, kw_only=True)
class EquilibriumConfig(LatentConfig):
    """That of a BEGAN; gamma and k_rate are what small runs need, not the papers' .5 and .001."""

    arch: Literal["mlp", "conv"] = option(
        "conv", help="3×3 convolutions (conv), or two hidden dense layers in each half (mlp)."
    )
    width: int = option(
        16,
        least=1,
        help="Channels that every halving adds, 128 in the papers; hidden units of an mlp.",
    )
    latent: int = option(16, least=1, help="Numbers in a code.")
    activation: Literal["elu", "leaky-relu"] = option("elu", help="Of every hidden layer.")
    lr: float = option(1e-4, above=0, help="Learning rate.")
    loss: Literal["l1", "l2", "mse"] = option(
        "l1",
        help="Error of the auto-encoder: mean |e|, the norm of e over the batch by its size, or "
        "mean e². M is in its unit.",
    )
    gamma: float = option(0.75, above=0, help="L(G(z)) / L(x) to hold; more is more diverse.")
    k_rate: float = option(0.01, least=0, help="λ, how fast k follows the balance.")
    k_start: float = option(0.0, least=0, help="k at the start.")
    order: Literal["simultaneous", "sequential"] = option(
        "simultaneous",
        help="Both nets from the same weights, or the discriminator first and the generator "
        "through the one updated, as the program of BEGAN-CS.",
    )
    fresh_codes: bool = option(False, help="Other codes for the generator's update.")
    prior: Literal["uniform", "normal"] = option(
        "uniform", help="Codes of U(-1, 1), as the papers', or of N(0, 1)."
    )
    skips: bool = option(False, help="Join the first map of a decoder to its later stages.")
    vanishing: int = option(
        0,
        least=0,
        help="Steps in which residual connections fade out, 16000 in the paper of BEGAN; 0: none.",
    )
    printed_sign: bool = option(
        False, help="The sign of k's update in Eq. 8 of BEGAN v3, which collapses."
    )
    widths: tuple[int, ...] | None = option(None, help="None: see width.", command_line=False)
    batch_norm: bool | None = option(None, help="None.", command_line=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "widths", None)
        object.__setattr__(self, "batch_norm", False)

    @property
    def hidden(self) -> tuple[int, ...]:
        """The one width, from which all layers follow."""
        return (self.width,)


ERRORS = ("discriminator", "generator")
TERMS = {
    "m": Term("convergence M = L(x) + |γ L(x) − L(G(z))|, in the unit of the loss", "", "M"),
    "k": Term("weight of L(G(z)) in what the discriminator descends, 0 to 1", "", "k"),
    "ratio": Term("L(G(z)) / L(x), which k holds at γ", "", "L(G)/L(x)"),
    "real": Term("L(x), error of the auto-encoder on images", "", "L(x)", ERRORS[:1]),
    "fake": Term("L(G(z)), its error on generated images", "", "L(G)", ERRORS),
    "diversity": Term("mean distance of two fakes of fixed codes", "of real"),
    "discriminator_loss": Term("what the discriminator descends", "", "", ERRORS[:1]),
    "m_mean": Term("M of the mean |e|", "pixel"),
    "m_rms": Term("M of the root mean square of e", "pixel"),
}
