"""What a sweep is of, in the lead of its page, and with what it was made, at its end."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.page import Blocks, Code, Facts, Strong, muted, note
from avanp.report.text import count, listed_seeds, rate

ABOUT_BM = (
    "BM is the paper’s balance metric (Eq. 17), the mean of |d(1 − d)| over pixels, d being the "
    "distance in colour between a generated image and one of the set: 0 where they agree. The "
    "paper takes a high BM for a balance of similarity and diversity, good in GAN, AVA1, AVA2 and "
    "AVA5, and a low one for similarity, good in VAE, AVA3 and AVA4. γ is the learning rate."
)


def run_lead(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Blocks:
    """Return what was run, what BM is, and how much is still to do."""
    data, seeds = config["data"], len(config["seeds"])
    total = math.prod(len(config[axis]) for axis in ("rules", "models", "lr", "seeds"))
    facts = (
        f"A sweep by avanp {config['avanp']}: {data['count']} images of "
        f"{data['width']}×{data['height']}, rules {', '.join(config['rules'])}, "
        f"{count(seeds, seeds, 'seed')}."
    )
    unfinished = note(
        Strong("Unfinished: "),
        f"{len(rows):,} of {total:,} runs are done. The command that began the sweep goes on with "
        "it; avanp report then writes this page anew.",
    )
    return [muted(facts), muted(ABOUT_BM), unfinished if len(rows) < total else None]


def run_facts(config: Mapping[str, Any]) -> Facts:
    """Return with what a run was made: data, grid, experiment and versions."""
    data = config["data"]
    origin = "the paper’s own images" if data["is_paper_set"] else "not the paper’s images"
    facts = {
        "Data": f"{data['name']} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}",
        "SHA-256": Code(data["sha256"]),
        "Rule sets": ", ".join(config["rules"]),
        "Models": ", ".join(config["models"]),
        "Learning rates": ", ".join(rate(lr) for lr in config["lr"]),
        "Seeds": listed_seeds(config["seeds"]),
        "BM from": f"{config['draws']} generated images an image of the set",
    }
    facts |= {f"Experiment: {name}": str(v) for name, v in sorted(config["experiment"].items())}
    versions = {"avanp": config["avanp"]} | dict(config["versions"])
    facts["Versions"] = ", ".join(f"{name} {value}" for name, value in sorted(versions.items()))
    return Facts(facts)
