"""`avanp info`."""

import click

from avanp.commands import options
from avanp.console import Examples, one_line


@click.command(
    cls=Examples,
    examples=["avanp info runs/vae", "avanp info runs/vae/checkpoint.npz"],
)
@options.described
def info(checkpoint: str) -> None:
    """Say what a checkpoint holds: model, configuration, nets, how far it was trained."""
    from avanp.report.checkpoint import summary
    from avanp.training.checkpoint import describe, load
    from avanp.training.folder import checkpoint_in

    path = checkpoint_in(checkpoint)
    system, _ = load(path)  # whatever is wrong with it is told
    for line in summary(path, describe(path), system.nets):
        click.echo(one_line(line))
