"""Reading many small JPEGs: time beside Pillow's own, memory, the second command, and training.

    python bench/bench_reading.py --images 200000 --folder /tmp/jpegs

The files are made once (200,000 take two minutes and 800 MB). Each measurement is a process of its
own, and its time is the processor's, of it and of those it starts: others may run beside it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIDE = 64


def make(folder: Path, count: int) -> None:
    """Write so many JPEGs that differ, if they are not there."""
    import numpy as np
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    smooth = rng.integers(0, 256, (64, 8, 8, 3), dtype=np.uint8)
    large = [np.asarray(Image.fromarray(one).resize((SIDE, SIDE))).astype(int) for one in smooth]
    for i in range(count):
        pixels = large[i % 64] + rng.integers(-20, 20, 3)
        pixels[:4, :4] = rng.integers(0, 256, 3)
        path = folder / f"{i:06d}.jpg"
        if not path.exists():
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)


def pillow(folder: str) -> None:
    """Open and decode every file, as Pillow's tutorial does, into one array."""
    import numpy as np
    from PIL import Image

    files = sorted(os.listdir(folder))
    images = np.empty((len(files), SIDE, SIDE, 3), np.uint8)
    for i, file in enumerate(files):
        with Image.open(os.path.join(folder, file)) as image:
            images[i] = image.convert("RGB")


def ours(folder: str) -> None:
    """Read the folder as `avanp train` does: whole, divided into parts."""
    from avanp.data.resolve import load_splits

    parts = load_splits(folder, validation=0.1)
    print(parts["train"].sha256, file=sys.stderr)


def train(folder: str) -> None:
    """Train a conv VAE from the file and from memory, by turns; print the seconds of each."""
    import numpy as np

    from avanp.data.resolve import load_splits
    from avanp.systems import build
    from avanp.training.trainer import Trainer

    pixels = load_splits(folder)["train"].select(slice(0, 40_000)).pixels
    memory = np.array(pixels)
    shape = pixels.shape[1:]
    kinds = {"cache": pixels, "memory": memory}
    trainers = {
        name: Trainer(build("VAE", shape=shape, arch="conv", widths=(16, 32), latent=8), seed=1)
        for name in kinds
    }
    seconds: dict[str, list[float]] = {name: [] for name in kinds}
    rows = {}
    for _ in range(8):
        for name, images in kinds.items():
            start = time.process_time()
            rows[name] = trainers[name].fit(images, steps=10)
            seconds[name].append(time.process_time() - start)
    losses = [[row["loss"] for row in found] for found in rows.values()]
    assert losses[0] == losses[1]
    print(json.dumps({name: min(some[1:]) for name, some in seconds.items()}), file=sys.stderr)


def measured(what: str, folder: Path, cores: int, cache: str) -> tuple[float, float, float, str]:
    """Return seconds of the processor and of the clock, peak MB, and what a process said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    words = [sys.executable, __file__, "--only", what, "--folder", str(folder)]
    words += ["--cores", str(cores)]
    env = {**os.environ, "AVANP_CACHE": cache, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(words, env=env, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = done.stderr.strip().splitlines()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, float(done.stdout.split()[-1]), said[-1] if said else ""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", choices=["pillow", "ours", "train"])
    parser.add_argument("--cores", type=int, default=1)
    options = parser.parse_args()
    if options.only:
        some = sorted(os.sched_getaffinity(0))[: options.cores]
        os.sched_setaffinity(0, some)
        {"pillow": pillow, "ours": ours, "train": train}[options.only](str(options.folder))
        own, helpers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, -1))
        print(max(own.ru_maxrss, helpers.ru_maxrss) / 1024)
        return
    make(options.folder, options.images)
    with tempfile.TemporaryDirectory(dir=options.folder.parent) as cache:
        plan = [
            ("Pillow, one core", "pillow", 1, "off"),
            ("avanp, one core", "ours", 1, f"{cache}/one"),
            ("avanp, two cores: both together", "ours", 2, f"{cache}/two"),
            ("Pillow again", "pillow", 1, "off"),
            ("avanp, the second command", "ours", 1, f"{cache}/one"),
            ("avanp, without a cache", "ours", 1, "off"),
            ("training", "train", 1, f"{cache}/one"),
        ]
        for name, what, cores, place in plan:
            cpu, wall, peak, said = measured(what, options.folder, cores, place)
            print(f"{name:34} {cpu:7.1f} s CPU {wall:7.1f} s {peak:7.0f} MB  {said}", flush=True)


if __name__ == "__main__":
    main()
