"""What every system is: nets that learn together, and the updates that train them.

A system is one file. Commands, checkpoints, logs, reports, estimators and gradient checks find what
they need in its class.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.optim.base import Optimiser, make_optimiser
from avanp.systems.config import Config
from avanp.systems.finite import NotFinite, finite
from avanp.systems.images import check_images
from avanp.systems.measured import Measured
from avanp.systems.parts import Part, WithParts
from avanp.systems.streams import Streams
from avanp.systems.term import Term

Rng = np.random.Generator
Gradients = dict[str, dict[str, Any]]
Terms = dict[str, float]
Draw = Callable[[], Any]


class System(WithParts, Measured):
    """Nets that learn together.

    Parameters
    ----------
    config : Config
        Of the class named by `config_class`.
    seed : int
        Of the initial weights. Systems of one seed and configuration have the same encoder and
        decoder to begin with.
    dtype : numpy dtype
        float32, or float64 to check gradients.
    parts : mapping of str to Part, optional
        The nets named by `part_names`; by default those of `own_parts`.

    Attributes
    ----------
    nets, optimisers : dict
        By the names that `build` gave.
    parts : dict of str to Part
        Nets from elsewhere, frozen.
    state : dict of str to ndarray
        Arrays that no gradient moves, written in place: saved, resumed, single numbers logged.
    terms : dict of str to Term
        What is measured, in words.
    monitor : str or None
        The term that early stopping and a plateau look at: the validation's, where the system has
        `measure` and there are validation images, else the training's. None: there is none.
    can : frozenset of str
        What commands ask for: "generate" (`noise`, `decode`), "encode" (`encode`, and `from_codes`
        where another net than the generator makes images of those codes), "reconstruct"
        (`reconstruct`), "recover" (`decoder`, a net), "classify" (`probabilities`),
        "generate by class" (`noise_of`, `classes_seen`), "collapse" (its log shows one:
        `avanp.metrics.collapse`).
    """

    name: ClassVar[str]
    config_class: ClassVar[type[Config]] = Config
    terms: ClassVar[Mapping[str, Term]] = {}
    monitor: ClassVar[str | None] = "loss"
    can: frozenset[str] = frozenset()
    # Whether a label may be -1: that image has none.
    takes_unlabelled: ClassVar[bool] = False
    # Whether the weights of the lowest monitored value are kept beside the last ones.
    keeps_best: ClassVar[bool] = False
    # The `--schedule` of `avanp train` where none is given.
    schedule: ClassVar[str | None] = None
    # Options for a gradient check; a weight of 1 would hide that it is missing.
    checked_with: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        config: Config,
        seed: int = 0,
        *,
        dtype: Any = np.float32,
        parts: Mapping[str, Part] | None = None,
        streams: Any = None,
    ) -> None:
        if type(config) is not self.config_class:
            wanted, got = self.config_class.__name__, type(config).__name__
            raise AvanpError(f"{self.name} is made from a {wanted}, not from a {got}")
        found = self.own_parts(config, seed, dtype) if parts is None else parts
        needed = self.parts_needed(config)
        if set(found) != set(needed):
            raise AvanpError(f"{self.name} needs the parts {', '.join(needed) or 'none'}")
        # In one order, whatever that of a checkpoint: equal systems make equal bytes.
        self.parts = {name: found[name] for name in needed}
        self.config: Any = config
        self.dtype = np.dtype(dtype)
        self.seed = int(seed)
        self.state: dict[str, Array] = {}
        self.nets: dict[str, Layer] = self.build(Streams(seed) if streams is None else streams)
        self.optimisers: dict[str, Optimiser] = {net: self.optimiser_of(net) for net in self.nets}

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return the nets, each drawn from the stream of its name, and fill `state`."""
        raise NotImplementedError

    def optimiser_of(self, net: str) -> Optimiser:
        """Return a new optimiser for a net: the configured one, at the rate `lr_of`."""
        c = self.config
        return make_optimiser(
            c.optimiser, self.lr_of(net), betas=c.betas, weight_decay=c.weight_decay
        )

    def lr_of(self, net: str) -> float:
        """Return the learning rate of a net: the configured one."""
        return float(self.config.lr)

    def updates(self, draw: Draw, rng: Rng) -> Iterator[tuple[Gradients, Terms]]:
        """Yield the gradients of some nets, and what was measured; weights move between yields.

        Parameters
        ----------
        draw : callable
            Returns the next batch: images (B, H, W, C) of the system's dtype, or (images, labels).
        rng : numpy.random.Generator
            Of the noise.

        Yields
        ------
        gradients : dict of str to dict
            For each net to update, its gradients by parameter; a net left out is not updated.
        terms : dict of str to float
        """
        yield self.gradients(draw(), rng)

    def gradients(self, batch: Any, rng: Rng) -> tuple[Gradients, Terms]:
        """Return what the only update of a step yields."""
        raise NotImplementedError

    def descends(self, terms: Terms) -> Terms:
        """Return what each net descends, of the terms of an update: for a gradient check."""
        return dict.fromkeys(self.nets, terms["loss"]) if "loss" in terms else {}

    def update(self, draw: Draw, rng: Rng) -> Terms:
        """Run all updates of one step; return the terms and the norm of each net's gradient.

        At a term or gradient that is not finite it raises `NotFinite`; then no weight and no
        running moment of that update has changed.
        """
        measured: Terms = {}
        updates = self.updates(draw, rng)
        while True:
            moments = [(m, m.copy()) for net in self.nets.values() for m in net.state.values()]
            try:
                grads, terms = next(updates)
                norms = finite(self, grads, terms)
            except StopIteration:
                return measured
            except NotFinite:
                for moment, before in moments:
                    moment[...] = before
                raise
            for net, g in grads.items():
                self.optimisers[net].step(self.nets[net].params, g)
            measured |= terms | {f"grad_norm.{net}": norm for net, norm in norms.items()}

    def step(self, batch: Any, rng: Rng) -> Terms:
        """Run `update` with the same batch at every draw."""
        return self.update(lambda: batch, rng)

    def conclude(self, images: Array, rng: Rng) -> None:
        """Fill what of `state` is made of the training images (N, H, W, C), after training.

        A system that needs labels gets the pair (images, labels).
        """

    def follow(self, images: Array, rng: Rng, share: float) -> None:
        """Let what `conclude` filled follow further images, this share of all: by default anew."""
        self.conclude(images, rng)

    def textured(self, images: Array, rng: Rng) -> Array:
        """Return images (n, H, W, C) with a draw of the grain that a system keeps; here none."""
        return images

    def check_images(self, x: Any) -> Array:
        """Return images (B, H, W, C) of the system's dtype, or refuse them: see `check_images`."""
        return check_images(x, self.config.shape, self.config.pixel_range, self.dtype)

    def parameters(self) -> dict[str, Array]:
        """Return all weights and running moments, the arrays themselves, as "net.key"."""
        return {
            f"{net}.{key}": array
            for net, layer in self.nets.items()
            for key, array in (*layer.params.items(), *layer.state.items())
        }

    @property
    def n_parameters(self) -> int:
        """The number of weights and biases of the nets that learn."""
        return sum(p.size for net in self.nets.values() for p in net.params.values())
