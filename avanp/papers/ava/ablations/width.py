"""Hidden width 1 against 100 from zero weights."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from avanp.ava.nets import NetConfig, Nets
from avanp.grad.contract import as_array
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.sequential import Sequential
from avanp.papers.ava.ablations.table import mean, number, size, table
from avanp.papers.ava.subject import Call, Key, Subject, floats_call
from avanp.papers.ava.trained import trained
from avanp.report.text import about_seeds

ID = "width"
PROGRAM = "program"
WIDE = NetConfig().hidden
THIN = NetConfig(hidden=1)


class Scale(Layer):
    """``y = factor x``, without weights."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Any]:
        """Return y, and x."""
        return self.factor * x, x

    def backward(
        self, dy: Array, cache: Any, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx and no gradients."""
        return self.factor * dy, {}


def calls(subject: Subject) -> list[Call]:
    """Return a comparison for each model and rate."""
    (seed,) = subject.seeds(1)
    draws = subject.config["draws"]
    return [
        floats_call(compare, (Key(PROGRAM, model, lr, seed), draws))
        for model in subject.models
        for lr in subject.rates
    ]


def compare(images: np.ndarray, key: Key, draws: int) -> dict[str, float]:
    """Return how the hidden units differ, BM at both widths, and what one unit can do."""
    wide = trained(images, key)
    thin = trained(images, key, net=THIN)
    alone = trained(images, key, net=THIN, change=stepping_as_many)
    return {
        "apart": max(units_apart(net) for net in wide.nets.named().values()),
        "wide": wide.bm(draws),
        "thin": thin.bm(draws),
        "alone": float(np.abs(wide.draw() - alone.draw()).max()),
    }


def units_apart(net: Sequential) -> float:
    """Return by how much a hidden unit's weights differ at most from those of the first."""
    into, bias, out = (as_array(net.params[key]) for key in ("0.W", "0.b", "2.W"))
    # (groups, hidden, n_in), (groups, hidden), (groups, n_out, hidden)
    parts = [into - into[:, :1], bias - bias[:, :1], out - out[..., :1]]
    return max(float(np.abs(part).max()) for part in parts)


def stepping_as_many(nets: Nets) -> Nets:
    """Return nets of one hidden unit that learns as a hundred copies do together.

    Of n copies with outgoing weights w the sum W = n w steps n times as far as one unit's weight,
    and the incoming weights see w = W/n: a step of 1/n. A factor f before a weight makes its
    steps f² times as far.
    """
    root = math.sqrt(WIDE)
    changed: dict[str, Any] = {}
    for name, net in nets.named().items():
        into, activation, out, output = net.layers
        changed[name] = Sequential([into, Scale(1 / root), activation, Scale(root), out, output])
    return replace(nets, **changed)


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return a line a model."""
    n = len(subject.rates)
    rows = []
    for i, model in enumerate(subject.models):
        found = results[i * n : (i + 1) * n]
        rows.append(
            [
                model,
                number(mean([one["wide"] for one in found])),
                number(mean([one["thin"] for one in found])),
                size(max(one["apart"] for one in found)),
                size(max(one["alone"] for one in found)),
            ]
        )
    says = (
        f"From zero weights the {WIDE} hidden units of a net get the same steps and stay copies of "
        "one another, but for rounding (fourth column, over all nets and rates). Together they "
        f"are one unit whose outgoing weights step {WIDE} times as far, and whose incoming weights "
        f"a {WIDE}th: such a net of one unit draws the same images, but for rounding (last "
        f"column, values from 0 to 1). At the same rate a net of one unit steps less far, and its "
        "BM is another: the width acts as a learning rate, and as nothing else."
    )
    columns = [
        "model",
        f"mean BM, width {WIDE}",
        "mean BM, width 1",
        f"the {WIDE} units differ by at most",
        "images of one unit with such steps differ by at most",
    ]
    title = f"Hidden width 1 against {WIDE}, zero initial weights, {PROGRAM}"
    return [table(ID, title, says, columns, rows, seeds=about_seeds(subject.seeds(1)))]
