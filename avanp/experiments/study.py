"""Ablations: what explains an experiment's verdicts, in calls that run on processes."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple

from avanp.data.images import ImageSet
from avanp.experiments.places.bounded import as_finished
from avanp.experiments.places.processes import process_pool
from avanp.experiments.places.worker import call_given
from avanp.experiments.row import arrays_of
from avanp.experiments.run import Progress


class Call(NamedTuple):
    """A piece of an ablation for any process: ``fn(data, *args)``; see `Experiment.run`."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Study:
    """An ablation of one run.

    Parameters
    ----------
    calls : list of Call
        What it needs besides the rows.
    tables : callable
        ``(results of the calls) -> list of dict``: its tables, as ``audit.json`` holds them.
    draw : callable, optional
        ``(results) -> bytes``: a PNG.
    """

    calls: list[Call]
    tables: Callable[[list[Any]], list[dict[str, Any]]]
    draw: Callable[[list[Any]], bytes] | None = None


# Makes a study of the rows of a run, its configuration and its images.
Ablation = Callable[[Sequence[Mapping[str, Any]], Mapping[str, Any], ImageSet], Study]


def explained(
    studies: Mapping[str, Study],
    images: ImageSet,
    folder: str,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Return the tables of studies, and their pictures by file name.

    Parameters
    ----------
    studies : mapping
        By name.
    images : ImageSet
        Those of the run.
    folder : str
        Where the pictures will lie, in the folder of the run.
    jobs : int
        Processes. The result does not depend on it.
    progress : callable, optional
        Called with the numbers of calls done and in all.
    """
    calls = [call for study in studies.values() for call in study.calls]
    results = iter(_results(calls, images, jobs, progress))
    tables: list[dict[str, Any]] = []
    pictures: dict[str, bytes] = {}
    for name, study in studies.items():
        own = [next(results) for _ in study.calls]
        found = study.tables(own)
        if study.draw is not None:
            pictures[f"{name}.png"] = study.draw(own)
            found[0]["picture"] = f"{folder}/{name}.png"
        tables += found
    return tables, pictures


def _results(
    calls: list[Call], images: ImageSet, jobs: int, progress: Progress | None
) -> list[Any]:
    """Return what the calls give, in their order."""
    if progress:
        progress(0, len(calls))
    results: list[Any] = [None] * len(calls)
    key = images.sha256
    with process_pool(max(1, min(jobs, len(calls))), key, arrays_of(images)) as executor:

        def submit(numbered: tuple[int, Call]) -> Future:
            return executor.submit(call_given, key, numbered[1].fn, *numbered[1].args)

        work = as_finished(submit, enumerate(calls), lambda: 2 * jobs)
        for done, ((i, _), future) in enumerate(work, 1):
            results[i] = future.result()
            if progress:
                progress(done, len(calls))
    return results
