"""An audit: claims judged, ablations trained, everything put together and written."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.data.images import ImageSet
from avanp.experiments.judge import judge
from avanp.experiments.run import Progress
from avanp.experiments.study import explained
from avanp.files import write_whole
from avanp.papers.ava import printed_numbers as paper
from avanp.papers.ava.audit_markdown import render
from avanp.papers.ava.audit_method import METHOD, THANKS
from avanp.papers.ava.audit_words import few_seeds, says, unfinished
from avanp.papers.ava.experiment import AVA
from avanp.papers.ava.subject import RULES
from avanp.report.audit_file import FORMAT, NAME
from avanp.report.plot import charts_available
from avanp.report.text import about_seeds

FOLDER = "audit"


def audit(
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    images: ImageSet | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Judge the claims and, given the images, train the ablations.

    Parameters
    ----------
    rows, config
        Of a sweep, finished or not.
    images : ImageSet, optional
        Those of the sweep; without them there are no ablations.
    jobs : int
        Processes. The result does not depend on it.
    progress : callable, optional
        Called with the numbers of pieces done and in all.

    Returns
    -------
    dict, dict
        The content of ``audit.json``, and PNGs by name.
    """
    claims = judge(AVA, rows, config, says=says)
    pictures: dict[str, bytes] = {}
    ablations: list[dict[str, Any]] = []
    if images is not None:
        studies = {name: of(rows, config, images) for name, of in AVA.ablations.items()}
        ablations, pictures = explained(studies, images, FOLDER, jobs=jobs, progress=progress)
    cells, seeds = _cells(rows, config), config["seeds"]
    notes = unfinished(cells, seeds), few_seeds(seeds)
    document: dict[str, Any] = {
        "format": FORMAT,
        "run": dict(config),
        "seeds": len(config["seeds"]),
        "cells": cells,
        "notes": [note for note in notes if note],
        "claims": claims,
        "ablations": ablations,
        "method": list(METHOD),
        "thanks": THANKS,
        "citation": paper.CITATION,
        "picture": None,
        "alt": "Each claim's deciding difference with its interval, a panel for each rule set.",
    }
    if charts_available():
        from avanp.papers.ava.audit_charts import forest

        shown = [name for name in config["rules"] if name in RULES] or config["rules"][:3]
        about = f"{config['data']['name']}, {about_seeds(config['seeds'])}"
        pictures["claims.png"] = forest(claims, shown, about)
        document["picture"] = f"{FOLDER}/claims.png"
    return document, pictures


def _cells(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> dict[str, int]:
    """Return how many cells of the grid are finished, and how many seeds have all of theirs."""
    grid = math.prod(len(config[axis]) for axis in ("rules", "models", "lr"))
    by_seed = Counter(row["seed"] for row in rows if row["status"] != "failed")
    return {
        "finished": by_seed.total(),
        "of": grid * len(config["seeds"]),
        "whole_seeds": sum(n == grid for n in by_seed.values()),
    }


def write(directory: Path, document: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
    """Write ``audit.json``, ``audit.md`` and the pictures into a run's folder."""
    for name, content in pictures.items():
        write_whole(directory / FOLDER / name, content)
    write_whole(directory / "audit.md", render(document).encode())
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(directory / NAME, text.encode())
