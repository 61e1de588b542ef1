"""The self-check: derivatives, kernels, a training, a checkpoint and a sweep, in some seconds."""

import math
import tempfile
from pathlib import Path
from typing import Any

from avanp.doctor.kernel_checks import speed, twins
from avanp.doctor.line import Line, Look

GRADIENTS = ("dense", "conv2d", "batch-norm", "kl-logvar", "bernoulli-logits", "AVA5")
# Loss of a VAE on 200 digits after 3 epochs, by the NumPy references in float32.
LOSS = 31.4535
LOSS_TOLERANCE = 1e-3  # relative: every processor sums in its own order
REPORT = "results here cannot be trusted: report it with these lines"


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


LOOKS: dict[str, Look] = {
    "gradients": gradients,
    "kernels equal": twins,
    "training": training,
    "checkpoints": checkpoints,
    "sweeps": sweeps,
    "speed": speed,
}
