"""What a system is made from: plain numbers and words, that JSON can hold."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

from avanp.errors import AvanpError, unknown
from avanp.systems.options import option, options_of

Shape = tuple[int, int, int]
CHANNELS = (32, 64, 128)
WIDTHS = {"mlp": (400,), "conv": CHANNELS, "upsample": CHANNELS, "spatial": CHANNELS}


@dataclass(frozen=True, kw_only=True)
class Config:
    """What all systems are made from; subclasses add options of their own."""

    shape: Shape = option(
        help="Of one image, (H, W, C). A row of a table is an image (1, n, 1).",
        what="(H, W, C)",
        command_line=False,
    )
    arch: Literal["mlp", "conv", "upsample"] = option(
        "mlp",
        help="Dense nets (mlp), 4×4 convolutions of stride 2 and their transposes (conv), or such "
        "convolutions, and nearest upsampling with 3×3 convolutions in the decoder (upsample).",
    )
    widths: tuple[int, ...] | None = option(
        None,
        help="Hidden sizes (mlp) or channels (conv) from the image inwards; "
        "400, or 32,64,128 for conv and upsample.",
        what="sizes of hidden layers",
    )
    lr: float = option(1e-3, above=0, help="Learning rate.")
    optimiser: Literal["adam", "adamw", "rmsprop", "momentum", "sgd"] = option(
        "adam", help="The kind of optimiser."
    )
    betas: tuple[float, float] = option(
        (0.9, 0.999), least=0, below=1, help="The two decay rates of adam and adamw."
    )
    weight_decay: float | None = option(
        None, least=0, help="Decay of the weights; by default 0.01 for adamw, and none for others."
    )
    pixel_range: Literal["unit", "real"] = option(
        "unit",
        help="Values in [0, 1] (unit), and a sigmoid at the end; or any numbers (real), such as a "
        "table's.",
    )
    batch_norm: bool | None = option(
        None,
        help="Batch norm after every hidden layer but a discriminator's first; by default in "
        "convolutional GANs and VAE/GANs, whose decoders hardly learn without it.",
    )
    clip: float | None = option(None, above=0, help="The largest norm of one net's gradient.")

    def __post_init__(self) -> None:
        for name, one in options_of(type(self)).items():
            object.__setattr__(self, name, one.checked(getattr(self, name)))
        if self.widths is None:
            object.__setattr__(self, "widths", self.default_widths())
        if self.batch_norm is None:
            object.__setattr__(self, "batch_norm", self.normed())

    def default_widths(self) -> tuple[int, ...]:
        """Return the sizes of hidden layers if nothing is said about them."""
        return WIDTHS[self.arch]

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return False

    @property
    def batches_a_step(self) -> int:
        """How many batches the updates of a step draw."""
        return 1

    @property
    def counted_in(self) -> str:
        """What progress counts: batches, or steps that draw several of them."""
        return "batches" if self.batches_a_step == 1 else "steps"

    @property
    def hidden(self) -> tuple[int, ...]:
        """`widths`, the default filled in."""
        assert self.widths is not None
        return self.widths

    def to_json(self) -> dict[str, Any]:
        """Return what `from_options` takes."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_options(cls, **options: Any) -> Self:
        """Return a configuration; an unknown option, or a missing one, is an `AvanpError`."""
        names = [f.name for f in fields(cls)]
        owner = cls.__name__.removesuffix("Config")
        for name in options:
            if name not in names:
                raise AvanpError(
                    f"{owner} has no option {unknown(name, names)}: choose from {', '.join(names)}"
                )
        try:
            return cls(**options)
        except TypeError as error:
            missing = str(error).split(":")[-1].strip()
            raise AvanpError(f"{owner} needs {missing}") from None


@dataclass(frozen=True, kw_only=True)
class LatentConfig(Config):
    """That of a system with codes."""

    latent: int = option(20, least=1, help="Numbers in a code.")
