"""The options of a classifier."""

from dataclasses import dataclass
from typing import Literal

from avanp.errors import AvanpError
from avanp.systems.config import WIDTHS, Config
from avanp.systems.options import option

HEAD = "vgg16-head"
OWN_WIDTHS = {"cnn": (32, 64, 128, 256, 512), "resnet": (16, 32, 64), HEAD: (64,)}


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig(Config):
    """A classifier's."""

    arch: Literal["mlp", "conv", "cnn", "resnet", "vgg16-head"] = option(  # type: ignore[assignment]
        "mlp",
        help="Dense layers (mlp), 4×4 convolutions of stride 2 (conv), 3×3 ones of stride 2 (cnn), "
        "residual blocks and a mean over the image (resnet), or dense layers over the means of "
        "VGG16's relu1_1 … relu5_1, which stays as it is (vgg16-head).",
    )
    widths: tuple[int, ...] | None = option(
        None,
        help="Sizes of hidden layers, from the image inwards; 400 for mlp, 32,64,128 for conv, "
        "32,64,128,256,512 for cnn, 16,32,64 for resnet, 64 for vgg16-head.",
        what="sizes of hidden layers",
    )
    features: str = option("vgg16", help="Where vgg16-head has VGG16 from: vgg16, or vgg16:FILE.")
    classes: int = option(least=2, help="Labels are 0 … classes - 1.", command_line=False)
    counts: tuple[int, ...] | None = option(
        None,
        help="Training images of each class, where balanced.",
        what="the images of each class",
        command_line=False,
    )
    balanced: bool = option(
        False, help="Weigh classes by the inverse of their share, so that each costs the same."
    )
    dropout: float = option(
        0.0, least=0, below=1, help="Share of the features that are left out in training."
    )
    l1: float = option(0.0, least=0, help="Weight of the sum of |w| over all weights.")
    l2: float = option(0.0, least=0, help="Weight of the sum of w² over all weights.")
    flips: Literal["none", "horizontal", "both"] = option(
        "none", help="Training images are flipped at random, left and right, or both ways."
    )
    rotation: float = option(
        0.0, least=0, help="Training images turn by up to this share of a turn, either way."
    )
    zoom: float = option(
        0.0, least=0, below=1, help="Their height and width are scaled by up to 1 ± this."
    )
    contrast: float = option(
        0.0, least=0, below=1, help="Their contrast is multiplied by up to 1 ± this."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.counts is not None and len(self.counts) != self.classes:
            raise AvanpError(f"{self.classes} classes need as many counts, not {len(self.counts)}")
        if self.features.partition(":")[0] != "vgg16":
            raise AvanpError(f"features {self.features!r}: vgg16 or vgg16:FILE")
        if self.pixel_range == "real" and self.contrast:
            raise AvanpError("contrast is for pixels in [0, 1]")

    def default_widths(self) -> tuple[int, ...]:
        """Return the sizes of hidden layers if nothing is said about them."""
        return {**WIDTHS, **OWN_WIDTHS}[self.arch]

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return self.arch in OWN_WIDTHS
