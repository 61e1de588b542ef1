"""Write ava_tables.json, .md and .txt: Tables 1–3 of invented rows, as numbers and as text.

Run by hand: ``python tests/golden/make_ava_tables.py``. The files were first written by the code
before tables were values (485b167), and have not changed since.
"""

import json
from itertools import product
from pathlib import Path

from avanp.papers.ava.printed_numbers import LEARNING_RATES, published
from avanp.papers.ava.sweep_text import sweep_text
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables_markdown import tables_markdown

HERE = Path(__file__).parent
MODELS, RULES, SEEDS = ("AVA1", "VAE", "GAN"), ("program", "printed"), (0, 1)
# Runs without a number, by rule set, model, rate and seed.
LOST = {
    ("printed", "AVA1", 1.0, 1): "diverged",
    ("printed", "GAN", 0.5, 0): "diverged",
    ("printed", "GAN", 0.5, 1): "diverged",
    ("printed", "VAE", 0.02, 0): "failed",
    ("printed", "VAE", 0.01, 0): "failed",
    ("printed", "VAE", 0.01, 1): "failed",
}


def rows():
    """Yield rows near the paper's numbers: program nearer than printed."""
    for rules, model, lr, seed in product(RULES, MODELS, LEARNING_RATES, SEEDS):
        status = LOST.get((rules, model, lr, seed), "ok")
        bm = published(model, lr) + 0.003 * (seed - 0.3) * (1 if rules == "program" else 9)
        yield {
            "rules": rules,
            "model": model,
            "lr": lr,
            "seed": seed,
            "bm": bm if status == "ok" else None,
            "status": status,
        }


def config(is_paper_set=True):
    """Return the run.json of these rows."""
    return {
        "format": 1,
        "avanp": "0.1.0",
        "lr": list(LEARNING_RATES),
        "models": list(MODELS),
        "rules": list(RULES),
        "seeds": list(SEEDS),
        "draws": 10,
        "data": {
            "name": "orbit",
            "sha256": "5a" * 32,
            "count": 36,
            "height": 64,
            "width": 100,
            "is_paper_set": is_paper_set,
        },
        "experiment": {"hidden": 100},
        "versions": {"numpy": "2.0"},
    }


def made():
    """Return the content of the files by their suffix."""
    numbers = table_numbers(rows(), config())
    alone = table_numbers(rows(), config(is_paper_set=False))
    return {
        "json": json.dumps(numbers, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
        "md": tables_markdown(numbers),
        "txt": f"{sweep_text(numbers)}\n{sweep_text(alone)}",
    }


def main():
    for suffix, text in made().items():
        (HERE / f"ava_tables.{suffix}").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
