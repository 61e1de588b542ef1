"""Words of the command line: learning rates, sizes, models, rules, schedules, masks, widths."""

import os
from functools import partial
from pathlib import Path

from avanp.commands.model_options import Numbers
from avanp.data.size import parse_size
from avanp.evaluation.damage import read_mask
from avanp.experiments.rates import parse_rates
from avanp.experiments.seeds import parse_seeds
from avanp.kernels.engine.threads import threads
from avanp.optim.schedules import Constant
from avanp.papers.ava.experiment import AVA
from avanp.training.rates import parse_schedule
from fuzz.target import Target, text

NUMBERS = (b"1.0", b"0.5", b"0.01", b":", b",", b"1e-3", b"1e-308", b"sNaN", b"Infinity", b"1_0",
           b"9" * 4400, b"1e-999999999", b"1e9999999999999999999",
           b"0." + b"0" * 400 + b"1")  # fmt: skip


def _threads(word: str) -> int:
    os.environ["AVANP_THREADS"] = word
    try:
        return threads()
    finally:
        del os.environ["AVANP_THREADS"]


def beside_a_picture(data: bytes, folder: Path) -> str:
    """Return a word, in a folder with a picture that is white on the left."""
    (folder / "a.png").write_bytes(PICTURE)
    return text(data, folder)


def encoded(words: tuple[str, ...]) -> list[bytes]:
    return [word.encode() for word in words]


def _numbers(word: str) -> object:
    """Read a list of numbers: of decimals as --betas, of whole numbers as --widths."""
    return Numbers("widths", float if "." in word else int).convert(word, None, None)


def _schedule(word: str) -> Constant:
    return parse_schedule(word, 0.1, 10)


parse_rules, parse_models = (axis.parse for axis in AVA.grid.axes[:2])
PICTURE = b"P5 8 8 255\n" + b"\xff\xff\0\0\0\0\0\0" * 8
NAMES = (b"AVA1", b"VAE", b"GAN", b"all", b"program", b"printed", b"exact", b"-3", b"-1-2", b",")
CASES = {
    "lr": (parse_rates, ("1.0:0.01", "0.5", "1.0,0.1", "1:0.01:5"), NUMBERS),
    "size": (parse_size, ("100x64", "8X8", " 64×64 "), (b"x", *NUMBERS)),
    "models": (parse_models, ("all", "AVA1,vae", "GAN, VAE"), NAMES),
    "rules": (parse_rules, ("program,printed", "program-3", "exact"), NAMES),
    "seeds": (parse_seeds, ("1", "20", "20:39", " 3 : 4 "), NUMBERS),
    "schedule": (_schedule, ("cosine", "step:3", "inverse-time:10", "plateau", "step"), NUMBERS),
    "widths": (_numbers, ("32,64,128", "400", " 1 , 2 ", "0.5,0.999", " 1e-3 , .9 "), NUMBERS),
    "threads": (_threads, ("1", "2", "16"), NUMBERS),
}
MASKS = ("0,4,8,4", "a.png", "1, 2,3,4", "../canary.png")
TARGETS = [
    Target(name, text, parse, partial(encoded, seeds), tokens=tokens)
    for name, (parse, seeds, tokens) in CASES.items()
]
TARGETS += [
    Target("mask", beside_a_picture, lambda word: read_mask(word, (8, 8)), partial(encoded, MASKS),
           tokens=(b"a" * 300, b"/", b",", *NUMBERS), anywhere=True)
]  # fmt: skip
