"""What every optimiser is: a rate, a count of steps, and running arrays that a checkpoint holds."""

from typing import Any, ClassVar

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.factored import FactoredWeight, Factors
from avanp.registry import load

Array = np.ndarray
MOMENTUM = 0.9


class Optimiser:
    """One optimiser serves the parameters of one net, always under the same names.

    ``step(params, grads)`` writes the parameters in place. ``lr`` may be set between steps; a
    schedule does. The running arrays are in ``state``, keyed ``"slot.parameter"``, such as
    ``"m.0.W"``; they begin at zero when a parameter is first seen.
    """

    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lr: float, weight_decay: float = 0.0) -> None:
        self.lr = _not_negative("lr", lr)
        self.weight_decay = _not_negative("weight_decay", weight_decay)
        self.steps = 0
        self.state: dict[str, Array] = {}

    def step(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        """Apply one step in place. A parameter without a gradient stays as it is."""
        self.steps += 1
        for name, g in grads.items():
            p = params[name]
            if isinstance(p, FactoredWeight):
                raise AvanpError(
                    f"{name} is a factored weight, which only SGD without momentum and decay "
                    "can update: build Dense(factored=False)"
                )
            g = g.to_array() if isinstance(g, Factors) else g
            if g.shape != p.shape:
                raise AvanpError(f"the gradient of {name} is {g.shape} and {name} {p.shape}")
            self.update(name, p, g)

    def update(self, name: str, p: Array, g: Array) -> None:
        """Write parameter `p`, known as `name`, in place; `g` is left as it is."""
        raise NotImplementedError

    def running(self, slot: str, name: str, p: Array) -> Array:
        """Return the running array of a parameter, to be written in place."""
        key = f"{slot}.{name}"
        if key not in self.state:
            self.state[key] = np.zeros_like(p)
        kept = self.state[key]
        if kept.shape != p.shape or kept.dtype != p.dtype:
            raise AvanpError(
                f"the optimiser's {key} is {kept.dtype}{kept.shape} and the parameter "
                f"{p.dtype}{p.shape}: its state is of another net"
            )
        return kept

    def state_dict(self) -> dict[str, Array]:
        """Return copies of all that the next step depends on, as flat arrays by name."""
        state = {"lr": np.float64(self.lr), "steps": np.int64(self.steps)}
        return {k: np.array(v) for k, v in {**state, **self.state}.items()}

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Go on from a `state_dict` of the same kind of optimiser."""
        arrays = {k: np.array(v) for k, v in state.items()}
        if not {"lr", "steps"} <= set(arrays):
            raise AvanpError("an optimiser's state has lr and steps: this is something else")
        self.lr = _not_negative("lr", float(arrays.pop("lr")))
        self.steps = int(_not_negative("steps", float(arrays.pop("steps"))))
        strange = [key for key in arrays if key.split(".")[0] not in self.slots]
        if strange:
            raise AvanpError(f"{type(self).__name__} does not keep {strange[0]}: another optimiser")
        self.state = arrays


def make_optimiser(
    kind: str, lr: float, *, betas: tuple[float, float], weight_decay: float | None
) -> Optimiser:
    """Return a new optimiser by its name in options.

    Parameters
    ----------
    kind : str
        A registered one, or "momentum": SGD with momentum 0.9.
    lr : float
    betas : (float, float)
        Of Adam and AdamW.
    weight_decay : float, optional
        By default the optimiser's own.
    """
    options: dict[str, Any] = {} if weight_decay is None else {"weight_decay": weight_decay}
    if kind in ("adam", "adamw"):
        options["betas"] = betas
    if kind == "momentum":
        kind, options["momentum"] = "sgd", MOMENTUM
    optimiser: Optimiser = load("optimiser", kind)(lr, **options)
    return optimiser


def _not_negative(name: str, value: float) -> float:
    if not value >= 0:
        raise AvanpError(f"{name} must be at least 0, not {value!r}")
    return value


def fraction(name: str, value: float) -> float:
    """Return `value` if it is in [0, 1), as decay rates are; else raise an `AvanpError`."""
    if not 0 <= value < 1:
        raise AvanpError(f"{name} must be in [0, 1), not {value!r}")
    return value
