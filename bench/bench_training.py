"""(a) One training pass of AVA5 (four nets, 36 updates, orbit shapes) beside PyTorch eager.

    python bench/bench_training.py [--data NAME|DIR] [--rounds 20]

Equality in weights and generated images is asserted first; then all variants are timed in turn,
in one process, on one thread. Prints median CPU ms and ratios.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse

import numpy as np
import plain_numpy
import torch
import torch_ava5
from timing import interleaved, markdown_table

from avanp.ava.groups import to_groups
from avanp.ava.nets import NetConfig, build
from avanp.ava.program import ProgramRules
from avanp.ava.training import train
from avanp.ava.variants import AVA5
from avanp.data.resolve import resolve
from avanp.memory import keep_freed_memory
from avanp.rng import stream

LR, SEED = 0.5, 0


def ours(images, seed=SEED, lr=LR):
    config = NetConfig(n_pixels=images.shape[1] * images.shape[2])
    nets = build(AVA5, config, stream(seed, "init"), images.dtype)
    moments = train(nets, ProgramRules(), to_groups(images, config), lr, seed)
    return nets, moments


def written_out(nets):
    """Every weight as an array, as the peers hold them at the end."""
    weights = [p for net in nets.named().values() for p in net.params.values()]
    return [p.to_array() if hasattr(p, "to_array") else p for p in weights]


def assert_equal(images, noise):
    """Ours, plain NumPy and PyTorch give the same weights, in float64 to 1e-9."""
    images = images.astype(np.float64)
    nets, _ = ours(images)
    plain = plain_numpy.train("AVA5", "program", images, LR, noise.train, noise.train, np.float64)
    inputs = torch.from_numpy(images), LR, torch.from_numpy(noise.train)
    for variant in torch_ava5.UPDATES:
        theirs = torch_ava5.train_ava5(*inputs, variant)
        for name, net in nets.named().items():
            peer = getattr(plain, name)
            for key, weight in (("0.W", "W1"), ("2.W", "W2")):
                p = net.params[key]
                p = p.to_array() if hasattr(p, "to_array") else p
                np.testing.assert_allclose(p, getattr(peer, weight), rtol=1e-9, atol=1e-12)
                np.testing.assert_allclose(p, theirs[f"{name}.{weight}"], rtol=1e-9, atol=1e-12)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()

    images = resolve(options.data).as_float()
    noise = plain_numpy.draw_noise(SEED, len(images), 10)
    assert_equal(images, noise)
    print("equal: ours, plain NumPy and PyTorch, in all weights (float64, 1e-9)\n")

    noise32 = noise.train.astype(np.float32)
    inputs = torch.from_numpy(images), LR, torch.from_numpy(noise32)
    calls = {
        "avanp": lambda: ours(images),
        "avanp, weights written out at the end": lambda: written_out(ours(images)[0]),
    }
    for variant in torch_ava5.UPDATES:
        calls[f"PyTorch {variant}"] = lambda v=variant: torch_ava5.train_ava5(*inputs, v)
    calls["plain NumPy"] = lambda: plain_numpy.train(
        "AVA5", "program", images, LR, noise32, noise32
    )
    timings = interleaved(calls, options.rounds)
    print(markdown_table(timings, "PyTorch inplace"))
    for variant, asked in (("inplace", 0.25), ("inplace-baddbmm", 0.25), ("temporaries", 0.1)):
        ratio = timings["avanp"].median / timings[f"PyTorch {variant}"].median
        print(f"avanp / PyTorch {variant}: {ratio:.3f} (asked: at most {asked})")


if __name__ == "__main__":
    main()
