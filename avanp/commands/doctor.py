"""`avanp doctor`."""

import click

from avanp.console import Examples, fail, one_line


@click.command(
    cls=Examples,
    examples=["avanp doctor"],
)
def doctor() -> None:
    """Say what this machine has, and check in some seconds that avanp works on it.

    A line marked ok is well; one marked !! is not, and says what to do. Exits with 1 if there is
    one of those. The first time, kernels are compiled, which takes longer.
    """
    from avanp.doctor.line import lines
    from avanp.doctor.machine import LOOKS

    found = []
    for line in lines(LOOKS):
        click.echo(one_line_each(str(line)))
        found.append(line)
    click.echo("\nself-check")
    from avanp.doctor.checks import LOOKS as CHECKS

    for line in lines(CHECKS):
        click.echo(one_line_each(str(line)))
        found.append(line)
    wrong = [line.name for line in found if line.ok is False]
    if wrong:
        fail(f"{len(wrong)} of {len(found)} lines are not well: {', '.join(wrong)}", 1)
    click.echo("\nall is well")


def one_line_each(text: str) -> str:
    """Return lines without control characters, whatever a folder is called."""
    return "\n".join(map(one_line, text.split("\n")))
