"""The files of a run: run.json, rows.jsonl, and a training's metrics.jsonl."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from avanp.commands.sweep_status import lines
from avanp.data.jungle import jungle
from avanp.locks import held
from avanp.report import markdown, terminal
from avanp.report.sheets import write_sheets
from avanp.report.tables import build
from avanp.sweeps.configuration import configuration
from avanp.sweeps.status import read_status
from avanp.sweeps.store import Store, read_config, read_rows
from avanp.training.log import read_metrics
from fuzz.forms import json_lines, json_value, png
from fuzz.target import Target, file
from fuzz.targets.images import saved

STRIP = saved("PNG", "RGB", (21, 5))
MODELS, RULES, RATES = ("VAE", "AVA1"), ("program", "printed"), "1.0,0.5"


@cache
def config() -> dict[str, Any]:
    """Return what run.json holds."""
    return configuration(RATES, MODELS, RULES, jungle(), 2, 3)


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
        file("samples/program-VAE-1.png")(STRIP, folder)
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
    file("samples/program-VAE-1.png")(data, folder)
    return folder


def read_strip(folder: Path) -> None:
    write_sheets(folder, read_config(folder))


def configs() -> list[bytes]:
    text = json.dumps(config()).encode()
    return [text, text + b" " * (-len(text) % 16)]  # one that is drawn


def strips() -> list[bytes]:
    found = [saved("PNG", mode, (21, 5)) for mode in ("RGB", "RGBA", "L")]
    return [*found, saved("GIF", "P"), EPS]


def read(folder: Path) -> None:
    """Go on with a run, tell its status, and do what `avanp tables` does but for the figures."""
    try:
        with held(folder, "in use") as note:
            Store(folder, note).start(config())
    finally:
        lines(read_status(folder))
        said = read_config(folder)
        tables = build(read_rows(folder), said)
        json.dumps(tables, allow_nan=False, ensure_ascii=False).encode()
        markdown.render(tables).encode()
        terminal.render(tables)
        write_sheets(folder, said)


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) (w) file closefile\n%%EOF\n"
WRITES = r"rows\.jsonl|\.lock$|sheets"
TARGETS = [
    Target("run.json", run_json, read, configs, 128, json_value,
           writes=WRITES, share=0.5),
    Target("rows.jsonl", rows_jsonl, read, lambda: [rows(), rows()[:-9], b""], 64, json_lines,
           writes=WRITES, share=0.5),
    Target("strip", strip, read_strip, strips, 1024, png, writes=WRITES, share=0.5),
    Target("metrics.jsonl", file("metrics.jsonl"), lambda path: read_metrics(path.parent),
           lambda: [b'{"epoch": 1}\n{"epoch": 2, "loss": 1}\n{"e'], 64, json_lines),
]  # fmt: skip
