"""With what a run was made: data, grid, experiment and versions."""

from collections.abc import Mapping
from typing import Any

from avanp.report.element import Child, Markup, el
from avanp.report.html import facts as facts_list
from avanp.report.text import listed_seeds, rate


def run_facts(config: Mapping[str, Any]) -> Markup:
    """Return a list of what was run; `config` is the content of ``run.json``."""
    data = config["data"]
    origin = "the paper’s own images" if data["is_paper_set"] else "not the paper’s images"
    facts: dict[str, Child] = {
        "Data": f"{data['name']} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}",
        "SHA-256": el("code", data["sha256"]),
        "Rule sets": ", ".join(config["rules"]),
        "Models": ", ".join(config["models"]),
        "Learning rates": ", ".join(rate(lr) for lr in config["lr"]),
        "Seeds": listed_seeds(config["seeds"]),
        "BM from": f"{config['draws']} generated images an image of the set",
    }
    facts |= {f"Experiment: {name}": str(v) for name, v in sorted(config["experiment"].items())}
    versions = {"avanp": config["avanp"]} | dict(config["versions"])
    facts["Versions"] = ", ".join(f"{name} {value}" for name, value in sorted(versions.items()))
    return facts_list(facts)
