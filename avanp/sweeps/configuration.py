"""What a sweep was asked for, checked: the content of run.json."""

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from avanp.ava.nets import NetConfig
from avanp.data.images import ImageSet
from avanp.data.orbit import is_paper_set
from avanp.errors import AvanpError
from avanp.kernels import backend
from avanp.sweeps import grid
from avanp.sweeps.store import FORMAT


def configuration(
    lr: str | float | Sequence[float],
    models: str | Sequence[str],
    rules: str | Sequence[str],
    images: ImageSet,
    seeds: int | str | Sequence[int],
    draws: int,
) -> dict[str, Any]:
    """Check what was asked for and return it as the content of run.json."""
    check_count("draws", draws)
    net = NetConfig()
    return {
        "format": FORMAT,
        "avanp": version("avanp"),
        "lr": list(grid.parse_rates(_text(lr))),
        "models": list(grid.parse_models(_text(models))),
        "rules": list(grid.parse_rules(_text(rules))),
        "seeds": _seeds(seeds),
        "draws": draws,
        "data": {
            "name": images.name,
            "sha256": images.sha256,
            "count": len(images),
            "height": images.height,
            "width": images.width,
            "is_paper_set": is_paper_set(images),
        },
        "experiment": {
            "hidden": net.hidden,
            "latent": net.latent,
            "slope": net.slope,
            "midpoint": net.midpoint,
            "init": net.init,
            "channels": net.channels,
            "passes": 1,
            "batch_size": 1,
            "kernels": backend(),
        },
        "versions": {
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "numba": version("numba"),
        },
    }


def _text(value: str | float | Sequence[Any]) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    return ",".join(str(item) for item in value)


def _seeds(value: int | str | Sequence[int]) -> list[int]:
    if isinstance(value, str):
        return list(grid.parse_seeds(value))
    if not isinstance(value, Sequence):
        check_count("seeds", value)
        return list(range(value))
    check_count("the number of seeds", len(value))
    for seed in value:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise AvanpError(f"a seed must be a whole number of at least 0, not {seed!r}")
    if len(set(value)) < len(value):
        raise AvanpError("seeds: one is there twice; name each once")
    return [*value]


def check_count(name: str, value: int) -> None:
    """Refuse what is not a number of seeds, draws or jobs."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise AvanpError(f"{name} must be a whole number, not {value!r}")
    if not 1 <= value <= grid.MOST:
        raise AvanpError(f"{name} must be from 1 to {grid.MOST}, not {value}")
