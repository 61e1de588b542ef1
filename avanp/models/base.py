"""What the estimators share: parameters, input checks, fitting and generating."""

import inspect
from dataclasses import replace
from typing import Any, Self

import numpy as np

from avanp.ava.experiment import to_groups, to_images
from avanp.ava.nets import Channels, NetConfig, Nets, build
from avanp.ava.printed import latent as latent_code
from avanp.ava.rules import Rules, rules_from_name
from avanp.ava.training import not_finite, train
from avanp.ava.variants import Variant
from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.layers.dense import Init
from avanp.rng import stream

Array = np.ndarray


class Estimator:
    """Fits one of the paper's models to images; subclasses name the model.

    Parameters
    ----------
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
    random_state : int
        The seed of all random streams.
    """

    def __init__(
        self,
        *,
        rules: str | Rules = "exact",
        lr: float = 0.1,
        epochs: int = 1,
        batch_size: int = 1,
        shuffle: bool = False,
        hidden: int = 100,
        latent: int = 10,
        activation: str = "logistic",
        slope: float = 0.5,
        midpoint: float = 0.5,
        init: Init = "glorot",
        channels: Channels = "independent",
        random_state: int = 0,
    ) -> None:
        self.rules = rules
        self.lr = lr
        self.epochs = epochs
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.hidden = hidden
        self.latent = latent
        self.activation = activation
        self.slope = slope
        self.midpoint = midpoint
        self.init = init
        self.channels = channels
        self.random_state = random_state

    def _variant(self) -> Variant:
        raise NotImplementedError

    def fit(self, X: Array | ImageSet, y: None = None) -> Self:
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
        rules = self._rules()
        variant = self._variant()
        x = _array(X)
        images = _images(x)
        config = self._config(images)
        nets = build(variant, config, stream(self.random_state, "init"))
        with np.errstate(all="ignore"):
            train(
                nets,
                rules,
                to_groups(images, config),
                # A NumPy scalar would turn float32 into float64.
                float(self.lr),
                self.random_state,
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
        self.image_shape_ = x.shape[1:]
        self.n_features_in_ = int(np.prod(self.image_shape_))
        return self

    def inverse_transform(self, Z: Array) -> Array:
        """Decode codes (n, groups * latent) into images (n, H, W, C), float32 in [0, 1]."""
        config = self._fitted().config
        z = np.asarray(Z, np.float32)
        if z.ndim != 2 or z.shape[1] != config.groups * config.latent:
            raise AvanpError(f"codes must be (n, {config.groups * config.latent}), not {z.shape}")
        return self._decode(np.moveaxis(z.reshape(len(z), config.groups, config.latent), 1, 0))

    def sample(self, n: int, *, random_state: int | None = None) -> Array:
        """Generate n images (n, H, W, C) from the prior z ~ N(0, I); the colours share z.

        `random_state` is a seed; by default the estimator's own.
        """
        config = self._fitted().config
        r = self._noise(n, random_state)
        return self._decode(latent_code(None, None, r, config.groups))

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of this estimator."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters and return self."""
        names = self._parameter_names()
        for name in params:
            if name not in names:
                raise AvanpError(f"unknown parameter {name!r}: choose from {', '.join(names)}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = type(self)().get_params()
        changed = [f"{k}={v!r}" for k, v in self.get_params().items() if v != defaults[k]]
        return f"{type(self).__name__}({', '.join(changed)})"

    @classmethod
    def _parameter_names(cls) -> list[str]:
        """Names of the constructors' keywords, the subclass's first."""
        names: list[str] = []
        for owner in cls.__mro__[:-1]:
            found = inspect.signature(owner.__init__).parameters.values()  # type: ignore[misc]
            names += [p.name for p in found if p.kind == p.KEYWORD_ONLY or p.name == "variant"]
        return list(dict.fromkeys(names))

    def _rules(self) -> Rules:
        rules = rules_from_name(self.rules) if isinstance(self.rules, str) else self.rules
        for name in ("epochs", "batch_size", "hidden", "latent"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise AvanpError(f"{name} must be a whole number of at least 1, not {value!r}")
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
        same = ("hidden", "latent", "activation", "slope", "midpoint", "init", "channels")
        config = NetConfig(**{name: getattr(self, name) for name in same})
        for name in ("slope", "midpoint"):
            if not isinstance(getattr(self, name), int | float | np.number):
                raise AvanpError(f"{name} must be a number, not {getattr(self, name)!r}")
        config = replace(config, slope=float(self.slope), midpoint=float(self.midpoint))
        return replace(
            config,
            n_pixels=height * width,
            n_channels=n_channels,
            # Factors pay while the updates are few and of few samples.
            factored=self.batch_size == 1,
        )

    def _fitted(self) -> Nets:
        if not hasattr(self, "nets_"):
            raise AvanpError(f"this {type(self).__name__} is not fitted yet: call fit(X) first")
        return self.nets_

    def _check(self, X: Array | ImageSet) -> Array:
        """Return X as images of the fitted shape, in groups (groups, N, visible)."""
        nets = self._fitted()
        x = _array(X)
        if x.shape[1:] != self.image_shape_:
            raise AvanpError(
                f"images must be (n, {', '.join(map(str, self.image_shape_))}), not {x.shape}"
            )
        return to_groups(_images(x), nets.config)

    def _decode(self, z: Array) -> Array:
        nets = self._fitted()
        x = nets.decoder.forward(z)[0]
        height_width_channels = (nets.config.n_pixels, 1, nets.config.n_channels)
        return to_images(x, height_width_channels, nets.config).reshape(-1, *self.image_shape_)

    def _noise(self, n: int, random_state: int | None) -> Array:
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise AvanpError(f"n must be a whole number of at least 1, not {n!r}")
        seed = self.random_state if random_state is None else random_state
        shape = (int(n), self._fitted().config.latent)
        return stream(seed, "sample").standard_normal(shape).astype(np.float32)


def _array(X: Array | ImageSet) -> Array:
    return X.as_float() if isinstance(X, ImageSet) else np.asarray(X)


def _images(X: Array) -> Array:
    """Return X as float32 (N, H, W, C) in [0, 1]."""
    x = X[:, None, :, None] if X.ndim == 2 else X
    if x.ndim == 3:
        raise AvanpError(
            f"X must be (N, H, W, C) or (N, n_features), not {X.shape}: "
            "use X[None] for one image, X[..., None] for grey ones"
        )
    if x.ndim != 4:
        raise AvanpError(f"X must be (N, H, W, C) or (N, n_features), not {X.shape}")
    if x.size == 0:
        raise AvanpError(f"X holds no images: its shape is {X.shape}")
    if x.dtype == np.uint8:
        return x / np.float32(255)
    if not np.issubdtype(x.dtype, np.floating):
        raise AvanpError(f"X must be uint8, or floating point in [0, 1], not {x.dtype}")
    if not np.isfinite(x).all():
        raise AvanpError("X has values that are not finite (NaN or infinity)")
    if not (x.min() >= 0 and x.max() <= 1):
        raise AvanpError("X must have values in [0, 1] (or be uint8); divide bytes by 255")
    return x.astype(np.float32)
