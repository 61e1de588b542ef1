"""The self-check: derivatives, kernels, a training, a checkpoint and a sweep, in some seconds."""

import math
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from avanp.doctor.line import Line, Look

GRADIENTS = ("dense", "conv2d", "batch-norm", "kl-logvar", "bernoulli-logits", "AVA5")
TOLERANCE = 3e-5  # of the largest value: float32 sums in another order
# Loss of a VAE on 200 digits after 3 epochs, by the NumPy references in float32.
LOSS = 31.4535
LOSS_TOLERANCE = 1e-3  # relative: every processor sums in its own order
REPORT = "results here cannot be trusted: report it with these lines"
COMPARED = "set AVANP_KERNELS=numpy for the references, and report it with these lines"


def gradients() -> Line:
    """Compare some derivatives, in float64, with differences of the function."""
    from avanp.grad.cases import run

    reports = run(GRADIENTS)
    wrong = [report.name for report in reports if not report.ok]
    worst = max(report.error for report in reports)
    text = f"{len(reports)} derivatives, worst relative error {worst:.0e}"
    if wrong:
        text = f"wrong derivatives: {', '.join(wrong)}"
    return Line("gradients", text, not wrong, REPORT)


def twins() -> Line:
    """Compare the compiled kernels with the references, on this processor."""
    from avanp.kernels import backend

    if backend() == "numpy":
        return Line("kernels equal", "the references themselves run", True)
    worst = {name: _difference(name, args) for name, args in _arguments().items()}
    wrong = [name for name, difference in worst.items() if not difference <= TOLERANCE]
    text = f"{len(worst)} kernels as their references, to {max(worst.values()):.0e}"
    if wrong:
        text = f"other results than the references: {', '.join(wrong)}"
    return Line("kernels equal", text, not wrong, COMPARED)


def _arguments() -> dict[str, tuple[Any, ...]]:
    """Return arguments for some kernels, of shapes that take the ways of a large net."""
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    x, w, dy = draw(4, 14, 13, 64), draw(3, 3, 64, 48), draw(4, 14, 13, 48)
    one, same = (1, 1), ((1, 1), (1, 1))
    rows = x.reshape(-1, 64)
    mean, scale = rows.mean(0), rows.std(0)
    return {
        "dense_forward": (draw(64, 300), draw(400, 300), draw(400)),
        "conv_forward": (x, w, draw(48), one, same),
        "conv_backward_input": (dy, w, None, one, same, (14, 13)),
        "conv_backward_weights": (x, dy, (3, 3), one, same, True),
        "moments": (rows,),
        "normalise": (rows, mean, scale, mean),
        "max_pool": (x, 2, 2),
        "window_sums": (x, 2, 2, 0.25),
        "logistic": (draw(500), 1.0, 0.0),
        "tanh_backward": (draw(500), draw(500)),
        "elu": (draw(500), 1.0),
    }


def _difference(name: str, args: tuple[Any, ...]) -> float:
    """Return how far the twin is from the reference, in parts of the largest value."""
    from importlib import import_module

    from avanp.kernels import KERNELS

    modules = (import_module(f"avanp.kernels.{module}") for module in KERNELS[name])
    ours, theirs = (getattr(module, name)(*args) for module in modules)
    ours, theirs = (r if isinstance(r, tuple) else (r,) for r in (ours, theirs))
    return max(
        float(np.abs(a.astype(np.float64) - b).max() / max(1.0, float(np.abs(b).max())))
        for a, b in zip(ours, theirs, strict=True)
    )


def training() -> Line:
    """Train a small VAE and compare its loss with the one that is known."""
    from avanp.data.sets.digits import digits

    row = _trainer(None).fit(digits().images[:200], 3)[-1]
    off = abs(row["loss"] - LOSS) / LOSS
    text = f"a VAE on 200 digits: loss {row['loss']:.4f}, known {LOSS:.4f}"
    return Line("training", text, math.isfinite(off) and off < LOSS_TOLERANCE, REPORT)


def _trainer(out: Path | None) -> Any:
    from avanp.systems import build
    from avanp.training.trainer import Trainer

    system = build("VAE", shape=(8, 8, 1), widths=(64,), latent=8, lr=3e-3)
    return Trainer(system, batch_size=20, seed=0, out=out)


def checkpoints() -> Line:
    """Save in mid-training, load, go on, and compare with a training that went on at once."""
    from avanp.data.sets.digits import digits
    from avanp.training.trainer import Trainer

    images = digits().images[:100]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "half.npz"
        whole = _trainer(None)
        whole.fit(images, 1)
        whole.save(path)
        size = path.stat().st_size
        resumed = Trainer.resume(path)
        for one in (whole, resumed):
            one.fit(images, 1)
    pairs = [(a, resumed.system.parameters()[k]) for k, a in whole.system.parameters().items()]
    same = all(a.tobytes() == b.tobytes() for a, b in pairs)
    text = f"{size // 1000} kB saved, loaded, and gone on with"
    text += " bit for bit" if same else ", to other weights"
    return Line("checkpoints", text, same, REPORT)


def sweeps() -> Line:
    """Run a small sweep here, and again in processes, and compare the rows."""
    from avanp.experiments.run import run
    from avanp.registry import load

    asked = {"lr": "0.5,0.05", "models": "AVA1,VAE", "rules": "program", "draws": 1}
    runs = [run(load("paper", "ava"), asked, data="jungle", jobs=jobs).rows for jobs in (1, 2)]
    plain = [
        [{k: row[k] for k in ("rules", "model", "lr", "seed", "bm", "data")} for row in rows]
        for rows in runs
    ]
    same = plain[0] == plain[1] and all(row["status"] == "ok" for row in runs[0])
    text = f"{len(runs[0])} cells alone and in two processes: "
    return Line("sweeps", text + ("equal rows" if same else "rows differ"), same, REPORT)


def speed() -> Line:
    """Say how fast a convolution is; nothing is good or bad about it."""
    from avanp.kernels import kernel

    args = _arguments()["conv_forward"]
    forward = kernel("conv_forward")
    forward(*args)
    seconds = min(_seconds(forward, args) for _ in range(5))
    work = 2 * math.prod(args[0].shape[:3]) * math.prod(args[1].shape)
    return Line("speed", f"convolution 3×3, 64 to 48 channels: {work / seconds / 1e9:.0f} GFLOP/s")


def _seconds(function: Any, args: tuple[Any, ...]) -> float:
    start = time.perf_counter()
    for _ in range(10):
        function(*args)
    return (time.perf_counter() - start) / 10


LOOKS: dict[str, Look] = {
    "gradients": gradients,
    "kernels equal": twins,
    "training": training,
    "checkpoints": checkpoints,
    "sweeps": sweeps,
    "speed": speed,
}
