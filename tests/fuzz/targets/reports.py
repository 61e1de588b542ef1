"""What pages are written from: a run with an audit.json, and the folder of a training."""

import json
import os
from functools import cache
from pathlib import Path
from random import Random

import small_runs
from avanp.papers.ava.sweep_files import write_report
from avanp.papers.ava.sweep_page import sweep_page
from avanp.papers.ava.table_numbers import table_numbers
from avanp.report.audit_file import read_findings
from avanp.report.markdown_page import markdown_page
from avanp.report.training import write_training
from fuzz.forms import json_lines, json_value, png, zipped
from fuzz.target import Change, Target, file
from fuzz.targets import checkpoints
from fuzz.targets.images import saved

RUN = small_runs.config(rules=["program"], lr=[0.5], seeds=[0])
ROWS = small_runs.rows_of(RUN)
PICTURE = saved("PNG", "RGB", (21, 5))
KEYS = (b"audit/x.png", b"../canary.png", b"/etc/passwd", b"claims", b"holds", b"<script>", b"&lt;",
        b"|", b"`", b"$")  # fmt: skip
EPOCH = {
    "epoch": 1, "seconds": 0.5, "lr": 0.001, "images_per_second": 9.5, "train.loss": 2.5,
    "validation.loss": 2.25, "grad_norm.encoder": 0.5, "hint": "a word",
}  # fmt: skip


def audits() -> list[bytes]:
    plain = small_runs.audit(RUN)
    bare = small_runs.audit(RUN, claims=[], ablations=[], picture=None)
    return [json.dumps(content).encode() for content in (plain, bare)]


def below(folder: Path) -> Path:
    """Make a folder, which may be named where a file in it is written."""
    (folder / "run").mkdir()
    return folder / "run"


def put_audit(data: bytes, folder: Path) -> Path:
    """Write an audit into the folder of a run, which is in memory here."""
    folder = below(folder)
    (folder / "audit").mkdir()
    file("audit/x.png")(PICTURE, folder)
    return file("audit.json")(data, folder).parent


def read_audit(folder: Path) -> None:
    """Write the page with it, and the same in Markdown."""
    page = sweep_page(folder, ROWS, table_numbers(ROWS, RUN), read_findings(folder))
    markdown_page(page, folder)
    write_report(folder, ROWS, RUN)


@cache
def checkpoint() -> bytes:
    """Return the checkpoint of a training, not of an untrained system."""
    return checkpoints.contents(".npz")[4]


def trainings() -> list[bytes]:
    lines = [EPOCH | {"epoch": n, "train.loss": 3 / n, "validation.loss": 4 / n} for n in (1, 2, 3)]
    log = "".join(json.dumps(line) + "\n" for line in lines).encode()
    return [log, log[:-9], b"", *checkpoints.contents(".npz")]


def put_training(data: bytes, folder: Path) -> Path:
    """Write the log, or the checkpoint where `data` is an archive, and the other one sound."""
    folder = below(folder)
    packed = data[:2] == b"PK"
    file("checkpoint.npz")(data if packed else checkpoint(), folder)
    file("metrics.jsonl")(json.dumps(EPOCH).encode() + b"\n" if packed else data, folder)
    if len(data) % 16 == 0:
        file("samples.png")(PICTURE, folder)
    return folder


def pictures() -> list[bytes]:
    found = [saved(kind, mode, (21, 5)) for kind in ("PNG", "JPEG") for mode in ("RGB", "L")]
    wide = [saved("PNG", "L", (17000, 2)), saved("WEBP", "RGB", (21, 5))]
    return [*found, saved("PNG", "P", (21, 5), transparency=1), *wide, saved("GIF", "P")]


def put_picture(data: bytes, folder: Path) -> Path:
    """Write a training whose samples.png is `data`, with a log of one epoch."""
    folder = put_training(b'{"epoch": 1, "lr": 0.5}\n', folder)  # nothing to draw, which takes time
    return file("samples.png")(data, folder).parent


def training_form(data: bytes, rng: Random, change: Change) -> bytes:
    return (zipped if data[:2] == b"PK" else json_lines)(data, rng, change)


def read_training(folder: Path) -> None:
    assert os.path.getsize(write_training(folder)) > 1000


PAGE = r"run(/\.?report\.html[^/]*)?$"
TARGETS = [
    Target("audit.json", put_audit, read_audit, audits, 64, json_value, KEYS, writes=PAGE,
           share=0.1),
    Target("training", put_training, read_training, trainings, 64, training_form,
           (b"train.loss", b"epoch", b"null", *checkpoints.WORDS), writes=PAGE, share=0.2),
    Target("picture", put_picture, read_training, pictures, 1024, png, writes=PAGE, share=0.5),
]  # fmt: skip
