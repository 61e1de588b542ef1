"""`avanp sweep --status DIR`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from avanp.console import one_line

if TYPE_CHECKING:
    from avanp.experiments.status import Status


def show(directory: str) -> None:
    """Print how far the run in a folder is."""
    from avanp.experiments.status import read_status
    from avanp.papers.ava.experiment import AVA

    for line in lines(read_status(Path(directory), AVA)):
        click.echo(one_line(line))


def lines(status: "Status") -> list[str]:
    """Return a run's status, a line for each thing it tells."""
    diverged = f", of which {status.diverged} diverged" if status.diverged else ""
    retry = ": --retry-failed runs them again" if status.failed else ""
    facts = {
        "done": f"{status.done}{diverged}",
        "failed": f"{status.failed}{retry}",
        "running": _running(status),
        "left": f"{status.left}, with those running" if status.running else str(status.left),
        "to go": _to_go(status),
    }
    return [f"{name:<9}{fact}" for name, fact in facts.items()]


def _running(status: "Status") -> str:
    if status.worker is None:
        return "0: no process is at work" + ("; the same command continues" if status.left else "")
    who = status.worker
    process = f"process {who.get('pid', 'unknown')} on {who.get('host', 'unknown')}"
    if not status.left:
        return f"0: {process} writes the tables and pictures"
    return f"{status.running or 'some'}: {process} is at work"


def _to_go(status: "Status") -> str:
    from avanp.progress import duration

    if not status.left:
        return "0 s"
    if math.isnan(status.seconds):
        return "unknown: no cell is done"
    if status.running:
        return f"{duration(status.to_go)} at {status.running} at once"
    return f"{duration(status.seconds)} of one processor's time"
