"""The program that builds exported nets in PyTorch."""

from typing import Any

from avanp.export.nets import Exported
from avanp.export.steps import Step
from avanp.export.torch_text import HEAD, SAMPLE

LAYER = {"linear": "Linear", "conv": "Conv2d", "conv_transpose": "ConvTranspose2d"}


def program(nets: list[Exported], title: str, version: str, samples: bool = False) -> str:
    """Return model.py: a class for each net, `load`, and perhaps `sample`.

    Parameters
    ----------
    nets : list of Exported
    title, version : str
        The system's name, and the version of avanp that writes.
    samples : bool
        Whether there is a mixture of codes to draw from.
    """
    about = "\n".join(f"* {net.name}: {net.says}" for net in nets)
    made = ", ".join(f'"{net.name}": {_class(net.name)}()' for net in nets)
    parts = [HEAD.format(title=title, version=version, about=about, nets=made) + SAMPLE * samples]
    for net in nets:
        lines = [f"class {_class(net.name)}(nn.Module):", f'    """{net.says.capitalize()}."""', ""]
        lines += ["    def __init__(self):", "        super().__init__()"]
        lines += [f"        self.{s.name} = {_module(s)}" for s in net.steps if s.arrays]
        lines += ["", "    def forward(self, x):"]
        lines += [f"        {s.output.replace(',', ', ')} = {_call(s)}" for s in net.steps]
        lines += [f"        return {', '.join(net.outputs.values())}"]
        parts.append("\n".join(lines) + "\n")
    return "\n\n".join(parts)


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace("-", "_").split("_"))


def _module(step: Step) -> str:
    """Return the layer that keeps a step's weights."""
    weight, options = step.arrays["weight"], step.options
    if step.kind == "batch_norm":
        kind = "BatchNorm2d" if options["of_images"] else "BatchNorm1d"
        return f"nn.{kind}({len(weight)}, eps={options['eps']!r})"
    a, b = weight.shape[:2]
    n_in, n_out = (a, b) if step.kind == "conv_transpose" else (b, a)
    bias = "" if "bias" in step.arrays else ", bias=False"
    if step.kind == "linear":
        return f"nn.Linear({n_in}, {n_out}{bias})"
    where = f", stride={options['stride']}"
    if _even(options["pads"]):
        where += f", padding={tuple(pad[0] for pad in options['pads'])}"
    return f"nn.{LAYER[step.kind]}({n_in}, {n_out}, {weight.shape[2:]}{where}{bias})"


def _call(step: Step) -> str:
    """Return the expression of a step's result."""
    x, o = step.inputs[0], step.options
    calls: dict[str, Any] = {
        "relu": lambda: f"F.relu({x})",
        "sigmoid": lambda: f"torch.sigmoid({x})",
        "tanh": lambda: f"torch.tanh({x})",
        "softmax": lambda: f"torch.softmax({x}, 1)",
        "leaky_relu": lambda: f"F.leaky_relu({x}, {o['slope']!r})",
        "elu": lambda: f"F.elu({x}, {o['alpha']!r})",
        "softplus": lambda: f"F.softplus({x}, {o['beta']!r})",
        "logistic": lambda: f"torch.sigmoid({o['slope']!r} * ({x} - {o['midpoint']!r}))",
        "global_avg_pool": lambda: f"{x}.mean((2, 3))",
        "global_max_pool": lambda: f"{x}.amax((2, 3))",
        "upsample": lambda: f"F.interpolate({x}, scale_factor=2, mode='nearest')",
        "max_pool": lambda: f"F.max_pool2d({x}, {o['size']}, {o['stride']})",
        "avg_pool": lambda: f"F.avg_pool2d({x}, {o['size']}, {o['stride']})",
        "replication_pad": lambda: f"F.pad({x}, {_sides(o['pads'])}, mode='replicate')",
        "crop": lambda: f"{x}[:, :, : {o['height']}, : {o['width']}]",
        "clip": lambda: f"{x}.clamp(-{o['limit']!r}, {o['limit']!r})",
        "concat": lambda: f"torch.cat([{', '.join(step.inputs)}], 1)",
        "halves": lambda: f"{x}.chunk(2, 1)",
        "weighted_sum": lambda: _sum(step),
        "flatten": lambda: f"{x}{'.permute(0, 2, 3, 1)' * o['channels_last']}.flatten(1)",
        "reshape": lambda: _reshape(x, o["shape"]),
        "linear": lambda: f"self.{step.name}({x})",
        "batch_norm": lambda: f"self.{step.name}({x})",
        "conv": lambda: _conv(step),
        "conv_transpose": lambda: _conv(step),
    }
    text: str = calls[step.kind]()
    return text


def _conv(step: Step) -> str:
    x, pads = step.inputs[0], step.options["pads"]
    if _even(pads):
        return f"self.{step.name}({x})"
    if step.kind == "conv":
        return f"self.{step.name}(F.pad({x}, {_sides(pads)}))"
    # A negative number of F.pad takes off, a positive one adds.
    return f"F.pad(self.{step.name}({x}), {tuple(-n for n in _sides(pads))})"


def _sum(step: Step) -> str:
    if step.options["weights"] is None:
        return " + ".join(step.inputs)
    pairs = zip(step.options["weights"], step.inputs, strict=True)
    return " + ".join(f"{weight!r} * {name}" for weight, name in pairs)


def _reshape(x: str, shape: tuple[int, ...]) -> str:
    turned = ".permute(0, 3, 1, 2)" * (len(shape) == 3)
    return f"{x}.reshape(-1, {', '.join(map(str, shape))}){turned}"


def _even(pads: Any) -> bool:
    return all(pad[0] == pad[1] >= 0 for pad in pads)


def _sides(pads: Any) -> tuple[int, ...]:
    """Return left, right, top, bottom, as F.pad takes them."""
    return (*pads[1], *pads[0])
