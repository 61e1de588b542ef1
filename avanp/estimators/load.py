"""Any fitted estimator from its file."""

from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.registry import ESTIMATORS
from avanp.training.checkpoint import describe
from avanp.training.folder import checkpoint_in


def load(path: str | Path) -> Any:
    """Return the fitted estimator of a file of `save`, or of a folder of `avanp train`.

    Parameters
    ----------
    path : path
        A checkpoint, .npz or .safetensors, or the folder of a training.

    Raises
    ------
    AvanpError
        For a file that is broken, or of a model without an estimator.
    """
    from avanp.estimators.began import BEGAN, VARIANTS
    from avanp.estimators.make import estimator_class
    from avanp.estimators.ssavae import SSAVAE

    name = describe(Path(checkpoint_in(str(path))))["system"]
    own = {**dict.fromkeys(VARIANTS.values(), BEGAN), "SSAVAE": SSAVAE}
    if name in own:
        return own[name].load(path)
    if name not in ESTIMATORS.values():
        raise AvanpError(f"{str(path)!r} holds a {name}, which has no estimator: use the command")
    return estimator_class(name).load(path)
