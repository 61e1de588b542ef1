"""`avanp reproduce`: a paper's tables beside the paper's, and a verdict on each claim."""

import textwrap
from typing import TYPE_CHECKING, Any

import click

from avanp.commands import options
from avanp.commands.sweeping import places
from avanp.console import Examples

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


@click.group(cls=Papers, invoke_without_command=True)
@click.pass_context
def reproduce(ctx: click.Context) -> None:
    """Run a paper's experiment, print its tables beside the paper's, and a verdict on each claim.

    avanp reproduce PAPER --help shows the axes of its grid, and its items.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def command_of(experiment: "Experiment") -> click.Command:
    """Return the command that reproduces a paper."""
    from avanp.commands.asked import default_data

    items = items_of(experiment)
    first = next((names[0] for names in items.values() if names), "")

    def callback(**given: Any) -> None:
        from avanp.commands.reproducing import reproduced

        reproduced(experiment, **given)

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
