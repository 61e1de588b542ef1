"""The options of the DFC-VAE."""

from dataclasses import dataclass
from typing import Literal

from avanp.systems.likelihood_config import LikelihoodConfig
from avanp.systems.options import option
from avanp.systems.term import Term
from avanp.systems.words import BOTH, KL

WIDTHS = (16, 32, 64, 128)
# What makes the perceptual term weigh about as much as the pixels do, at 64×64 under half_mean.
W_PERC = {"vgg16": 10.0, "random": 3000.0, "classifier": 1000.0}


@dataclass(frozen=True, kw_only=True)
class DFCVAEConfig(LikelihoodConfig):
    """A DFC-VAE's."""

    arch: Literal["conv", "upsample", "mlp"] = option(
        "conv",
        help="4×4 convolutions of stride 2 and their transposes (conv), nearest upsampling and 3×3 "
        "convolutions in the decoder (upsample; Hou et al.), or dense nets (mlp).",
    )
    widths: tuple[int, ...] | None = option(
        None,
        help="Channels from the image inwards; 16,32,64,128, or hidden sizes, 400, for mlp. The "
        "paper has 32,64,128,256,512 at 224×224.",
        what="sizes of hidden layers",
    )
    latent: int = option(100, least=1, help="Numbers in a code.")
    features: str = option(
        "random",
        help="The frozen net whose features are compared: random, vgg16 or vgg16:FILE, or "
        "classifier:RUN.",
    )
    taps: int | None = option(
        None,
        least=1,
        help="How many of its layers, from the image inwards (relu1_1 … relu5_1 of VGG16); all.",
    )
    w_rec: float = option(1.0, least=0, help="Weight of the reconstruction term.")
    w_perc: float | None = option(
        None,
        least=0,
        help="Weight of the perceptual term; 10 for vgg16, 1000 for a classifier, 3000 for random, "
        "whose features are smaller: at 64×64 about what the pixels weigh.",
    )
    w_kl: float = option(
        0.1, least=0, help="Weight of KL. It goes with the pixels: 1 at 224×224 is .08 at 64×64."
    )
    perc_reduction: Literal["half_mean", "mean", "sum"] = option(
        "half_mean", help="Of squared differences of features: Eq. 3 is half_mean."
    )
    mu_as_logvar: bool = option(
        False, help="Take mu for the log-variance in KL, as the paper's program does."
    )
    last_batch: bool = option(
        False, help="Validate on the last batch of 32 alone, as the paper's program does."
    )
    as_released: bool = option(
        False,
        help="All that the paper's program does otherwise: mu_as_logvar, last_batch, sums over "
        "features and batch, images not normalised for VGG16.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.as_released:
            for name in ("mu_as_logvar", "last_batch"):
                object.__setattr__(self, name, True)
            object.__setattr__(self, "perc_reduction", "sum")
        if self.w_perc is None:
            object.__setattr__(self, "w_perc", W_PERC.get(self.features.partition(":")[0], 0.0))

    def default_widths(self) -> tuple[int, ...]:
        """Return the sizes of hidden layers if nothing is said about them."""
        return super().default_widths() if self.arch == "mlp" else WIDTHS

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return self.arch != "mlp"


TERMS = {
    "loss": Term("the weighted sum of the next three (Eq. 6)", "", "loss", BOTH),
    "reconstruction": Term(
        "cross-entropy or ½ squared error, summed over pixels, mean over channels",
        "nats",
        "reconstruction",
        BOTH,
    ),
    "perceptual": Term("distance in the features of the frozen net", "", "perceptual", BOTH),
    "kl": KL,
    "sigma": Term("mean deviation of the codes; 1 is the prior’s", "", "sigma"),
    "elbo": Term("−(reconstruction in all channels + kl)", "nats"),
    "reconstruction_at_logits": Term("norm of the weighted gradient at the decoder’s output"),
    "perceptual_at_logits": Term("norm of the weighted gradient at the decoder’s output"),
}
