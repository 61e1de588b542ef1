"""What a system is made from: plain numbers and words, that JSON can hold."""

import math
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Literal, Self

from avanp.errors import AvanpError, unknown

Shape = tuple[int, int, int]
WIDTHS = {"mlp": (400,), "conv": (32, 64, 128)}
KERNEL = 16  # 4×4


@dataclass(frozen=True, kw_only=True)
class Config:
    """What all systems are made from.

    Parameters
    ----------
    shape : (int, int, int)
        Of one image, (H, W, C). A row of a table is an image (1, n, 1).
    arch : {"mlp", "conv"}
        Dense nets, or 4×4 convolutions of stride 2.
    latent : int
        Size of a code.
    widths : tuple of int, optional
        Hidden sizes (mlp) or channels (conv) from the image inwards; (400,) or (32, 64, 128).
    lr, optimiser, betas
        The learning rate; "adam", "rmsprop", "momentum" or "sgd"; Adam's two decay rates.
    likelihood : {"bernoulli", "gaussian"}
        What the reconstruction term is: cross-entropy, or the paper's 1/2 ||x - x'||².
    pixel_range : {"unit", "real"}
        "unit": pixels in [0, 1], and a decoder that ends in a sigmoid. "real": any numbers, and a
        linear end; for "gaussian" alone.
    batch_norm : bool, optional
        After every hidden layer, except the first of a discriminator. By default only in
        convolutional GANs and VAE/GANs, whose decoders hardly learn without it.
    clip : float, optional
        The largest norm of one net's gradient.
    """

    shape: Shape
    arch: Literal["mlp", "conv"] = "mlp"
    latent: int = 20
    widths: tuple[int, ...] | None = None
    lr: float = 1e-3
    optimiser: Literal["adam", "rmsprop", "momentum", "sgd"] = "adam"
    betas: tuple[float, float] = (0.9, 0.999)
    likelihood: Literal["bernoulli", "gaussian"] = "bernoulli"
    pixel_range: Literal["unit", "real"] = "unit"
    batch_norm: bool | None = None
    clip: float | None = None

    def __post_init__(self) -> None:
        choice("arch", self.arch, ("mlp", "conv"))
        self._set("shape", whole_numbers("shape", self.shape, "(H, W, C)", 3))
        whole("latent", self.latent)
        widths = WIDTHS[self.arch] if self.widths is None else self.widths
        self._set("widths", whole_numbers("widths", widths, "sizes of hidden layers"))
        number("lr", self.lr, above=0)
        choice("optimiser", self.optimiser, ("adam", "rmsprop", "momentum", "sgd"))
        if not isinstance(self.betas, tuple | list) or len(self.betas) != 2:
            raise AvanpError(f"betas must be two numbers, not {self.betas!r}")
        for beta in self.betas:
            number("betas", beta, least=0, below=1)
        self._set("betas", tuple(map(float, self.betas)))
        choice("likelihood", self.likelihood, ("bernoulli", "gaussian"))
        choice("pixel_range", self.pixel_range, ("unit", "real"))
        if self.pixel_range == "real" and self.likelihood == "bernoulli":
            raise AvanpError("pixel_range='real' needs likelihood='gaussian'")
        if self.batch_norm is None:
            self._set("batch_norm", self.normed())
        flag("batch_norm", self.batch_norm)
        if self.clip is not None:
            number("clip", self.clip, above=0)

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return False

    @property
    def hidden(self) -> tuple[int, ...]:
        """`widths`, the default filled in."""
        assert self.widths is not None
        return self.widths

    def trunk_weights(self) -> int:
        """Return how many weights the hidden layers between an image and its code have."""
        h, w, c = self.shape
        kernel = 1
        sizes = [h * w * c, *self.hidden]
        if self.arch == "conv":
            kernel, sizes[0] = KERNEL, c
        return kernel * sum(a * b for a, b in pairwise(sizes))

    def least_weights(self) -> int:
        """Return a number of weights that a system of this configuration has at least."""
        return self.trunk_weights() + self.latent * self.top_size()

    def top_size(self) -> int:
        """Return how many numbers the last hidden layer before the code has."""
        if self.arch == "mlp":
            return self.hidden[-1]
        halvings = 2 ** len(self.hidden)
        h, w, _ = self.shape
        return -(-h // halvings) * -(-w // halvings) * self.hidden[-1]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Return the configuration that `to_json` wrote; an option unknown here is an error."""
        return cls.from_options(**values)

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

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def whole(name: str, value: Any, least: int = 1) -> None:
    """Raise an `AvanpError` unless `value` is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise AvanpError(f"{name} must be a whole number of at least {least}, not {value!r}")


def whole_numbers(name: str, values: Any, what: str, count: int | None = None) -> tuple[int, ...]:
    """Return a tuple of whole numbers of at least 1, or raise an `AvanpError`."""
    right = isinstance(values, tuple | list) and len(values) == (count or len(values)) > 0
    if not right or any(isinstance(v, bool) or not isinstance(v, int) or v < 1 for v in values):
        raise AvanpError(f"{name} must be {what}, whole numbers of at least 1, not {values!r}")
    return tuple(values)


def number(
    name: str,
    value: Any,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> None:
    """Raise an `AvanpError` unless `value` is a finite number within the limits."""
    right = isinstance(value, int | float) and not isinstance(value, bool)
    if not right or not (math.isfinite(value) and value >= least and above < value < below):
        limits = {"at least": least, "above": above, "below": below}
        within = " and ".join(f"{k} {v:g}" for k, v in limits.items() if math.isfinite(v))
        raise AvanpError(f"{name} must be a number {within}".rstrip() + f", not {value!r}")


def choice(name: str, value: Any, options: tuple[str, ...]) -> None:
    """Raise an `AvanpError` unless `value` is one of `options`."""
    if value not in options:
        raise AvanpError(f"unknown {name} {value!r}: choose from {', '.join(options)}")


def flag(name: str, value: Any) -> None:
    """Raise an `AvanpError` unless `value` is True or False."""
    if not isinstance(value, bool):
        raise AvanpError(f"{name} must be True or False, not {value!r}")
