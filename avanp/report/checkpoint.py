"""What is in a checkpoint, in lines for a terminal."""

import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from avanp.training.ending import best_at

COLUMNS = 100


def summary(path: str, described: Mapping[str, Any], nets: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines.

    Parameters
    ----------
    described : dict
        What `avanp.training.checkpoint.describe` returned.
    nets : dict of str to Layer
        The nets, for the shapes of their weights.
    """
    config = dict(described["config"])
    height, width, channels = config.pop("shape")
    megabytes = described["bytes"] / 1e6
    yield from _field(
        "file",
        f"{path}, {megabytes:.2g} MB, format {described['format']}, avanp {described['avanp']}",
    )
    count = f"{described['parameters']:,} parameters, {described['dtype']}"
    yield from _field("model", f"{described['system']}, {count}")
    yield from _field("images", f"{width}x{height}, {channels} channel" + "s" * (channels > 1))
    yield from _field("options", ", ".join(f"{k} {_said(v)}" for k, v in config.items()))
    yield from _field("training", _training(described))
    yield ""
    yield f"{'net':12}{'weights':24}{'shape':20}{'numbers':>12}"
    for name, net in nets.items():
        arrays = [*net.params.items(), *net.state.items()]
        for i, (key, array) in enumerate(arrays):
            shape = "×".join(map(str, array.shape))
            running = " (running)" if key in net.state else ""
            yield f"{name * (i == 0):12}{key:24}{shape:20}{math.prod(array.shape):>12,}{running}"


def _training(described: Mapping[str, Any]) -> str:
    if not {"epoch", "step"} <= set(described):
        return "none recorded"
    text = f"{described['epoch']} epochs, {described['step']} steps, seed {described['seed']}"
    about = described.get("about") or {}
    data = about.get("data") or {}
    if isinstance(data, dict) and {"name", "images"} <= set(data):
        text += f", on {data['images']} images of {data['name']}"
    best = best_at(described)
    return text if best is None else f"{text}; the weights used are the best, of {best}"


def _field(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, COLUMNS, initial_indent=f"{name:10}", subsequent_indent=" " * 10)


def _said(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
