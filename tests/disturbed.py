"""Small trainings of every kind, and all that one leaves, to be held against an undisturbed one."""

import json
import shutil
from pathlib import Path

from avanp.locks import NAME as LOCK
from avanp.temporary import NAME as TEMPORARY
from cli_process import avanp
from sweep_rows import results

DATA = ("--data", "digits", "--limit", "60", "--batch", "20", "--out")
MLP = "--widths 6 --latent 2"
TRAININGS = {
    "VAE": f"VAE {MLP} --epochs 30 --patience 4 --schedule step:9",
    "VAE-steps": f"VAE {MLP} --steps 80 --log-every 7",
    "GAN": f"GAN {MLP} --epochs 25 --schedule cosine",
    "GAN-sheets": f"GAN {MLP} --steps 60 --log-every 9 --sheets 20",
    "VAEGAN": f"VAEGAN {MLP} --epochs 15 --schedule plateau:2",
    "AVA5": f"AVA5 {MLP} --steps 50 --log-every 4 --schedule inverse-time:3",
    "classifier": "classifier --widths 6 --lr 0.1 --epochs 40 --patience 3",
    "BEGAN-v3": "BEGAN-v3 --arch mlp --width 6 --latent 2 --steps 40 --log-every 3",
    "SSAVAE": "SSAVAE --widths 2,3,2 --latent 2 --epochs 4",
    "DFC-VAE": "DFC-VAE --arch mlp --widths 6 --latent 2 --epochs 5 --features random",
}
SWEEP = ("sweep", "--data", "images", "--lr", "1.0:0.01", "--models", "AVA5,GAN,VAE")
SWEEP += ("--rules", "program", "--seeds", "3", "--draws", "2", "--out")


def words_of(training: str) -> tuple[str, ...]:
    """Return the words of its command, to be followed by the folder."""
    return "train", *TRAININGS[training].split(), *DATA


def left(run: Path) -> dict[str, object]:
    """Return what a finished command has left: rows without times, and all other files' bytes.

    Files under temporary names are among them.
    """
    found: dict[str, object] = {}
    for path in sorted(p for p in run.rglob("*") if p.is_file() and p.name != LOCK):
        name = str(path.relative_to(run))
        if name == "rows.jsonl":
            found[name] = results(run)
        elif path.name == "metrics.jsonl":
            rows = map(json.loads, path.read_text().splitlines())
            found[name] = [{k: v for k, v in row.items() if k != "seconds"} for row in rows]
        elif run.joinpath("run.json").exists():  # tables of a sweep have times in them
            found[name] = None
        else:
            found[name] = path.read_bytes()
    return found


def litter(run: Path) -> list[Path]:
    """Return what dead processes have left of files that were not whole."""
    return [path for path in run.rglob(".*") if TEMPORARY.fullmatch(path.name)]


def undisturbed(place: Path, training: str) -> dict[str, object]:
    """Train to the end and return what is left, but not the folder."""
    done = avanp(place, *words_of(training), "undisturbed")
    assert done.code == 0, done.err
    found = left(place / "undisturbed")
    shutil.rmtree(place / "undisturbed")
    return found
