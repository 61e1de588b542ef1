"""The command `avanp`: thin, so that help answers at once."""

import os
from importlib import import_module
from typing import NoReturn

import click

from avanp.console import Commands, run
from avanp.errors import unknown

# One BLAS thread a process: cells run in parallel as processes, and a sum's order is then fixed.
# These must stand before NumPy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

# Each is a file of its name in `avanp.commands`, loaded when it is asked for.
COMMANDS = {
    "train": "Train a model on images.",
    "generate": "Draw new images.",
    "reconstruct": "Draw images above their reconstructions.",
    "interpolate": "Draw the way between two images, or two new codes.",
    "latent": "Draw the codes of images, class by class.",
    "manifold": "Draw the images of a grid of codes.",
    "vary": "Make new images near given ones.",
    "recover": "Fill masked or noisy images.",
    "encode": "Write images' codes to NPZ or CSV.",
    "evaluate": "Score a model on test images.",
    "imbalance": "Test whether more images help a rare class.",
    "info": "Say what is in a checkpoint.",
    "export": "Write a model's nets for PyTorch or ONNX.",
    "sweep": "Print Tables 1-3 beside the paper's.",
    "tables": "Redraw a sweep's tables and pictures without training.",
    "report": "Write a run as one page to read and look at.",
    "audit": "Test which of the paper's claims hold.",
    "reproduce": "Run a paper's experiment; judge its claims.",
    "data": "Sets of images: list, show, import, fetch.",
    "gradcheck": "Check every derivative numerically.",
    "equations": "Show the paper's equations, and what computes and checks them.",
    "doctor": "Say what this machine has, and check that avanp works on it.",
}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Everything(Commands):
    """The commands by name; help needs none of them loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Load a command."""
        if cmd_name not in COMMANDS:
            ctx.fail(f"No such command {unknown(cmd_name, COMMANDS)}.")
        command: click.Command = getattr(import_module(f"avanp.commands.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Everything, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(package_name="avanp")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Train VAEs, GANs and their adversarial relatives on images of your own, on an ordinary CPU.

    \b
    Start here, photos being a folder of images:
      avanp train VAE --data photos --size 64x64 --out runs/photos
      avanp generate runs/photos --out new.png      images of its own
      avanp reconstruct runs/photos --out pairs.png images above their reconstructions
      avanp evaluate runs/photos                    scores on images it has not seen
      avanp sweep --lr 1.0:0.01                     Tables 1-3 of the AVA paper
      avanp reproduce ava --quick                   a verdict on each of its claims
      avanp data list                               the sets of images
      avanp gradcheck                               check every derivative numerically
      avanp equations 6                             an equation of the paper, and its code
      avanp doctor                                  check that avanp works on this machine
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> NoReturn:
    """Run the command; bad input ends with one line and exit code 2."""
    run(cli)
