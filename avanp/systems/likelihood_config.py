"""The options of a system that reconstructs."""

from dataclasses import dataclass
from typing import Literal

from avanp.errors import AvanpError
from avanp.systems.config import LatentConfig
from avanp.systems.options import option

MOST_PASSES = 100


@dataclass(frozen=True, kw_only=True)
class LikelihoodConfig(LatentConfig):
    """That of a system that reconstructs."""

    arch: Literal["mlp", "conv", "upsample", "spatial"] = option(  # type: ignore[assignment]
        "mlp",
        help="Dense nets (mlp), 4×4 convolutions of stride 2 and their transposes (conv), or such "
        "convolutions, and nearest upsampling with 3×3 convolutions in the decoder (upsample); "
        "spatial is that without dense layers: a code is a small map.",
    )
    likelihood: Literal["bernoulli", "gaussian", "optimal-gaussian"] = option(
        "bernoulli",
        help="The reconstruction term: cross-entropy (bernoulli), ½ squared error (gaussian), or a "
        "Gaussian of the variance that suits best (optimal-gaussian; Rybkin et al. 2021).",
    )

    mixture: int = option(
        0,
        least=0,
        help="Gaussians of a mixture that is fitted, after training, to the codes of the training "
        "images, and that codes of new images are drawn from; 0: from N(0, I).",
    )

    settle: int = option(
        0,
        least=0,
        help="Passes through decoder and encoder that codes drawn of the mixture go: towards where "
        "images have theirs.",
    )
    texture: float = option(
        0.0,
        least=0,
        help="How much of what reconstructions lack is drawn into new images, as a noise that is "
        "fitted after training; 1: all of it. Where it is no grain but edges, or most of what "
        "images differ by, none is.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pixel_range == "real" and self.likelihood == "bernoulli":
            raise AvanpError(
                "pixel_range='real' needs likelihood='gaussian' (or 'optimal-gaussian')"
            )
        if self.settle > MOST_PASSES:
            raise AvanpError(f"settle must be at most {MOST_PASSES}, not {self.settle}")
        if self.pixel_range == "real" and self.texture:
            raise AvanpError("texture is for images in [0, 1]: leave it out with pixel_range real")
