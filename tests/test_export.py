"""Exported nets compute in PyTorch and ONNX Runtime what they compute here."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

import avanp
from avanp.errors import AvanpError
from avanp.export.nets import Exported, exported
from avanp.export.onnx_files import write_onnx
from avanp.export.steps import steps_of
from avanp.export.torch_files import write_torch
from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.concat import Concat
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.elu import ELU
from avanp.layers.flatten import Flatten
from avanp.layers.frozen import Frozen
from avanp.layers.global_pool import GlobalAvgPool, GlobalMaxPool
from avanp.layers.identity import Identity
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.logistic import Logistic
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.layers.replication_pad import ReplicationPad2d
from avanp.layers.reshape import Reshape
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential
from avanp.layers.sigmoid import Sigmoid
from avanp.layers.softmax import Softmax
from avanp.layers.softplus import Softplus
from avanp.layers.tanh import Tanh
from avanp.layers.two_heads import TwoHeads
from avanp.layers.upsample import Upsample2
from avanp.layers.vanishing import VanishingResidual
from avanp.systems import build
from avanp.systems.gaussian_mixture import Mixture

RNG = np.random.default_rng(0)
NEW = {"rng": RNG}


def in_torch(nets, folder):
    pytest.importorskip("torch")
    import torch

    write_torch(nets, folder, "test", "0")
    spec = importlib.util.spec_from_file_location(f"model_{folder.name}", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded = module.load()

    def run(name, x):
        with torch.no_grad():
            out = loaded[name](torch.from_numpy(x))
        return [one.numpy() for one in (out if isinstance(out, tuple) else (out,))]

    return run


def in_onnx(nets, folder):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    write_onnx(nets, folder, "test", "0")

    def run(name, x):
        session = runtime.InferenceSession(folder / f"{name}.onnx")
        return session.run(None, {"x": x})

    return run


PLACES = pytest.mark.parametrize("place", [in_torch, in_onnx], ids=["torch", "onnx"])


def first(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)) if x.ndim == 4 else x


def norm(n):
    layer = BatchNorm(n)
    for array in (*layer.params.values(), *layer.state.values()):
        array[...] = RNG.random(n) + 0.5
    return layer


def vanishing():
    layer = VanishingResidual(Conv2d(3, 3, 3, **NEW))
    layer.carry[...] = 0.3
    return layer


IMAGES = {
    "conv-same": Conv2d(3, 4, 3, **NEW),
    "conv-stride": Conv2d(3, 4, 4, stride=2, **NEW),
    "conv-uneven": Conv2d(3, 4, (2, 5), stride=(1, 2), padding=((1, 0), (3, 2)), **NEW),
    "conv-no-bias": Conv2d(3, 4, 3, padding=0, bias=False, **NEW),
    "transpose-same": ConvTranspose2d(3, 4, 4, stride=2, **NEW),
    "transpose-odd": ConvTranspose2d(3, 4, 3, stride=2, **NEW),
    "transpose-fixed": ConvTranspose2d(3, 4, 5, stride=2, padding=2, output_padding=1, **NEW),
    "transpose-uneven": ConvTranspose2d(3, 4, 4, stride=3, padding=((1, 0), (2, 1)), **NEW),
    "norm": norm(3),
    "frozen": Frozen(norm(3)),
    "max-pool": MaxPool2d(2),
    "avg-pool": AvgPool2d(3, 2),
    "global-avg": GlobalAvgPool(),
    "global-max": GlobalMaxPool(),
    "upsample": Upsample2(),
    "crop": Crop(3, 4),
    "pad": ReplicationPad2d(((1, 0), (2, 1))),
    "flatten": Sequential([Conv2d(3, 2, 3, **NEW), Flatten(), Dense(60, 5, **NEW)]),
    "residual": Residual(Conv2d(3, 4, 3, **NEW), Conv2d(3, 4, 1, **NEW)),
    "residual-plain": Residual(Sequential([Conv2d(3, 3, 3, **NEW), ReLU()])),
    "vanishing": vanishing(),
    "vanished": VanishingResidual(Conv2d(3, 3, 3, **NEW)),
    "concat": Concat([Conv2d(3, 2, 3, **NEW), Tanh()]),
    "nothing": Sequential([Dropout(0.5), Identity(), Sigmoid()]),
}
CODES = {
    "dense": Dense(7, 5, **NEW),
    "dense-no-bias": Dense(7, 5, bias=False, **NEW),
    "norm": norm(7),
    "reshape": Sequential([Dense(7, 24, **NEW), Reshape((2, 3, 4))]),
    "reshape-flat": Reshape((7,)),
    "heads": TwoHeads(Dense(7, 3, **NEW), Dense(7, 3, **NEW), clamp=0.1),
    "relu": ReLU(),
    "leaky": LeakyReLU(0.2),
    "elu": ELU(0.7),
    "tanh": Tanh(),
    "softplus": Softplus(2.0),
    "softmax": Softmax(),
    "logistic": Logistic(),
}
LAYERS = {**{f"images-{k}": (v, (6, 5, 3)) for k, v in IMAGES.items()}}
LAYERS |= {f"codes-{k}": (v, (7,)) for k, v in CODES.items()}


@PLACES
@pytest.mark.parametrize("case", LAYERS)
def test_a_layer_computes_the_same(case, place, tmp_path):
    layer, shape = LAYERS[case]
    x = RNG.standard_normal((3, *shape)).astype(np.float32)
    steps, last, _ = steps_of(layer, x[:1])
    if not steps or last == "x":
        pytest.skip("nothing to do")
    inputs = first(x)
    net = Exported(
        "net", steps, {"y": last}, inputs.shape[1:], layer.forward(x)[0].ndim, "in to out"
    )
    (y,) = place([net], tmp_path)("net", inputs)
    np.testing.assert_allclose(y, first(layer.forward(x)[0]), rtol=1e-4, atol=1e-5)


def test_a_layer_without_a_counterpart_is_named():
    class Own(Layer):
        def forward(self, x, *, train=False, rng=None):
            return x, None

    with pytest.raises(AvanpError, match="a layer Own cannot be exported"):
        steps_of(Own(), np.zeros((1, 3)))


@PLACES
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("VAE", {"arch": "mlp"}),
        ("VAE", {"arch": "conv", "widths": (4, 6), "batch_norm": True}),
        ("AVA5", {"arch": "conv", "widths": (4, 6)}),
        ("GAN", {"arch": "conv", "widths": (4, 6)}),
        ("VAEGAN", {"arch": "mlp", "widths": (9,)}),
        ("DFC-VAE", {"features": "random"}),
    ],
)
def test_a_model_encodes_and_decodes_the_same(name, options, place, tmp_path):
    system = build(name, shape=(9, 7, 3), latent=4, seed=1, **options)
    x = RNG.random((5, 9, 7, 3)).astype(np.float32)
    # Running moments that are not those of a new net.
    system.step(x, np.random.default_rng(2))
    run = place(exported(system), tmp_path)
    z = RNG.standard_normal((6, 4)).astype(np.float32)
    np.testing.assert_allclose(run("decoder", z)[0], first(system.decode(z)), rtol=1e-3, atol=1e-5)
    if "encode" in system.can:
        for ours, theirs in zip(system.encode(x), run("encoder", first(x)), strict=True):
            np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-4)
    assert {net.name for net in exported(system)} >= set(system.nets)


@PLACES
@pytest.mark.parametrize("name", ["BEGAN", "BEGAN-v3", "classifier", "VEC"])
def test_other_nets_give_their_bare_output(name, place, tmp_path):
    labelled = {"classes": 3} if name in ("classifier", "VEC") else {}
    system = build(name, shape=(8, 8, 1), seed=1, **labelled)
    nets = exported(system)
    run = place(nets, tmp_path)
    for net in nets:
        x = RNG.random((2, *net.shape)).astype(np.float32)
        ours = x.transpose(0, 2, 3, 1) if x.ndim == 4 else x
        whole, *part = net.name.split("_")
        layer = system.nets[whole].layers[int(part[0])] if part else system.nets[whole]
        y = layer.forward(np.ascontiguousarray(ours))[0]
        theirs = np.concatenate(run(net.name, x), axis=1)
        np.testing.assert_allclose(theirs, first(y), rtol=1e-3, atol=1e-4)


def test_the_mixture_that_codes_are_drawn_of_goes_with_the_nets(tmp_path):
    torch = pytest.importorskip("torch")
    factors = np.zeros((2, 2, 2))
    factors[0], factors[1] = [[0.1, 0], [0.3, 0.2]], [[1, 0], [-0.5, 0.4]]
    means = np.array([[-20.0, 1.0], [20.0, 2.0]])
    mixture = Mixture(np.array([0.25, 0.75]), means, factors)
    write_torch(exported(build("VAE", shape=(8, 8, 1), latent=2)), tmp_path, "t", "0", mixture)
    spec = importlib.util.spec_from_file_location("model_sampled", tmp_path / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    z = module.sample(20_000, generator=torch.Generator().manual_seed(0)).numpy()
    first = z[:, 0] < 0
    assert abs(first.mean() - 0.25) < 0.02
    for k, mine in enumerate((z[first], z[~first])):
        np.testing.assert_allclose(mine.mean(axis=0), means[k], atol=0.05)
        np.testing.assert_allclose(np.cov(mine.T), factors[k] @ factors[k].T, atol=0.05)
    assert module.load()["decoder"](torch.from_numpy(z[:3])).shape == (3, 1, 8, 8)


def test_the_command_tells_of_the_mixture(tmp_path):
    pytest.importorskip("safetensors")
    x = RNG.random((12, 9, 9, 1)).astype(np.float32)
    vae = avanp.VAE(arch="mlp", widths=(8,), latent=2, mixture=1, epochs=1).fit(x)
    vae.save(tmp_path / "v.npz")
    command = [sys.executable, "-m", "avanp", "export", "v.npz", "--format", "torch", "--out", "e"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "sample(n) of model.py: codes of the mixture that the model keeps" in done.stdout
    assert "def sample(n" in (tmp_path / "e" / "model.py").read_text()


def test_the_command_writes_a_folder_that_says_what_is_in_it(tmp_path):
    pytest.importorskip("safetensors")
    x = RNG.random((12, 8, 8, 1)).astype(np.float32)
    avanp.VAE(widths=(8,), latent=2, epochs=1).fit(x).save(tmp_path / "v.npz")
    command = [sys.executable, "-m", "avanp", "export", "v.npz", "--format", "torch", "--out", "e"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "encoder: images to mu and logvar of codes, x of Nx1x8x8",
        "decoder: codes to images, x of Nx2",
        "written to e: model.safetensors, model.py",
    ]
    assert sorted(p.name for p in (tmp_path / "e").iterdir()) == ["model.py", "model.safetensors"]
