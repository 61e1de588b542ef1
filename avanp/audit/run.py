"""An audit: claims judged, ablations trained, everything put together and written."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from avanp.audit.ablations import (
    absolute,
    deviations,
    discriminators,
    initial,
    leaning,
    measures,
    nobody,
    width,
)
from avanp.audit.claims import judge
from avanp.audit.markdown import render
from avanp.audit.subject import RULES, Call, Subject
from avanp.audit.wording import METHOD, THANKS, few_seeds, unfinished
from avanp.files import write_whole
from avanp.papers.ava import printed_numbers as paper
from avanp.report.audit_file import FORMAT, NAME
from avanp.report.plot import charts_available
from avanp.report.text import about_seeds
from avanp.sweeps.local import local_pool
from avanp.sweeps.pending import finished
from avanp.sweeps.worker import call_given

ABLATIONS = (
    discriminators,
    leaning,
    deviations,
    width,
    initial,
    absolute,
    nobody,
    measures,
)
FOLDER = "audit"
Progress = Callable[[int, int], None]


def audit(
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    subject: Subject | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Judge the claims and, given the images, train the ablations.

    Parameters
    ----------
    rows, config
        Of a sweep, finished or not.
    subject : Subject, optional
        The sweep with its images; without it there are no ablations.
    jobs : int
        Processes. The result does not depend on it.
    progress : callable, optional
        Called with the numbers of pieces done and in all.

    Returns
    -------
    dict, dict
        The content of ``audit.json``, and PNGs by name.
    """
    claims = judge(rows, config)
    pictures: dict[str, bytes] = {}
    ablations: list[dict[str, Any]] = []
    if subject is not None:
        calls = [ablation.calls(subject) for ablation in ABLATIONS]
        results = iter(_results([c for some in calls for c in some], subject, jobs, progress))
        for ablation, some in zip(ABLATIONS, calls, strict=True):
            own = [next(results) for _ in some]
            tables = ablation.tables(subject, own)
            picture = _drawn(ablation, subject, own)
            if picture is not None:
                name = f"{ablation.ID}.png"
                pictures[name] = picture
                tables[0]["picture"] = f"{FOLDER}/{name}"
            ablations += tables
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
        from avanp.audit.figures import forest

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


def _drawn(ablation: Any, subject: Subject, results: list[Any]) -> bytes | None:
    needs_matplotlib = getattr(ablation, "NEEDS_MATPLOTLIB", False)
    if not hasattr(ablation, "draw") or (needs_matplotlib and not charts_available()):
        return None
    return ablation.draw(subject, results)


def _results(
    calls: list[Call], subject: Subject, jobs: int, progress: Progress | None
) -> list[Any]:
    """Return what the calls give, in their order."""
    if progress:
        progress(0, len(calls))
    results: list[Any] = [None] * len(calls)
    sha256 = subject.images.sha256
    with local_pool(max(1, min(jobs, len(calls))), sha256, subject.images.images) as executor:

        def submit(numbered: tuple[int, Call]) -> Future:
            return executor.submit(call_given, sha256, numbered[1].fn, *numbered[1].args)

        for done, ((i, _), future) in enumerate(
            finished(submit, enumerate(calls), lambda: 2 * jobs), 1
        ):
            results[i] = future.result()
            if progress:
                progress(done, len(calls))
    return results


def write(directory: Path, document: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
    """Write ``audit.json``, ``audit.md`` and the pictures into a run's folder."""
    for name, content in pictures.items():
        write_whole(directory / FOLDER / name, content)
    write_whole(directory / "audit.md", render(document).encode())
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(directory / NAME, text.encode())
