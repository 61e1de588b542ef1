"""The options of a VAE/GAN, and what it measures."""

from dataclasses import dataclass
from typing import Literal

from avanp.errors import AvanpError
from avanp.systems.likelihood_config import LikelihoodConfig
from avanp.systems.options import option
from avanp.systems.term import Term
from avanp.systems.words import BOTH, ELBO, GAME, KL, RECONSTRUCTION


@dataclass(frozen=True, kw_only=True)
class VAEGANConfig(LikelihoodConfig):
    """A VAE/GAN's; RMSprop at 3e-4 as in the paper."""

    lr: float = option(3e-4, above=0, help="Learning rate.")
    optimiser: Literal["adam", "adamw", "rmsprop", "momentum", "sgd"] = option(
        "rmsprop", help="The kind of optimiser."
    )
    weight: float = option(
        1e-2,
        least=0,
        below=1,
        help="w of what the decoder descends: w feature error - (1 - w) d's loss on the fakes.",
    )
    beta: float = option(1.0, least=0, help="Weight of the KL term.")
    tap: int = option(-1, help="Which hidden layer of d gives the features; -1 is the last.")
    gating: bool = option(True, help="Leave out a net's update where it is far ahead, or behind.")
    equilibrium: float = option(
        0.68,
        above=0,
        help="d is not updated where its mean loss on real or on fake images is below equilibrium "
        "- margin, the decoder not where it is above equilibrium + margin; but never neither.",
    )
    margin: float = option(0.4, least=0, help="See equilibrium.")

    def __post_init__(self) -> None:
        super().__post_init__()
        n = len(self.hidden)
        if not -n <= self.tap < n:
            raise AvanpError(f"tap must be a hidden layer of d, from {-n} to {n - 1}")

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return self.arch != "mlp"


TERMS = {
    "loss": Term("feature + weighted kl: what the encoder descends", "", "loss"),
    "reconstruction": RECONSTRUCTION._replace(nets=()),
    "feature": Term("½ squared error in a hidden layer of d", "", "feature", BOTH),
    "kl": KL,
    "elbo": ELBO,
    "discriminator_real": GAME["discriminator_real"],
    "discriminator_fake": GAME["discriminator_fake"],
    "real_cost": Term("−log d(x): what d pays on images", "nats", "", ("discriminator",)),
    "fake_cost": Term(
        "−log(1 − d(x′)): what d pays on the decoder’s images",
        "nats",
        "",
        ("decoder", "discriminator"),
    ),
    "discriminator_updated": Term("share of steps in which d was trained", "share"),
    "decoder_updated": Term("share of steps in which the decoder was trained", "share"),
}
