"""What every system is: nets, an optimiser for each, and a step that trains them all."""

import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.layers.factored import Factors
from avanp.optim.base import Optimiser
from avanp.optim.clip import clip_norm
from avanp.rng import stream
from avanp.systems.config import Config
from avanp.systems.images import check_images
from avanp.systems.optimisers import optimiser

Rng = np.random.Generator
Gradients = dict[str, dict[str, Any]]
Terms = dict[str, float]

# In this order they draw their initial weights.
NETS = ("encoder", "decoder", "d", "D")
CHUNK = 500


class NotFinite(AvanpError):
    """A loss or a gradient became infinite or NaN; `net` and `term` say which."""

    def __init__(self, net: str, term: str, what: str) -> None:
        super().__init__(f"{what}: use a smaller lr, or clip the gradients")
        self.net, self.term, self.what = net, term, what

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is made again from its message alone, between processes, unless told how.
        return type(self), (self.net, self.term, self.what)


class System:
    """Nets that learn together, all from gradients at the same parameters.

    Parameters
    ----------
    config : Config
        Of the class named by `config_class`.
    seed : int
        Of the initial weights. Systems of one seed and configuration have the same encoder and
        decoder to begin with.
    dtype : numpy dtype
        float32, or float64 to check gradients.

    Attributes
    ----------
    nets, optimisers : dict
        Keyed "encoder", "decoder", "d" (the discriminator of images), "D" (that of codes).
    terms_of : dict
        For each net, the loss terms that it descends.
    """

    name: ClassVar[str]
    config_class: ClassVar[type[Config]] = Config
    terms_of: ClassVar[dict[str, tuple[str, ...]]]
    has_encoder: ClassVar[bool] = True
    needs_labels: ClassVar[bool] = False

    def __init__(self, config: Config, seed: int = 0, *, dtype: Any = np.float32) -> None:
        if type(config) is not self.config_class:
            wanted, got = self.config_class.__name__, type(config).__name__
            raise AvanpError(f"{self.name} is made from a {wanted}, not from a {got}")
        self.config: Any = config
        self.dtype = np.dtype(dtype)
        streams = dict(zip(NETS, stream(seed, "init").spawn(len(NETS)), strict=True))
        self.seed = int(seed)
        self.nets: dict[str, Layer] = self.build(streams)
        self.optimisers: dict[str, Optimiser] = {net: optimiser(config) for net in self.nets}

    def build(self, streams: dict[str, Rng]) -> dict[str, Layer]:
        """Return the nets, each drawn from its own stream."""
        raise NotImplementedError

    def gradients(self, batch: Any, rng: Rng) -> tuple[Gradients, Terms]:
        """Return each net's gradients of what it descends, and the loss terms, of one batch.

        `batch` is images (B, H, W, C) of the system's dtype, unchecked; or images and labels.
        """
        raise NotImplementedError

    def descends(self, terms: Terms) -> Terms:
        """Return what each net descends, as a sum of terms."""
        raise NotImplementedError

    def losses(self, batch: Any, rng: Rng) -> Terms:
        """Return what each net descends on a batch. Running moments of batch norm move."""
        return self.descends(self.gradients(batch, rng)[1])

    def step(self, batch: Any, rng: Rng) -> Terms:
        """Train on one batch; return the loss terms and the norm of each net's gradient.

        Raises
        ------
        NotFinite
            Where a term or a gradient is not finite; then no weight and no running moment has
            changed.
        """
        moments = [(m, m.copy()) for net in self.nets.values() for m in net.state.values()]
        grads, terms = self.gradients(batch, rng)
        try:
            norms = self._finite(grads, terms)
        except NotFinite:
            for moment, before in moments:
                moment[...] = before
            raise
        for net in self.chosen(terms):
            self.optimisers[net].step(self.nets[net].params, grads[net])
        return terms | {f"grad_norm.{net}": norm for net, norm in norms.items()}

    def _finite(self, grads: Gradients, terms: Terms) -> dict[str, float]:
        """Write clipped arrays into `grads`, and return each net's norm before that."""
        for net in self.nets:
            for term in self._terms(net, terms):
                if not math.isfinite(terms[term]):
                    what = f"the loss term {term!r} of {self.name}.{net} is {terms[term]}"
                    raise NotFinite(net, term, what)
        norms = {}
        for net, g in grads.items():
            # Multiplied out once, for the norm and the optimiser.
            g = {k: v.to_array() if isinstance(v, Factors) else v for k, v in g.items()}
            limit = math.inf if self.config.clip is None else self.config.clip
            g, norm = clip_norm(g, limit)
            grads[net], norms[net] = g, norm
            if not math.isfinite(norm):
                term = " + ".join(self._terms(net, terms))
                raise NotFinite(net, term, f"the gradient of {term} in {self.name}.{net} is {norm}")
        return norms

    def _terms(self, net: str, terms: Terms) -> list[str]:
        return [term for term in self.terms_of[net] if term in terms]

    def chosen(self, terms: Terms) -> list[str]:
        """Return the nets that this step updates: all, but where a system says otherwise."""
        return list(self.nets)

    def evaluate(self, batch: Any, rng: Rng) -> Terms:
        """Return loss terms without training: means over any number of images.

        Batch norm goes by its running moments. "loss", where there is one, is what early stopping
        looks at.
        """
        x, labels = batch if self.needs_labels else (batch, None)
        n = len(x)
        sums: Terms = {}
        for rows in chunks(n):
            part = self.check_images(x[rows])
            measured = self.measure(part if labels is None else (part, labels[rows]), rng)
            for term, value in measured.items():
                sums[term] = sums.get(term, 0.0) + value * len(part) / n
        return sums

    def measure(self, batch: Any, rng: Rng) -> Terms:
        """Return what `evaluate` does, of one checked batch."""
        raise NotImplementedError

    def check_images(self, x: Any) -> Array:
        """Return images (B, H, W, C) of the system's dtype; bytes are divided by 255.

        Raises
        ------
        AvanpError
            For another shape or dtype, or values out of the pixel range.
        """
        return check_images(x, self.config.shape, self.config.pixel_range, self.dtype)

    def parameters(self) -> dict[str, Array]:
        """Return all weights and running moments, the arrays themselves, as "net.key"."""
        arrays = {}
        for net, layer in self.nets.items():
            both = {**layer.params, **layer.state}
            arrays.update({f"{net}.{key}": array for key, array in both.items()})
        return arrays

    @property
    def n_parameters(self) -> int:
        """The number of weights and biases."""
        return sum(p.size for net in self.nets.values() for p in net.params.values())


def chunks(n: int) -> Iterator[slice]:
    """Yield slices of at most CHUNK rows that cover n; of none one, for a check to refuse."""
    for start in range(0, max(n, 1), CHUNK):
        yield slice(start, min(n, start + CHUNK))


def in_chunks(function: Callable[[Array], Array], x: Array) -> Array:
    """Return ``function(x)``, computed a chunk of rows at a time."""
    return np.concatenate([function(x[rows]) for rows in chunks(len(x))])
