"""What `avanp reproduce PAPER` does: run the cells, print what is asked for, keep the rest."""

from pathlib import Path
from typing import Any

import click

from avanp.commands.asked import asked_sets, asked_values
from avanp.commands.failed_cells import retry, tell_failed
from avanp.commands.reproduce import items_of
from avanp.commands.sweeping import ending, kept, place, ran
from avanp.console import written
from avanp.errors import AvanpError, unknown
from avanp.experiments.experiment import Experiment
from avanp.experiments.judge import judge
from avanp.experiments.study import explained
from avanp.files import write_whole
from avanp.papers import outputs, verdict_tables
from avanp.progress import shown


def reproduced(
    experiment: Experiment,
    item: str | None,
    quick: bool,
    data: str | None,
    size: str | None,
    out: str | None,
    retry_failed: bool,
    jobs: int | None,
    scheduler: str | None,
    tls_ca_file: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    **given: Any,
) -> None:
    """Do what `avanp reproduce PAPER` was asked for: its options, and as `given` its axes."""
    names = [name for some in items_of(experiment).values() for name in some]
    if item is not None and item not in names:
        raise AvanpError(f"unknown item {unknown(item, names)}: choose from {', '.join(names)}")
    if item in experiment.of_no_run:
        click.echo(outputs.text(list(experiment.tables[item]([], {}))), nl=False)
        return
    where = place(
        scheduler, jobs, {"tls_ca_file": tls_ca_file, "tls_cert": tls_cert, "tls_key": tls_key}
    )
    asked = asked_values(experiment, item, given, quick)
    sets, apart = asked_sets(experiment, item, data, quick)
    for name in sets:
        folder = f"{out}/{name}" if out and apart else out
        _on_one(experiment, item, asked, folder, data=name, size=size, again=retry_failed, **where)


def _on_one(
    experiment: Experiment,
    item: str | None,
    asked: dict[str, Any],
    out: str | None,
    *,
    data: str | None,
    size: str | None,
    again: bool,
    **where: Any,
) -> None:
    """Run an experiment on one set of images, and print what is asked of it.

    Parameters
    ----------
    experiment : Experiment
    item : str, optional
        The table, claim or ablation that is shown alone.
    asked : dict
        Values of axes and settings, by key.
    out : str, optional
        The folder of this run.
    data, size, again
        As they were typed: --data, of one set, --size, --retry-failed.
    **where
        What `place` returns.
    """
    images, found = ran(
        experiment, asked, data=data, size=size, out=out, retry_failed=again, **where
    )
    rows, config = found.rows, found.config
    if item in experiment.ablations:
        if experiment.channels is not None:
            images = images.with_channels(experiment.channels)
        _explain(experiment, str(item), found, images, where["jobs"], out)
        return
    tables = outputs.tables(experiment, rows, config)
    shown = [t for name, some in tables.items() if item in (None, name) for t in some]
    judged = judge(experiment, rows, config)
    claims = [claim for claim in judged if item in (None, claim["id"])]
    shown += verdict_tables.verdicts(experiment, claims, len(judged))
    if item in experiment.galleries and not out:
        click.echo("its images need a folder: give --out DIR")
    if out:
        outputs.write_verdicts(Path(out), judged)
        if experiment.write is None:
            outputs.write(experiment, Path(out), rows, config)
        for path in outputs.write_sheets(experiment, item, Path(out), rows, config):
            written(str(path))
        written(f"{out}; avanp report {out} makes one page of it")
    else:
        click.echo("nothing is kept: --out DIR keeps rows, tables and pictures")
    if shown:
        click.echo(f"\n{outputs.text(shown)}", nl=False)
    elif item not in experiment.galleries:
        about = ", ".join(next(c.sets for c in experiment.claims if c.id == item))
        click.echo(f"{item} is about other images: --data {about}")
    tell_failed(rows, retry(out))


def _explain(
    experiment: Experiment, item: str, found: Any, images: Any, jobs: int, out: str | None
) -> None:
    """Run an ablation of a run, and print its tables."""
    study = experiment.ablations[item](found.rows, found.config, images)
    with ending(out, kept(out)), shown("trainings") as progress:
        tables, pictures = explained(
            {item: study}, images, "ablations", jobs=jobs, progress=progress
        )
    if out:
        for name, content in pictures.items():
            write_whole(Path(out) / "ablations" / name, content)
        written(f"{out}/ablations" if pictures else out)
    drawn = [verdict_tables.explanation(table) for table in tables]
    click.echo(f"\n{outputs.text(drawn)}", nl=False)
    tell_failed(found.rows, retry(out))
