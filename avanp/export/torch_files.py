"""A model for PyTorch: weights in safetensors, and the program of its nets."""

from pathlib import Path

from avanp.errors import AvanpError, extra
from avanp.export.nets import Exported
from avanp.export.torch_program import program
from avanp.files import write_whole
from avanp.systems.gaussian_mixture import Mixture


def write_torch(
    nets: list[Exported], folder: Path, title: str, version: str, mixture: Mixture | None = None
) -> list[str]:
    """Write model.safetensors and model.py into a folder; return their names.

    Parameters
    ----------
    nets : list of Exported
        In the order in which they are named.
    folder : Path
        Must be there.
    title : str
        What the files say they are of.
    version : str
        Of avanp, for the files to say.
    mixture : Mixture, optional
        Of the codes of new images: model.py then has `sample`.
    """
    try:
        from safetensors.numpy import save
    except ImportError:
        raise AvanpError(
            f"an export for PyTorch needs safetensors: {extra('safetensors')}"
        ) from None
    import numpy as np

    weights = {
        f"{net.name}.{step.name}.{key}": np.ascontiguousarray(array)
        for net in nets
        for step in net.steps
        for key, array in step.arrays.items()
    }
    for net in nets:
        for step in net.steps:
            if step.kind == "batch_norm":
                weights[f"{net.name}.{step.name}.num_batches_tracked"] = np.array(0, np.int64)
    for key, array in ({} if mixture is None else mixture._asdict()).items():
        weights[f"mixture.{key}"] = np.ascontiguousarray(array, np.float32)
    write_whole(folder / "model.safetensors", save(weights))
    write_whole(
        folder / "model.py", program(nets, title, version, mixture is not None).encode("utf-8")
    )
    return ["model.safetensors", "model.py"]
