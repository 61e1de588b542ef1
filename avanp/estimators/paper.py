"""The paper's experiment as an estimator: AVA1-AVA5, VAE and GAN under its rule sets."""

from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, Self

import numpy as np

from avanp.ava.groups import to_groups, to_images
from avanp.ava.nets import Channels, NetConfig, Nets, build
from avanp.ava.printed import latent as latent_code
from avanp.ava.rules import Rules, rules_from_name
from avanp.ava.training import not_finite, train
from avanp.ava.variants import Variant
from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.base import Array
from avanp.estimators.codes import Transformer
from avanp.layers.dense import Init
from avanp.registry import load
from avanp.rng import seed_of, stream

VARIANTS = (1, 2, 3, 4, 5, "VAE", "GAN")
# What the nets are made from, of the estimator's parameters.
OF_NETS = ("hidden", "latent", "activation", "slope", "midpoint", "init", "channels")


@dataclass(eq=False, repr=False)
class AVA(Transformer):
    """One of the seven models of Nguyen, Abdalla, Amer 2024, with the paper's nets.

    Nets with one hidden layer of logistic units, learning by gradient ascent under one of the
    paper's rule sets. For larger nets, convolutions and Adam see `avanp.AVA1` to `avanp.AVA5`.

    Parameters
    ----------
    variant : {1, 2, 3, 4, 5, "VAE", "GAN"}
        1: the decoder's discriminator d; 2: with the leaning term (10); 3: the encoder's
        discriminator D; 4: with the leaning term (16); 5: all of them. "VAE": Eq. 1. "GAN": Eq. 2;
        it has no encoder, so no codes.
    rules : str or Rules
        "printed", "program" (also "program-3", without its deviation 3) or "exact", or a rule
        set with options, such as ``ExactRules(non_saturating=True)``.
    lr : float
        The learning rate gamma; at most 1 under "printed" and "program".
    epochs, batch_size, shuffle
        Passes over the images; images an update ("program" takes 1); a new order every pass.
    hidden, latent, activation
        Hidden units, size of z, and the hidden layers' activation by name.
    slope, midpoint
        Of the logistic at the outputs (and in the hidden layers, if it is their activation).
    init : {"glorot", "zeros"}
        The paper's tables were made with zeros.
    channels : {"independent", "joint"}
        One model a colour, meeting only in z's noise (the paper's program), or one of all.
    random_state : int, RandomState, Generator or None
        The seed of all random streams, or what draws one at each `fit` and `sample`.

    Attributes
    ----------
    nets_ : Nets
    image_shape_ : tuple
        Of one image or row, as it was given to `fit`.
    n_features_in_ : int
    feature_names_in_ : array of str
        The columns of a data frame, where `fit` had one.
    """

    variant: int | str = 5
    _: KW_ONLY
    rules: str | Rules = "exact"
    lr: float = 0.1
    epochs: int = 1
    batch_size: int = 1
    shuffle: bool = False
    hidden: int = 100
    latent: int = 10
    activation: str = "logistic"
    slope: float = 0.5
    midpoint: float = 0.5
    init: Init = "glorot"
    channels: Channels = "independent"
    random_state: Any = None

    def fit(self, X: Any, y: None = None) -> Self:
        """Train on images and return self.

        Parameters
        ----------
        X : array (N, H, W, C), uint8, or float in [0, 1]
            Or (N, n_features), or what `avanp.load_images` returns. `y` is not used.

        Raises
        ------
        AvanpError
            For bad parameters or images, and where training diverges.
        """
        rules, variant = self._rules(), self._variant()
        x = self._taken(X)
        images = _floats(inputs.to_images(x))
        config, seed = self._config(images), seed_of(self.random_state)
        nets = build(variant, config, stream(seed, "init"))
        with np.errstate(all="ignore"):
            train(
                nets,
                rules,
                to_groups(images, config),
                # A NumPy scalar would turn float32 into float64.
                float(self.lr),
                seed,
                epochs=self.epochs,
                batch_size=self.batch_size,
                shuffle=self.shuffle,
            )
        weight = not_finite(nets)
        if weight:
            raise AvanpError(
                f"training diverged: {weight} is not finite; use a smaller lr than {self.lr}"
            )
        self.nets_: Nets = nets
        self._keep_shape(x.shape[1:], X)
        return self

    def inverse_transform(self, Z: Array) -> Array:
        """Decode codes (n, groups * latent) into images (n, H, W, C), float32 in [0, 1]."""
        self._check_fitted()
        config = self.nets_.config
        z = np.asarray(Z, np.float32)
        if z.ndim != 2 or z.shape[1] != config.groups * config.latent:
            raise AvanpError(f"codes must be (n, {config.groups * config.latent}), not {z.shape}")
        return self._decode(np.moveaxis(z.reshape(len(z), config.groups, config.latent), 1, 0))

    def sample(self, n: int = 1, *, random_state: Any = None, around: Any = None) -> Array:
        """Generate n images (n, H, W, C), float32 in [0, 1]; the colours share z's noise.

        Parameters
        ----------
        random_state : int, RandomState, Generator, optional
            By default the estimator's own; where that is None too, other images at each call.
        around : array (m, H, W, C), optional
            Draw z around these images by Eq. 8, in turn; otherwise from the prior N(0, I).
        """
        self._check_fitted()
        config = self.nets_.config
        given = self.random_state if random_state is None else random_state
        generator = isinstance(given, np.random.Generator)
        rng = given if generator else stream(seed_of(given), "sample")
        r = rng.standard_normal((self._count("n", n), config.latent)).astype(np.float32)
        if around is None:
            return self._decode(latent_code(None, None, r, config.groups))
        mu, var = self._encode(around)
        turn = np.arange(n) % mu.shape[1]
        return self._decode(latent_code(mu[:, turn], var[:, turn], r, mu.shape[0]))

    def _variant(self) -> Variant:
        if isinstance(self.variant, bool) or self.variant not in VARIANTS:
            names = ", ".join(map(repr, VARIANTS))
            raise AvanpError(f"variant must be one of {names}, not {self.variant!r}")
        name = self.variant if isinstance(self.variant, str) else f"AVA{self.variant}"
        return load("model", name)

    def _rules(self) -> Rules:
        rules = rules_from_name(self.rules) if isinstance(self.rules, str) else self.rules
        for name in ("epochs", "batch_size", "hidden", "latent"):
            self._count(name, getattr(self, name))
        limit = np.inf if rules.name == "exact" else 1
        if not isinstance(self.lr, int | float | np.number) or not 0 < self.lr <= limit:
            within = "positive" if rules.name == "exact" else "in (0, 1]"
            raise AvanpError(f"lr must be {within} under rules {rules.name!r}, not {self.lr!r}")
        if self.init not in ("glorot", "zeros"):
            raise AvanpError(f"unknown init {self.init!r}: choose glorot or zeros")
        if self.channels not in ("independent", "joint"):
            raise AvanpError(f"unknown channels {self.channels!r}: choose independent or joint")
        return rules

    def _config(self, images: Array) -> NetConfig:
        _, height, width, n_channels = images.shape
        config = NetConfig(**{name: getattr(self, name) for name in OF_NETS})
        for name in ("slope", "midpoint"):
            if not isinstance(getattr(self, name), int | float | np.number):
                raise AvanpError(f"{name} must be a number, not {getattr(self, name)!r}")
        return replace(
            config,
            slope=float(self.slope),
            midpoint=float(self.midpoint),
            n_pixels=height * width,
            n_channels=n_channels,
            # Factors pay while the updates are few and of few samples.
            factored=self.batch_size == 1,
        )

    def _codes(self, X: Any) -> Array:
        mu, _ = self._encode(X)  # (groups, N, latent)
        return np.moveaxis(mu, 0, 1).reshape(mu.shape[1], -1)

    def _n_codes(self) -> int:
        return self.nets_.config.groups * self.nets_.config.latent

    def _encode(self, X: Any) -> tuple[Array, Array]:
        """Return mu and the variance of codes, (groups, N, latent) each."""
        x = to_groups(_floats(self._check(X)), self.nets_.config)
        if not self.nets_.variant.encoder:
            raise AvanpError("a GAN has no encoder, so no codes: choose another variant")
        mu, var, _ = self.nets_.encode(x)
        return mu, var

    def _decode(self, z: Array) -> Array:
        x = self.nets_.decoder.forward(z)[0]
        config = self.nets_.config
        height_width_channels = (config.n_pixels, 1, config.n_channels)
        return to_images(x, height_width_channels, config).reshape(-1, *self.image_shape_)


def _floats(images: Array) -> Array:
    return images / np.float32(255) if images.dtype == np.uint8 else images
