"""Four models of one size on one set of images: scores of several seeds, and what they draw.

    python examples/compare_models.py
    python examples/compare_models.py --data fashion-mnist --limit 20000 --arch conv --epochs 10 \
        --seeds 3 --jobs 2 --out runs/compare

Every model has the same encoder and decoder, the same likelihood, batches and number of epochs.
Prints a table of means and standard deviations over the seeds; DIR gets it as table.md with
scores.json, samples.png and reconstructions.png (seed 0).
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev

# One thread a process, set before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from avanp.data.resolve import load_splits
from avanp.data.splits import limited
from avanp.evaluation.feature_space import feature_space
from avanp.evaluation.scores import evaluate
from avanp.files import write_whole
from avanp.memory import keep_freed_memory
from avanp.pictures.save import save_image
from avanp.pictures.sheets import labelled_rows
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.training.trainer import Trainer

MODELS = ("VAE", "AVA1", "VAEGAN", "GAN")
SCORES = {
    "elbo": "ELBO, nats ↑",
    "psnr": "PSNR, dB ↑",
    "ssim": "SSIM ↑",
    "frechet_distance": "Fréchet ↓",
    "diversity": "diversity → 1",
    "precision": "precision ↑",
    "recall": "recall ↑",
}
SHOWN = 8


def run(model, seed, options):
    """Train one model, and return its scores with a few images and reconstructions."""
    keep_freed_memory()
    parts = load_splits(options.data)
    train, test = limited(parts["train"], options.limit), parts["test"]
    wanted = {"shape": train.shape, "arch": options.arch, "likelihood": "bernoulli"}
    system = build(model, seed=seed, **{k: v for k, v in wanted.items() if k in fields(model)})
    trainer = Trainer(system, batch_size=128, seed=seed)
    start = time.process_time()
    trainer.fit(train.images, options.epochs)
    seconds = time.process_time() - start
    result = evaluate(system, train, test, feature_space("random-conv", train), n=5000)
    scores = {s.key: (s.value, s.real) for s in result["scores"]}
    pictures = {"samples": system.generate(SHOWN, stream(0, "sample"))}
    if "reconstruct" in system.can:
        pictures["reconstructions"] = system.reconstruct(test.images[:SHOWN])
    return {"model": model, "seed": seed, "scores": scores, "seconds": seconds}, pictures


def fields(model):
    return options_of(find(model).config_class)


def table(rows):
    """Return a Markdown table: mean ± sd over seeds, and real images in the model's place."""
    present = [key for key in SCORES if any(key in row["scores"] for row in rows)]
    lines = [
        f"| | {' | '.join(SCORES[key] for key in present)} | CPU s |",
        f"| --- |{' ---: |' * (len(present) + 1)}",
    ]
    for model in MODELS:
        of = [row for row in rows if row["model"] == model]
        cells = [spread([r["scores"][k][0] for r in of if k in r["scores"]]) for k in present]
        lines.append(f"| {model} | {' | '.join(cells)} | {mean(r['seconds'] for r in of):.0f} |")
    every = {k: row["scores"][k][1] for row in rows for k in present if k in row["scores"]}
    cells = ["" if every[k] is None else f"{every[k]:.3g}" for k in present]
    return "\n".join([*lines, f"| real images | {' | '.join(cells)} | |"])


def spread(values):
    if not values:
        return "none"
    sd = f" ± {stdev(values):.2g}" if len(values) > 1 else ""
    return f"{mean(values):.4g}{sd}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--limit", type=int, help="train on so many images")
    parser.add_argument("--arch", default="mlp", choices=("mlp", "conv"))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("compare"))
    options = parser.parse_args()
    print(f"{len(MODELS)} models, {options.seeds} seeds, on {options.data}", flush=True)
    rows, drawn = [], {"samples": {}, "reconstructions": {}}
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        order = [(model, seed) for seed in range(options.seeds) for model in MODELS]
        jobs = {(m, s): pool.submit(run, m, s, options) for m, s in order}
        for (model, seed), job in jobs.items():
            row, pictures = job.result()
            print(f"{model} seed {seed}: {row['seconds']:.0f} s", flush=True)
            rows.append(row)
            if seed == 0:
                for kind, images in pictures.items():
                    drawn[kind][model] = images
    test = load_splits(options.data)["test"].images
    drawn["samples"] = {"real": test[SHOWN : 2 * SHOWN], **drawn["samples"]}
    drawn["reconstructions"] = {"real": test[:SHOWN], **drawn["reconstructions"]}
    options.out.mkdir(parents=True, exist_ok=True)
    for kind, images in drawn.items():
        in_unit = {name: np.clip(as_float(x), 0, 1) for name, x in images.items()}
        save_image(labelled_rows(in_unit), options.out / f"{kind}.png")
    lines = table(rows)
    write_whole(options.out / "scores.json", json.dumps(rows, indent=1).encode())
    write_whole(options.out / "table.md", f"{lines}\n".encode())
    print(f"\n{lines}\nwritten to {options.out}")


def as_float(images):
    return images / np.float32(255) if images.dtype == np.uint8 else images


if __name__ == "__main__":
    main()
