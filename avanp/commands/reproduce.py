"""`avanp reproduce`: a paper's tables beside the paper's, and a verdict on each claim."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from avanp.commands import options
from avanp.commands.sweeping import ending, kept, place, places, ran, retry, tell_failed
from avanp.console import Examples, written
from avanp.errors import AvanpError, unknown

if TYPE_CHECKING:
    from avanp.experiments.experiment import Experiment

EXAMPLES = [
    "avanp reproduce {0} --out runs/{0}",
    "avanp reproduce {0} --quick",
    "avanp reproduce {0} {1} --seeds 20 --out runs/{0}",
    "avanp report runs/{0}",
]


class Papers(click.Group):
    """A group with a command for each paper, made from its experiment when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the papers."""
        from avanp.registry import PAPERS

        return list(PAPERS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of a paper, with an option for each axis of its grid."""
        from avanp.registry import load

        return command_of(load("paper", name))


@click.group(cls=Papers)
def reproduce() -> None:
    """Run a paper's experiment, print its tables beside the paper's, and a verdict on each claim.

    avanp reproduce PAPER --help shows the axes of its grid, and its items.
    """


def command_of(experiment: "Experiment") -> click.Command:
    """Return the command that reproduces a paper."""
    from avanp.commands.asked import default_data

    items = items_of(experiment)
    first = next((names[0] for names in items.values() if names), "")

    def callback(**given: Any) -> None:
        _reproduce(experiment, **given)

    command: Any = callback
    for name, value in reversed(list(experiment.settings.items())):
        command = click.option(f"--{name}", type=int, help=f"[default: {value}]")(command)
    for axis in reversed(experiment.grid.axes):
        said = f"{axis.help}  [default: {axis.default}]"
        command = click.option(f"--{axis.key}", axis.name, metavar="WORDS", help=said)(command)
    for add in (
        options.retry_failed,
        click.option("--out", metavar="DIR", help="Keep everything; the same command continues."),
        places,
        options.size,
        options.sweep_data(named=default_data(experiment)),
        click.option("--quick", is_flag=True, help="A smaller grid: a look, in a minute or two."),
        click.argument("item", required=False, metavar="[ITEM]"),
    ):
        command = add(command)
    listed = "\n".join(
        textwrap.fill(
            f"{kind}: {', '.join(names)}",
            76,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
        for kind, names in items.items()
        if names
    )
    return click.command(
        experiment.name,
        cls=Examples,
        help=f"{experiment.title}\n\n{experiment.citation}\n\n\b\nITEM is one of\n{listed}",
        short_help=experiment.title,
        examples=[line.format(experiment.name, first) for line in EXAMPLES],
    )(command)


def items_of(experiment: "Experiment") -> dict[str, list[str]]:
    """Return what can be reproduced alone, by kind."""
    return {
        "tables": list(experiment.tables),
        "images": [name for name in experiment.galleries if name not in experiment.tables],
        "claims": [claim.id for claim in experiment.claims],
        "ablations": list(experiment.ablations),
    }


def _reproduce(
    experiment: "Experiment",
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
    names = [name for some in items_of(experiment).values() for name in some]
    if item is not None and item not in names:
        raise AvanpError(f"unknown item {unknown(item, names)}: choose from {', '.join(names)}")
    if item in experiment.of_no_run:
        from avanp.papers import outputs

        click.echo(outputs.text(list(experiment.tables[item]([], {}))), nl=False)
        return
    where = place(
        scheduler, jobs, {"tls_ca_file": tls_ca_file, "tls_cert": tls_cert, "tls_key": tls_key}
    )
    from avanp.commands.asked import asked_sets, asked_values

    asked = asked_values(experiment, item, given, quick)
    sets, apart = asked_sets(experiment, item, data, quick)
    for name in sets:
        folder = f"{out}/{name}" if out and apart else out
        _on_one(experiment, item, asked, folder, data=name, size=size, again=retry_failed, **where)


def _on_one(
    experiment: "Experiment",
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
    from avanp.experiments.judge import judge
    from avanp.papers import outputs

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
    shown += outputs.verdicts(experiment, claims, len(judged))
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
    experiment: "Experiment", item: str, found: Any, images: Any, jobs: int, out: str | None
) -> None:
    """Run an ablation of a run, and print its tables."""
    from avanp.experiments.study import explained
    from avanp.files import write_whole
    from avanp.papers import outputs
    from avanp.progress import shown

    study = experiment.ablations[item](found.rows, found.config, images)
    with ending(out, kept(out)), shown("trainings") as progress:
        tables, pictures = explained(
            {item: study}, images, "ablations", jobs=jobs, progress=progress
        )
    if out:
        for name, content in pictures.items():
            write_whole(Path(out) / "ablations" / name, content)
        written(f"{out}/ablations" if pictures else out)
    drawn = [outputs.explanation(table) for table in tables]
    click.echo(f"\n{outputs.text(drawn)}", nl=False)
    tell_failed(found.rows, retry(out))
