"""Checkpoints in both formats: loaded, described, and gone on with."""

import json
import os
import struct
from pathlib import Path

import numpy as np

from avanp.report.checkpoint import summary
from avanp.systems import build
from avanp.training.checkpoint import describe, load, save
from avanp.training.trainer import Trainer
from fuzz.forms import safetensors, zipped
from fuzz.target import Target, file
from fuzz.targets.arrays import Canary, npz

EARLIER = Path(__file__).parents[2] / "golden" / "earlier.npz"  # of the first format
SHAPE = (2, 2, 1)
IMAGES = np.arange(16, dtype=np.uint8).reshape(4, *SHAPE)
WRITES = r"out(/[^/]+)?$"
WORDS = (
    b"weights/",
    b"optimiser/",
    b"state/",
    b"parts/",
    b"best/",
    b"F32",
    b"I64",
    b"data_offsets",
    b"dtype",
    b"<f4",
)


def contents(suffix: str) -> list[bytes]:
    """Return small checkpoints: a new system, one in training, one that fits no images."""
    file = Path(f"seed{suffix}")
    found = []
    try:
        for name, options in (
            ("VAE", {"latent": 1}),
            ("GAN", {"latent": 1}),
            ("AVA1", {"latent": 1}),
            ("classifier", {"classes": 2}),
        ):
            system = build(name, shape=SHAPE, widths=(2,), **options)
            save(file, system, {"note": [1]})
            found.append(file.read_bytes())
        system = build("VAE", shape=SHAPE, widths=(2,), latent=1)
        about = {"data": {"name": "a", "images": 4, "spec": "a"}, "order": {"batch": 2}}
        trainer = Trainer(system, batch_size=2, validation=IMAGES, patience=1, about=about)
        trainer.fit(IMAGES, 1)
        trainer.save(file)
        found.append(file.read_bytes())
        system = build(
            "VAE", shape=(4, 4, 1), arch="conv", widths=(1, 1), latent=1, batch_norm=True
        )
        save(file, system)
        found.append(file.read_bytes())
    finally:
        file.unlink(missing_ok=True)
    if suffix == ".npz":
        found.append(EARLIER.read_bytes())
        found.append(npz(**{"avanp.json": np.array([Canary()], dtype=object)}))
    else:  # what is changed in one with a sum goes no further than that
        found += [_without_sum(one) for one in found]
    return found


def _without_sum(content: bytes) -> bytes:
    """Return a .safetensors as earlier versions wrote it."""
    (size,) = struct.unpack_from("<Q", content)
    tree = json.loads(content[8 : 8 + size])
    document = json.loads(tree["__metadata__"]["avanp.json"])
    del document["crc32"]
    tree["__metadata__"]["avanp.json"] = json.dumps(document)
    head = json.dumps(tree).encode()
    return struct.pack("<Q", len(head)) + head + content[8 + size :]


def read(path: Path) -> None:
    """Do all that commands do with a checkpoint."""
    described = describe(path)
    system, _ = load(path)
    for line in summary(os.fspath(path), described, system.nets):
        assert isinstance(line, str)
    if system.config.shape == SHAPE and not system.needs_labels:
        trainer = Trainer.resume(path, out=path.parent / "out", validation=IMAGES)
        trainer.fit(IMAGES, 1)


TARGETS = [
    Target("checkpoint-npz", file("a.npz"), read, lambda: contents(".npz"), 64, zipped, WORDS,
           writes=WRITES, share=0.5),
    Target("checkpoint-st", file("a.safetensors"), read, lambda: contents(".safetensors"), 64,
           safetensors, WORDS, writes=WRITES, share=0.5),
]  # fmt: skip
