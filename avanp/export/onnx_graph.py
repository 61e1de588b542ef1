"""A net as a graph of ONNX's operators."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.export.steps import Step

# Operators that take the variable and nothing else, with their attributes by our options.
PLAIN = {
    "relu": ("Relu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": "slope"}),
    "elu": ("Elu", {"alpha": "alpha"}),
}


class Graph:
    """Nodes and constants of a graph, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        outputs = output.split(",")
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return output

    def constant(self, array: Any, dtype: Any = np.float32) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array, dtype), name))
        return name

    def add(self, step: Step) -> None:
        """Add the nodes of one step."""
        x, y, o = step.inputs[0], step.output, step.options
        kept = {key: self.constant(array) for key, array in step.arrays.items()}
        affine = [x, kept.get("weight", ""), *([kept["bias"]] if "bias" in kept else [])]
        if step.kind in PLAIN:
            kind, names = PLAIN[step.kind]
            self.node(kind, [x], y, **{theirs: float(o[own]) for theirs, own in names.items()})
        elif step.kind == "softmax":
            self.node("Softmax", [x], y, axis=1)
        elif step.kind == "softplus":
            beta = self.constant(o["beta"])
            inner = self.node("Softplus", [self.node("Mul", [x, beta], f"{y}_in")], f"{y}_out")
            self.node("Div", [inner, beta], y)
        elif step.kind == "logistic":
            off = self.node("Sub", [x, self.constant(o["midpoint"])], f"{y}_off")
            self.node("Sigmoid", [self.node("Mul", [off, self.constant(o["slope"])], f"{y}_in")], y)
        elif step.kind in ("global_avg_pool", "global_max_pool"):
            kind = "GlobalAveragePool" if step.kind == "global_avg_pool" else "GlobalMaxPool"
            self.node("Flatten", [self.node(kind, [x], f"{y}_map")], y, axis=1)
        elif step.kind == "upsample":
            scales = self.constant([1, 1, 2, 2])
            how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            self.node("Resize", [x, "", scales], y, mode="nearest", **how)
        elif step.kind in ("max_pool", "avg_pool"):
            kind = "MaxPool" if step.kind == "max_pool" else "AveragePool"
            self.node(kind, [x], y, kernel_shape=[o["size"]] * 2, strides=[o["stride"]] * 2)
        elif step.kind == "replication_pad":
            (top, bottom), (left, right) = o["pads"]
            sides = self.constant([0, 0, top, left, 0, 0, bottom, right], np.int64)
            self.node("Pad", [x, sides], y, mode="edge")
        elif step.kind == "crop":
            limits = [[0, 0], [o["height"], o["width"]], [2, 3]]
            self.node("Slice", [x, *(self.constant(c, np.int64) for c in limits)], y)
        elif step.kind == "clip":
            self.node("Clip", [x, self.constant(-o["limit"]), self.constant(o["limit"])], y)
        elif step.kind == "concat":
            self.node("Concat", list(step.inputs), y, axis=1)
        elif step.kind == "halves":
            self.node("Split", [x], y, axis=1)
        elif step.kind == "weighted_sum":
            self._sum(step)
        elif step.kind == "flatten":
            last = self.node("Transpose", [x], f"{y}_nhwc", perm=[0, 2, 3, 1])
            self.node("Flatten", [last if o["channels_last"] else x], y, axis=1)
        elif step.kind == "reshape":
            shape, images = o["shape"], len(o["shape"]) == 3
            to = self.constant([-1, *shape], np.int64)
            self.node("Reshape", [x, to], f"{y}_nhwc" if images else y)
            if images:
                self.node("Transpose", [f"{y}_nhwc"], y, perm=[0, 3, 1, 2])
        elif step.kind == "linear":
            self.node("Gemm", affine, y, transB=1)
        elif step.kind == "batch_norm":
            moments = [kept["running_mean"], kept["running_var"]]
            self.node("BatchNormalization", [*affine, *moments], y, epsilon=o["eps"])
        elif step.kind in ("conv", "conv_transpose"):
            (top, bottom), (left, right) = o["pads"]
            kind = "Conv" if step.kind == "conv" else "ConvTranspose"
            more = [max(0, -bottom), max(0, -right)]
            output = {"output_padding": more} if any(more) else {}
            pads = [top, left, max(0, bottom), max(0, right)]
            self.node(kind, affine, y, strides=list(o["stride"]), pads=pads, **output)
        else:
            raise AvanpError(f"ONNX has no counterpart of a step {step.kind!r}")

    def _sum(self, step: Step) -> None:
        a, b = step.inputs
        if step.options["weights"] is not None:
            w = [self.constant(weight) for weight in step.options["weights"]]
            a = self.node("Mul", [a, w[0]], f"{step.output}_a")
            b = self.node("Mul", [b, w[1]], f"{step.output}_b")
        self.node("Add", [a, b], step.output)
