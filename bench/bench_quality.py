"""The first picture: reconstructions and samples after equal CPU seconds, beside peers.

    python bench/bench_quality.py --data ham10000 --size 64x64 --seconds 180 --vgg16 vgg16.npz

One thread. Of avanp nothing is given but the data and their size: `avanp.systems.auto` chooses the
rest. How many steps fit into the time is measured first, as the rate falls along a cosine. PSNR and
LPIPS are of reconstructed test images, Fréchet distance and diversity of 600 samples beside 600
test images in averages of VGG16's relu4_3, images normalised as ImageNet's. vgg16.npz is what
`avanp data import FILE --name vgg16` keeps.
"""

import argparse
import json
import os
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "AVANP_THREADS"):
    os.environ[name] = "1"

import numpy as np
import torch
from torch_peers import MLP, Vanilla

from avanp.data.resolve import load_splits
from avanp.memory import keep_freed_memory
from avanp.metrics.diversity import diversity
from avanp.metrics.features import tap_means
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.lpips import LPIPS
from avanp.metrics.psnr import psnr
from avanp.metrics.vgg16 import vgg16_net
from avanp.optim.schedules import Cosine
from avanp.pictures.save import save_image, save_sheet
from avanp.pictures.sheets import labelled_rows
from avanp.rng import stream
from avanp.systems import auto
from avanp.systems.features import DEVIATION, MEAN
from avanp.systems.find import find
from avanp.training.trainer import Trainer

IMAGES = 600
ROWS = 50  # looks at the validation images, and steps of the schedule


def avanp(parts, seconds, seed, name="VAE"):
    """Return a VAE trained as `avanp train VAE` does where nothing is said, and its functions."""
    train, held = parts["train"].images, parts["validation"].images
    plan = auto.plan(name, train.shape[1:], len(train))

    def trainer(steps, rows):
        kind = find(name)
        options = auto.options(kind, {}, train.shape[1:], len(train), steps)
        system = kind(kind.config_class(shape=train.shape[1:], **options), seed)
        every = max(1, steps // rows)
        return Trainer(
            system,
            batch_size=plan.batch,
            seed=seed,
            validation=held,
            keep_best=True,
            log_every=every,
            schedule=Cosine(system.config.lr, -(-steps // every)),
        )

    trainer(4, 1).fit(train, steps=4)  # compiles
    # What 200 steps with one look cost; and that look, with the mixture at the end.
    before = time.process_time()
    short = trainer(200, 1)
    short.fit(train, steps=200)
    all_of_it = time.process_time() - before
    before = time.process_time()
    short.system.evaluate(held, stream(seed, "eval"))
    look = time.process_time() - before
    before = time.process_time()
    short.system.conclude(train, stream(seed, "sample"))
    end = time.process_time() - before
    steps = int((seconds - ROWS * look - end) / ((all_of_it - look - end) / 200))
    whole = trainer(steps, ROWS)
    before = time.process_time()
    whole.fit(train, steps=steps)
    spent = time.process_time() - before
    system = whole.system
    whole.best.restore(system)
    told = f"{whole.step} steps, {whole.epoch} epochs, {system.n_parameters:,} parameters"
    return spent, told, system.reconstruct, lambda n: system.generate(n, stream(seed, "sample"))


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
        return net.shown(net.decode(torch.randn(n, net.latent)))

    return spent, f"{steps} steps, {epochs} epochs, {size:,} parameters", reconstruct, generate


MODELS = {
    "avanp VAE": avanp,
    "PyTorch-VAE vanilla": lambda *given: peer(Vanilla, *given),
    "pythae VAE": lambda *given: peer(MLP, *given),
}


class Judge:
    """PSNR, LPIPS, Fréchet distance and diversity beside some test images."""

    def __init__(self, file, test, train):
        self.lpips = LPIPS(file)
        net, places = vgg16_net(file, "relu4_3")
        self.layers, self.tap = list(net), places["relu4_3"]
        self.test = test / np.float32(255)
        self.real = self.features(self.test)
        self.train = self.features(train / np.float32(255))

    def features(self, images):
        """Return averages of relu4_3, (N, 512)."""
        found = []
        for i in range(0, len(images), 50):
            x = np.broadcast_to(images[i : i + 50], (*images[i : i + 50].shape[:3], 3))
            x = ((x - np.float32(MEAN)) / np.float32(DEVIATION)).astype(np.float32)
            found.append(tap_means(self.layers, x, {self.tap}))
        return np.concatenate(found)

    def samples(self, features):
        """Return Fréchet distance and diversity."""
        return {
            "frechet": frechet_distance(features, self.real),
            "diversity": diversity(features, self.real),
        }

    def __call__(self, again, made):
        """Return all scores of reconstructions of the test images, and of samples."""
        again, made = (np.clip(x, 0, 1).astype(np.float32) for x in (again, made))
        near = {"psnr": psnr(again, self.test), "lpips": float(self.lpips(again, self.test).mean())}
        return near | self.samples(self.features(made))


def main():
    """Train, score, print a table, and draw sheets."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--data", default="ham10000")
    words.add_argument("--size")
    words.add_argument("--seconds", type=float, default=180)
    words.add_argument("--vgg16", required=True)
    words.add_argument("--seeds", type=int, default=1)
    words.add_argument("--models", nargs="+", default=list(MODELS))
    words.add_argument("--sheets", type=Path)
    words.add_argument("--json", type=Path)
    given = words.parse_args()
    keep_freed_memory()
    parts = load_splits(given.data, given.size, validation=0.1)
    rng = np.random.default_rng(0)
    some = {
        name: part.images[np.sort(rng.choice(len(part), min(IMAGES, len(part)), replace=False))]
        for name, part in parts.items()
    }
    judge = Judge(given.vgg16, some["test"], some["train"])
    rows = [{"model": "real training images", **judge.samples(judge.train)}]
    _tell(rows[0])
    for seed in range(given.seeds):
        for name in given.models:
            spent, told, reconstruct, generate = MODELS[name](parts, given.seconds, seed)
            again, made = reconstruct(some["test"]), generate(IMAGES)
            scores = judge(again, made)
            rows.append({"model": name, "seed": seed, "cpu": round(spent, 1), **scores})
            _tell({**rows[-1], "told": told})
            if given.sheets is not None:
                given.sheets.mkdir(parents=True, exist_ok=True)
                stem = f"{given.data.strip('/').split('/')[-1]}-{name.split()[0].lower()}-{seed}"
                save_sheet(made[:64], given.sheets / f"{stem}-samples.png")
                pairs = {"original": judge.test[:16], "reconstruction": again[:16]}
                save_image(labelled_rows(pairs), given.sheets / f"{stem}-reconstructions.png")
    if given.json is not None:
        given.json.write_text(json.dumps({"given": vars(given), "rows": rows}, default=str))


def _tell(row):
    cells = [row["model"], str(row.get("seed", "")), f"{row.get('cpu', 0):.0f} s"]
    for key, form in (("psnr", ".1f"), ("lpips", ".3f"), ("frechet", ".0f"), ("diversity", ".2f")):
        cells.append(format(row[key], form) if key in row else "–")
    print("| " + " | ".join([*cells, row.get("told", "")]) + " |", flush=True)


if __name__ == "__main__":
    main()
