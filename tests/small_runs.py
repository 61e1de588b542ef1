"""Run directories of invented rows: small, of any state, without training."""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from avanp.papers.ava.printed_numbers import LEARNING_RATES, MODELS

Rows = list[dict[str, Any]]


def config(**changes: Any) -> dict[str, Any]:
    """Return a run.json of a small sweep; `data` is changed by its parts."""
    data = {
        "name": "orbit",
        "sha256": "5a" * 32,
        "count": 36,
        "height": 12,
        "width": 20,
        "is_paper_set": True,
    }
    data |= changes.pop("data", {})
    return {
        "format": 1,
        "avanp": "0.1.0",
        "lr": [0.5, 0.1, 0.05],
        "models": list(MODELS),
        "rules": ["program", "printed"],
        "seeds": [0, 1, 2],
        "draws": 10,
        "data": data,
        "experiment": {"hidden": 100, "init": "zeros"},
        "versions": {"python": "3.11.7", "numpy": "2.0.0"},
    } | changes


def whole(**changes: Any) -> dict[str, Any]:
    """Return a run.json with the paper's own rates."""
    return config(lr=list(LEARNING_RATES), **changes)


def rows_of(run: Mapping[str, Any], without: Mapping[str, tuple[str, str]] | None = None) -> Rows:
    """Return the rows of a finished sweep; `without` gives models a status and a reason."""
    rows = []
    grid = product(run["seeds"], run["rules"], run["models"], run["lr"])
    for seed, rules, model, lr in grid:
        status, reason = (without or {}).get(model, ("ok", ""))
        bm = 0.05 + 0.15 * lr + 0.002 * seed + 0.01 * run["models"].index(model)
        rows.append(
            {
                "rules": rules,
                "model": model,
                "lr": lr,
                "seed": seed,
                "bm": bm if status == "ok" else None,
                "bm_signed": bm if status == "ok" else None,
                "status": status,
                "reason": reason,
                "data": run["data"]["sha256"],
            }
        )
    return rows


def save(folder: Path, run: Mapping[str, Any], rows: Rows, *, images: bool = True) -> Path:
    """Write a run's folder with, for each cell of its first seed, three images of noise."""
    (folder / "samples").mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(run))
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    size = (run["data"]["height"], 3 * run["data"]["width"], 3)
    rng = np.random.default_rng(0)
    for row in rows if images else []:
        if row["seed"] == run["seeds"][0] and row["status"] == "ok":
            strip = rng.integers(0, 256, size, dtype=np.uint8)
            name = f"{row['rules']}-{row['model']}-{row['lr']:g}.png"
            Image.fromarray(strip).save(folder / "samples" / name)
    return folder


def audit(run: Mapping[str, Any], /, **changes: Any) -> dict[str, Any]:
    """Return an audit.json of two claims and one ablation, which names audit/x.png."""
    part = {"difference": 0.0012, "low": -0.0003, "high": 0.0021, "p": 0.2, "seeds": 3}
    outcome = part | {
        "verdict": "cannot be told",
        "p_corrected": 0.4,
        "again": 0.84,
        "says": "Three seeds decide nothing.",
        "parts": [
            part | {"part": "mean of AVA5 above AVA1's", "paper_difference": 0.0003},
            part | {"part": "mean of AVA5 above AVA2's", "paper_difference": 0.0004},
        ],
    }
    refuted = outcome | {"verdict": "does not hold", "again": 0.9, "parts": outcome["parts"][:1]}
    claims = [
        {
            "id": "highest",
            "claim": "AVA5 has the highest mean BM",
            "paper": "Table 3: .2096",
            "rules": dict.fromkeys(run["rules"], outcome),
        },
        {
            "id": "leaning",
            "claim": "AVA2 is above AVA1",
            "paper": "Table 3: .2092",
            "rules": dict.fromkeys(run["rules"], refuted),
        },
    ]
    ablation = {
        "id": "white",
        "title": "BM of images that no model made",
        "says": "White comes near the best.",
        "columns": ["image", "BM", "note"],
        "seeds": "seed 0",
        "rows": [["white", ".2263", "–"], ["grey", ".2148", 3]],
        "picture": "audit/x.png",
        "alt": "A white and a grey image",
    }
    return {
        "format": 3,
        "run": dict(run),
        "seeds": 3,
        "cells": {"finished": sum(row["status"] != "failed" for row in rows_of(run))},
        "notes": ["note: seeds 0 to 2 decide no comparison"],
        "claims": claims,
        "ablations": [ablation],
        "method": ["Each claim is a comparison."],
        "thanks": "To the authors.",
        "picture": "audit/x.png",
        "alt": "All intervals",
    } | changes


def save_audit(folder: Path, content: Mapping[str, Any] | Sequence[Any] | str | bytes) -> None:
    """Write an audit.json and its picture."""
    (folder / "audit").mkdir(exist_ok=True)
    Image.new("RGB", (60, 30), (250, 250, 250)).save(folder / "audit" / "x.png")
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    content = content.encode() if isinstance(content, str) else content
    (folder / "audit.json").write_bytes(content)
