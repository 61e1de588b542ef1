"""The first picture: reconstructions and samples after equal CPU seconds, beside peers.

    python bench/bench_quality.py --sets fashion-mnist ham10000-64 --seconds 120 --seeds 0 1 2 \\
        --vgg16 vgg16.npz

One thread. Of avanp nothing is given but the data and their size: `avanp.systems.auto` chooses the
rest. How many steps fit into the time is measured first, as the rate falls along a cosine. PSNR is
of 600 reconstructed test images, LPIPS of 200 of them, Fréchet distance and diversity of 600
samples, for diversity without grain, beside 600 test images in averages of VGG16's relu4_3. Real
training images are as many where there are so many. vgg16.npz is what
`avanp data import FILE --name vgg16` keeps. A row is appended to a file as soon as it is measured,
and a row that is there is not measured again; `python bench/quality_rows.py FILE` prints the tables
of all.
"""

import argparse
import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "AVANP_THREADS"):
    os.environ[name] = "1"

import numpy as np
import quality_rows
import torch
from quality_judge import Judge
from torch_peers import MLP, Vanilla

from avanp.data.resolve import load_splits
from avanp.evaluation.codes import drawn
from avanp.memory import keep_freed_memory
from avanp.optim.schedules import Cosine
from avanp.pictures.save import save_image, save_sheet
from avanp.pictures.sheets import labelled_rows
from avanp.rng import stream
from avanp.systems import auto
from avanp.systems.find import find
from avanp.training.trainer import Trainer

IMAGES = 600
ROWS = 50  # looks at the validation images, and steps of the schedule, at most: one an epoch
REAL = "real training images"


class Set(NamedTuple):
    """Images by name and size, and how many of those to train on are taken; None: all."""

    data: str
    size: str | None = None
    train: int | None = None


SETS = {
    "fashion-mnist": Set("fashion-mnist"),
    "ham10000-64": Set("ham10000", "64x64"),
    "faces-64": Set("faces", "64x64"),
    "cifar10": Set("cifar10"),
    # Few photographs, and the whole set's test images to judge by.
    "photographs-60": Set("ham10000", "64x64", 60),
}


def parts_of(which):
    """Return the parts of a set; a tenth of the images to train on is held out."""
    parts = load_splits(which.data, which.size, validation=0.1)
    if which.train is not None:
        rng, train = np.random.default_rng(0), parts["train"]
        some = rng.choice(len(train), which.train, replace=False)
        held = which.train // 10
        parts["train"], parts["validation"] = train.select(some[held:]), train.select(some[:held])
    return parts


def avanp(parts, seconds, seed, name="VAE"):
    """Return a VAE trained as `avanp train VAE` does where nothing is said, and its functions."""
    train, held = parts["train"].images, parts["validation"].images
    plan = auto.plan(name, train.shape[1:], len(train))
    an_epoch = -(-len(train) // plan.batch)

    def trainer(steps, every):
        kind = find(name)
        options = auto.options(kind, {}, train.shape[1:], len(train), steps)
        system = kind(kind.config_class(shape=train.shape[1:], **options), seed)
        return Trainer(
            system,
            batch_size=plan.batch,
            seed=seed,
            validation=held,
            keep_best=True,
            log_every=every,
            schedule=Cosine(system.config.lr, -(-steps // every)),
        )

    trainer(4, 4).fit(train, steps=4)  # compiles
    # What 200 steps with one look cost; and that look, with the sampler at the end.
    before = time.process_time()
    short = trainer(200, 200)
    short.fit(train, steps=200)
    all_of_it = time.process_time() - before
    before = time.process_time()
    short.system.evaluate(held, stream(seed, "eval"))
    look = time.process_time() - before
    before = time.process_time()
    short.system.conclude(train, stream(seed, "sample"))
    end = time.process_time() - before
    a_step = (all_of_it - look - end) / 200
    steps = int((seconds - end) / (a_step + look / an_epoch))
    if steps > ROWS * an_epoch:
        steps = int((seconds - end - ROWS * look) / a_step)
    whole = trainer(steps, max(an_epoch, -(-steps // ROWS)))
    before = time.process_time()
    whole.fit(train, steps=steps)
    spent = time.process_time() - before
    system = whole.system
    whole.best.restore(system)
    told = f"{whole.step} steps, {whole.epoch} epochs, {system.n_parameters:,} parameters"
    return spent, told, system.reconstruct, lambda n: drawn(system, n, seed)


def peer(kind, parts, seconds, seed):
    """Return a peer trained for so many CPU seconds, and its functions."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    images, rng = parts["train"].images, np.random.default_rng(seed)
    net = kind(images.shape[1:])
    adam = torch.optim.Adam(net.parameters(), net.lr)
    falling = torch.optim.lr_scheduler.ExponentialLR(adam, net.decay)
    before, steps, epochs = time.process_time(), 0, 0
    while time.process_time() - before < seconds:
        order = rng.permutation(len(images))
        for i in range(0, len(order) - 1, net.batch):
            adam.zero_grad()
            net.loss(net.seen(images[order[i : i + net.batch]])).backward()
            adam.step()
            steps += 1
            if time.process_time() - before >= seconds:
                break
        else:
            epochs += 1
            falling.step()
    spent = time.process_time() - before
    net.eval()
    size = sum(p.numel() for p in net.parameters())

    @torch.no_grad()
    def reconstruct(x):
        return net.shown(net.decode(net.encode(net.seen(x))[0]))

    @torch.no_grad()
    def generate(n):
        made = net.shown(net.decode(torch.randn(n, net.latent)))
        return made, made

    return spent, f"{steps} steps, {epochs} epochs, {size:,} parameters", reconstruct, generate


MODELS = {
    "avanp VAE": avanp,
    "PyTorch-VAE vanilla": lambda *given: peer(Vanilla, *given),
    "pythae VAE": lambda *given: peer(MLP, *given),
}


def main():
    """Train, score, keep rows, and draw sheets."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    words.add_argument("--seconds", nargs="+", type=int, default=[120])
    words.add_argument("--seeds", nargs="+", type=int, default=[0])
    words.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    words.add_argument("--vgg16", required=True)
    words.add_argument("--rows", type=Path, default=Path("docs/quality/rows.jsonl"))
    words.add_argument("--sheets", type=Path, help="A folder for pictures of each row.")
    given = words.parse_args()
    keep_freed_memory()
    for name in given.sets:
        cells = [(s, r, m) for s in given.seconds for r in given.seeds for m in given.models]
        there = {tuple(row[k] for k in quality_rows.KEY) for row in quality_rows.read(given.rows)}
        cells = [(s, r, m) for s, r, m in cells if (name, m, s, r) not in there]
        if cells:
            _of_set(name, cells, (name, REAL, 0, 0) not in there, given)


def _of_set(name, cells, real, given):
    """Measure cells (seconds, seed, model) of a set, and real images where `real`."""
    parts = parts_of(SETS[name])
    rng = np.random.default_rng(0)
    some = {
        part: images.images[np.sort(rng.choice(len(images), min(IMAGES, len(images)), False))]
        for part, images in parts.items()
    }
    judge = Judge(given.vgg16, some["test"])

    def keep(row):
        row = {"set": name, **row, "commit": _commit()}
        quality_rows.append(given.rows, row)
        print(row, flush=True)

    if real:
        features = judge.features(some["train"] / np.float32(255))
        keep(
            {
                "model": REAL,
                "seconds": 0,
                "seed": 0,
                **judge.samples(features, features),
                "images": len(features),
            }
        )
    for seconds, seed, model in cells:
        spent, told, reconstruct, generate = MODELS[model](parts, seconds, seed)
        again, (made, bare) = reconstruct(some["test"]), generate(IMAGES)
        row = {"model": model, "seconds": seconds, "seed": seed, "cpu": round(spent, 1)}
        keep({**row, **judge(again, made, bare), "told": told})
        if given.sheets is not None:
            given.sheets.mkdir(parents=True, exist_ok=True)
            stem = f"{name}-{model.split()[0].lower()}-{seconds}-{seed}"
            save_sheet(made[:64], given.sheets / f"{stem}-samples.png")
            pairs = {"original": judge.test[:16], "reconstruction": again[:16]}
            save_image(labelled_rows(pairs), given.sheets / f"{stem}-reconstructions.png")


def _commit():
    words = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
