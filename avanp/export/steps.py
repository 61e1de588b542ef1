"""A net as a list of steps in the words of PyTorch and ONNX: channels first, weights as theirs."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Layer

Array = np.ndarray
# A variable of the list, and its value for one sample, channels last as the layers have it.
Var = tuple[str, Array]
# By the layer's class: the step, and its options by the layer's attributes.
PLAIN = {
    "ReLU": ("relu", {}),
    "Sigmoid": ("sigmoid", {}),
    "Tanh": ("tanh", {}),
    "Softmax": ("softmax", {}),
    "GlobalAvgPool": ("global_avg_pool", {}),
    "GlobalMaxPool": ("global_max_pool", {}),
    "Upsample2": ("upsample", {}),
    "LeakyReLU": ("leaky_relu", {"slope": "slope"}),
    "ELU": ("elu", {"alpha": "alpha"}),
    "Softplus": ("softplus", {"beta": "beta"}),
    "Logistic": ("logistic", {"slope": "slope", "midpoint": "midpoint"}),
    "MaxPool2d": ("max_pool", {"size": "size", "stride": "stride"}),
    "AvgPool2d": ("avg_pool", {"size": "size", "stride": "stride"}),
    "ReplicationPad2d": ("replication_pad", {"pads": "pads"}),
    "Crop": ("crop", {"height": "height", "width": "width"}),
}
NOTHING = ("Identity", "Dropout")


@dataclass(frozen=True)
class Step:
    """One step: what is done to `inputs` under `options` and `arrays`, and the variable it gives.

    `arrays` are by PyTorch's names and in its layouts: weight (out, in) or (out, in, kh, kw), of
    a transposed convolution (in, out, kh, kw). `name` is the layer's, as it may stand in a program.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    output: str
    options: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)


def steps_of(net: Layer, sample: Array) -> tuple[list[Step], str, Array]:
    """Return the steps of a net outside training, the variable of its result, and that result.

    Parameters
    ----------
    net : Layer
    sample : array (1, ...)
        An input, whose shape the steps are for; the variable "x".

    Raises
    ------
    AvanpError
        For a layer that has no counterpart.
    """
    steps: list[Step] = []
    name, y = _walk(net, ("x", sample), "", steps)
    return steps, name, y


def _walk(layer: Any, given: Var, path: str, steps: list[Step]) -> Var:
    kind = type(layer).__name__
    if kind == "Sequential":
        for i, one in enumerate(layer.layers):
            given = _walk(one, given, f"{path}_{i}", steps)
        return given
    if kind == "Frozen":
        return _walk(layer.layer, given, path, steps)
    if kind in NOTHING:
        return given
    x = given[1]
    y = layer.forward(x)[0]

    def add(kind: str, *inputs: Var, arrays: Any = None, **options: Any) -> Var:
        step = Step(
            kind, f"layer{path}", tuple(name for name, _ in inputs), f"y{len(steps)}",
            options, arrays or {},
        )  # fmt: skip
        steps.append(step)
        return step.output, y

    if kind in PLAIN:
        word, names = PLAIN[kind]
        return add(word, given, **{ours: getattr(layer, own) for ours, own in names.items()})
    if kind in ("TwoHeads", "Concat"):
        heads = {"mu": layer.mu, "logvar": layer.logvar} if kind == "TwoHeads" else {}
        named = heads or {str(i): one for i, one in enumerate(layer.branches)}
        found = {key: _walk(one, given, f"{path}_{key}", steps) for key, one in named.items()}
        if heads and layer.clamp is not None:
            found["logvar"] = add("clip", found["logvar"], limit=layer.clamp)
        return add("concat", *found.values())
    if kind in ("Residual", "VanishingResidual"):
        body = _walk(layer.body, given, f"{path}_body", steps)
        short = given
        if kind == "Residual":
            short = _walk(layer.shortcut, given, f"{path}_shortcut", steps)
        carry = float(layer.carry) if kind == "VanishingResidual" else 0.0
        if carry:
            return add("weighted_sum", short, body, weights=(carry, 1.0 - carry))
        return (
            body if kind == "VanishingResidual" else add("weighted_sum", short, body, weights=None)
        )
    if kind == "Flatten":
        return add("flatten", given, channels_last=x.ndim == 4)
    if kind == "Reshape":
        return add("reshape", given, shape=layer.shape)
    if kind == "Dense":
        return add("linear", given, arrays=_affine(layer, np.asarray(layer.params["W"])))
    if kind == "Conv2d":
        arrays = _affine(layer, layer.params["W"].transpose(3, 2, 0, 1))
        return add("conv", given, arrays=arrays, stride=layer.stride, pads=layer._pads(x))
    if kind == "ConvTranspose2d":
        arrays = _affine(layer, layer.params["W"].transpose(2, 3, 0, 1))
        pads, size = layer._geometry(x)
        full = [
            (n - 1) * s + k
            for n, s, k in zip(x.shape[1:3], layer.stride, layer.kernel, strict=True)
        ]
        ends = [f - p[0] - n for f, p, n in zip(full, pads, size, strict=True)]
        cut = tuple((p[0], end) for p, end in zip(pads, ends, strict=True))
        return add("conv_transpose", given, arrays=arrays, stride=layer.stride, pads=cut)
    if kind == "BatchNorm":
        every = {**layer.params, **layer.state}
        names = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "var"}
        arrays = {theirs: every[own] for theirs, own in names.items()}
        return add("batch_norm", given, arrays=arrays, eps=layer.eps, of_images=x.ndim == 4)
    raise AvanpError(f"a net with a layer {kind} cannot be exported: it has no counterpart")


def _affine(layer: Layer, weight: Array) -> dict[str, Array]:
    arrays = {"weight": np.ascontiguousarray(weight)}
    if "b" in layer.params:
        arrays["bias"] = np.asarray(layer.params["b"])
    return arrays
