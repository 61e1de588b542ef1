"""Convolution layers beside PyTorch's: forward and backward, channels last, one thread.

    python bench/bench_conv.py [--threads 2] [--rounds 20] [NAME …]

Both compute y, dW, db and, where the input needs one, dx, on the same numbers, and are compared
before they are timed. PyTorch is given the faster of its autograd and its bare backward operator.
Both sides keep freed memory (`avanp.memory`), as training does. ``--threads 2`` measures instead
how much faster two threads are than one (elapsed time). Needs torch: ``pip install '.[bench]'``.
"""

import argparse
import os
import random
import statistics
import time
from typing import NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import torch
from timing import interleaved

from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.memory import keep_freed_memory


class Row(NamedTuple):
    """One line of the table: a layer, what is computed of it, and the ratio that is asked for."""

    kind: type
    batch: int
    side: int
    n_in: int
    n_out: int
    kernel: int
    stride: int
    wanted: str
    asked: float | None


def rows():
    """Return {name: Row}. dW comes with db."""
    table = {
        "3x3 32→32 28²": Row(Conv2d, 32, 28, 32, 32, 3, 1, "y dx dW", 0.6),
        "3x3 64→64 14²": Row(Conv2d, 32, 14, 64, 64, 3, 1, "y dx dW", 0.6),
        "3x3 64→64 32²": Row(Conv2d, 16, 32, 64, 64, 3, 1, "y dx dW", 0.6),
        "3x3 128→128 16²": Row(Conv2d, 16, 16, 128, 128, 3, 1, "y dx dW", 0.6),
        "3x3 128→128 64²": Row(Conv2d, 8, 64, 128, 128, 3, 1, "y dx dW", 0.6),
        "first 1→32 28²": Row(Conv2d, 64, 28, 1, 32, 3, 1, "y dW", 0.65),
        "first 3→32 32²": Row(Conv2d, 32, 32, 3, 32, 3, 1, "y dW", 0.65),
        "first with dx 1→32 28²": Row(Conv2d, 64, 28, 1, 32, 3, 1, "y dx dW", 0.65),
        "first with dx 3→32 32²": Row(Conv2d, 32, 32, 3, 32, 3, 1, "y dx dW", 0.65),
        "4x4 stride 2 32→64 32²": Row(Conv2d, 32, 32, 32, 64, 4, 2, "y dx dW", 1.1),
        "4x4 stride 2 64→128 16²": Row(Conv2d, 32, 16, 64, 128, 4, 2, "y dx dW", 1.1),
        "transposed 4x4 128→64 8²": Row(ConvTranspose2d, 32, 8, 128, 64, 4, 2, "y dx dW", 1.1),
        "transposed 4x4 64→32 16²": Row(ConvTranspose2d, 32, 16, 64, 32, 4, 2, "y dx dW", 1.1),
        "1x1 64→128 16²": Row(Conv2d, 32, 16, 64, 128, 1, 1, "y dx dW", None),
        "last 32→3 28²": Row(Conv2d, 32, 28, 32, 3, 3, 1, "y dx dW", None),
        "last 32→1 28²": Row(Conv2d, 32, 28, 32, 1, 3, 1, "y dx dW", None),
    }
    for batch, side, n in ((32, 28, 32), (32, 14, 64), (16, 32, 64), (16, 16, 128), (32, 8, 48)):
        table[f"dW 3x3 {n}→{n} {side}²"] = Row(Conv2d, batch, side, n, n, 3, 1, "dW", 0.75)
    for batch, side, n_in, n_out in ((32, 16, 64, 128), (32, 32, 32, 64), (32, 8, 256, 128)):
        for part in ("y", "dx"):
            row = Row(Conv2d, batch, side, n_in, n_out, 1, 1, part, 1.0)
            table[f"{part} 1x1 {n_in}→{n_out} {side}²"] = row
    for batch, side, n_in, n_out in ((32, 32, 32, 64), (32, 16, 64, 128)):
        row = Row(Conv2d, batch, side, n_in, n_out, 3, 2, "y", 1.0)
        table[f"y 3x3 stride 2 {n_in}→{n_out} {side}²"] = row
    for batch, side, n_in, n_out in ((32, 28, 32, 32), (32, 14, 64, 64)):
        row = Row(Conv2d, batch, side, n_in, n_out, 5, 1, "y dx dW", 1.0)
        table[f"5x5 {n_in}→{n_out} {side}²"] = row
    for n in (20, 24):
        table[f"3x3 {n}→{n} 28²"] = Row(Conv2d, 32, 28, n, n, 3, 1, "y dx dW", 1.0)
    return table


def prepare(row):
    """Return callables that compute (y, dx, dW, db), as far as wanted: ours, and PyTorch's."""
    kind, batch, side, n_in, n_out, kernel, stride, wanted, _ = row
    rng = np.random.default_rng(0)
    padding = (kernel - 1) // 2
    layer = kind(n_in, n_out, kernel, stride=stride, padding=padding, rng=rng)
    layer.params["b"][:] = rng.standard_normal(n_out)
    x = rng.standard_normal((batch, side, side, n_in)).astype(np.float32)
    dy = rng.standard_normal(layer.forward(x)[0].shape).astype(np.float32)
    parts = wanted.split()
    needs_y, needs_dx, needs_dw = (part in parts for part in ("y", "dx", "dW"))
    wrt = "both" if needs_dx and needs_dw else "input" if needs_dx else "params"

    def ours():
        y = layer.forward(x)[0] if needs_y else None
        dx, grads = layer.backward(dy, x, wrt=wrt) if parts != ["y"] else (None, {})
        return y, dx, grads.get("W"), grads.get("b")

    # The same memory, which PyTorch calls channels_last.
    tx, tdy = (torch.from_numpy(a).permute(0, 3, 1, 2) for a in (x, dy))
    transposed = kind is ConvTranspose2d
    w = torch.from_numpy(layer.params["W"])
    tw = w.permute(2, 3, 0, 1) if transposed else w.permute(3, 2, 0, 1)
    tw = tw.contiguous(memory_format=torch.channels_last)
    tb = torch.from_numpy(layer.params["b"])
    functional = torch.nn.functional
    forward = functional.conv_transpose2d if transposed else functional.conv2d
    sides = ([stride] * 2, [padding] * 2, [1, 1], transposed, [0, 0], 1)
    mask = (needs_dx, needs_dw, needs_dw)

    def torch_operators():
        y = forward(tx, tw, tb, stride=stride, padding=padding) if needs_y else None
        if parts == ["y"]:
            return y, None, None, None
        return y, *torch.ops.aten.convolution_backward(tdy, tx, tw, [n_out], *sides, mask)

    calls = {"ours": ours, "operators": torch_operators}
    if needs_y and needs_dw:
        leaves = [t.detach().requires_grad_(m) for t, m in zip((tx, tw, tb), mask, strict=True)]
        asked = [leaf for leaf in leaves if leaf.requires_grad]

        def torch_autograd():
            with torch.enable_grad():
                y = forward(*leaves, stride=stride, padding=padding)
                grads = torch.autograd.grad(y, asked, tdy)
            return (y, *grads) if needs_dx else (y, None, *grads)

        calls["autograd"] = torch_autograd
    compare(ours(), torch_operators(), transposed)
    return calls


def compare(ours, theirs, transposed):
    """Assert that both computed the same: to 1e-4 of the largest, as Winograd's sums allow."""
    to_ours = {"y": (0, 2, 3, 1), "dx": (0, 2, 3, 1), "db": (0,)}
    to_ours["dW"] = (2, 3, 0, 1) if transposed else (2, 3, 1, 0)
    for name, a, b in zip(("y", "dx", "dW", "db"), ours, theirs, strict=True):
        if a is not None:
            b = b.detach().permute(to_ours[name]).numpy()
            error = np.abs(a - b).max() / np.abs(b).max()
            assert error < 1e-4, f"{name} differs by {error:.1e}"


def beside_torch(names, rounds):
    """Print a row for each shape: ours beside PyTorch's."""
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    print(f"PyTorch {torch.__version__}, CPU ms, medians (minima) of {rounds} interleaved rounds\n")
    print("| layer | batch | avanp | PyTorch | ratio | asked |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in names:
        row = rows()[name]
        t = interleaved(prepare(row), rounds)
        best = min(timing for call, timing in t.items() if call != "ours")
        ratio = (t["ours"].median / best.median, t["ours"].minimum / best.minimum)
        ms = [f"{1e3 * v.median:.2f} ({1e3 * v.minimum:.2f})" for v in (t["ours"], best)]
        limit = f"≤ {row.asked}" if row.asked else ""
        print(
            f"| {name} | {row.batch} | {ms[0]} | {ms[1]} | {ratio[0]:.2f} ({ratio[1]:.2f}) "
            f"| {limit} |",
            flush=True,
        )


def scaling(names, rounds, threads):
    """Print how much faster `threads` threads are than one, elapsed, and check the bits."""
    print(f"elapsed ms, medians (minima) of {rounds} interleaved rounds; asked ≥ 1.7\n")
    print(f"| layer | 1 thread | {threads} threads | faster |")
    print("| --- | ---: | ---: | ---: |")
    for name in names:
        call = prepare(rows()[name])["ours"]
        seconds = {1: [], threads: []}
        results = {}
        for count in seconds:
            os.environ["AVANP_THREADS"] = str(count)
            results[count] = call()
        for a, b in zip(*results.values(), strict=True):
            assert a is None or np.array_equal(a, b), "threads changed a result"
        for _ in range(rounds):
            for count in random.sample(list(seconds), 2):
                os.environ["AVANP_THREADS"] = str(count)
                call()
                start = time.perf_counter()
                call()
                seconds[count].append(time.perf_counter() - start)
        medians, minima = ([1e3 * f(s) for s in seconds.values()] for f in (statistics.median, min))
        cells = [f"{a:.2f} ({b:.2f})" for a, b in zip(medians, minima, strict=True)]
        faster = f"{medians[0] / medians[1]:.2f} ({minima[0] / minima[1]:.2f})"
        print(f"| {name} | {cells[0]} | {cells[1]} | {faster} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="parts of the layers' names; all without")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    keep_freed_memory()
    names = [n for n in rows() if not options.names or any(part in n for part in options.names)]
    if options.threads == 1:
        beside_torch(names, options.rounds)
    else:
        scaling(names, options.rounds, options.threads)


if __name__ == "__main__":
    main()
