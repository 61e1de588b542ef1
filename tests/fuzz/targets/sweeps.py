"""The files of a run: run.json, rows.jsonl, and a training's metrics.jsonl."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from avanp.commands.sweep_status import lines
from avanp.console import one_line
from avanp.data.jungle import jungle
from avanp.experiments.configuration import configuration
from avanp.locks import held
from avanp.papers.ava import galleries
from avanp.papers.ava.experiment import AVA
from avanp.papers.ava.sweep_text import sweep_text
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables_markdown import tables_markdown
from avanp.report.gallery_sheet import sheet
from avanp.report.strips import strips as strips_of_page
from avanp.training.log import read_metrics
from fuzz.forms import json_lines, json_value, png
from fuzz.target import Target, file
from fuzz.targets.images import saved
from sweep_rows import opened, read_config, read_rows, read_status

STRIP, STRIP_NAME = saved("PNG", "RGB", (21, 5)), "samples/program-VAE-1.png"
MODELS, RULES, RATES = ("VAE", "AVA1"), ("program", "printed"), "1.0,0.5"


@cache
def config() -> dict[str, Any]:
    """Return what run.json holds."""
    asked = {"lr": RATES, "models": MODELS, "rules": RULES, "seeds": 2, "draws": 3}
    return configuration(AVA, jungle(), asked)


def row(rules: str, model: str, lr: float, seed: int, **changes: Any) -> dict[str, Any]:
    """Return a line of rows.jsonl."""
    return {
        "rules": rules, "model": model, "lr": lr, "seed": seed, "bm": 0.2, "bm_signed": 0.1,
        "status": "ok", "reason": None, "train_seconds": 0.1, "eval_seconds": 0.1,
        "host": "here", "data": config()["data"]["sha256"], **changes,
    }  # fmt: skip


def rows() -> bytes:
    """Return a small rows.jsonl, with a run that diverged."""
    lines = [row(r, m, lr, 0) for r in RULES for m in MODELS for lr in (1.0, 0.5)]
    lines += [row("program", "VAE", 1.0, 1, bm=None, status="diverged", reason="x")]
    lines += [row("program", "VAE", 0.5, 1, bm=None, status="failed", reason="MemoryError")]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def run_json(data: bytes, folder: Path) -> Path:
    if len(data) % 16 == 0:  # to draw takes most of the time
        (folder / "samples").mkdir()
        file(STRIP_NAME)(STRIP, folder)
    file("rows.jsonl")(rows(), folder)
    return file("run.json")(data, folder).parent


def rows_jsonl(data: bytes, folder: Path) -> Path:
    file("run.json")(json.dumps(config()).encode(), folder)
    return file("rows.jsonl")(data, folder).parent


def strip(data: bytes, folder: Path) -> Path:
    """Write a whole run whose strip of generated images is `data`."""
    small = {**config(), "models": ["VAE"], "rules": ["program"], "lr": [1.0]}
    file("run.json")(json.dumps(small).encode(), folder)
    (folder / "samples").mkdir()
    file(STRIP_NAME)(data, folder)
    return folder


def draw_sheets(folder: Path, said: dict[str, Any]) -> None:
    """Draw what `avanp tables` writes as sheets."""
    for model in said["models"]:
        gallery = galleries.of_model(folder, said, model)
        if gallery is not None:
            sheet(gallery)


def read_strip(folder: Path) -> None:
    """Draw it on a sheet, and on the page of the report."""
    draw_sheets(folder, read_config(folder))
    strips_of_page({folder / STRIP_NAME: 7})


def configs() -> list[bytes]:
    text = json.dumps(config()).encode()
    return [text, text + b" " * (-len(text) % 16)]  # one that is drawn


def strips() -> list[bytes]:
    found = [saved("PNG", mode, (21, 5)) for mode in ("RGB", "RGBA", "L")]
    return [*found, saved("GIF", "P"), EPS]


def read(folder: Path) -> None:
    """Go on with a run, tell its status, and do what `avanp tables` does but for the figures."""
    try:
        with opened(folder) as store:
            store.start(config())
    finally:
        lines(read_status(folder))
        said = read_config(folder)
        tables = table_numbers(read_rows(folder), said)
        json.dumps(tables, allow_nan=False, ensure_ascii=False).encode()
        tables_markdown(tables).encode()
        sweep_text(tables)
        draw_sheets(folder, said)


def notes() -> list[bytes]:
    note = {"pid": 7, "host": "here", "at_once": 2}
    return [json.dumps(note).encode() + b"\n", b"", b'{"pid": 1', b"[]"]


def lock(data: bytes, folder: Path) -> Path:
    file("run.json")(json.dumps(config()).encode(), folder)
    file("rows.jsonl")(rows(), folder)
    return file(".lock")(data, folder).parent


def read_note(folder: Path) -> None:
    """Tell the status of a run that is held, whatever its holder has noted."""
    with held(folder, "in use"):
        for line in lines(read_status(folder)):
            assert one_line(line).isprintable()
            assert len(line) < 400, "a line that fills the terminal"


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) (w) file closefile\n%%EOF\n"
WRITES = r"rows\.jsonl|\.lock$|sheets"
TARGETS = [
    # Where seeds have gone, the run gains them: its run.json is written whole.
    Target("run.json", run_json, read, configs, 128, json_value,
           writes=WRITES + r"|(\.run\.json\.[0-9a-f]+\.tmp|run\.json)$", share=0.5),
    Target("rows.jsonl", rows_jsonl, read, lambda: [rows(), rows()[:-9], b""], 64, json_lines,
           writes=WRITES, share=0.5),
    Target(".lock", lock, read_note, notes, 64, json_value, (b"pid", b"host", b"at_once"),
           writes=r"\.lock$"),
    Target("strip", strip, read_strip, strips, 1024, png, writes=WRITES, share=0.5),
    Target("metrics.jsonl", file("metrics.jsonl"), lambda path: read_metrics(path.parent),
           lambda: [b'{"epoch": 1}\n{"epoch": 2, "loss": 1}\n{"e'], 64, json_lines),
]  # fmt: skip
