"""The command `avanp`: thin, with imports inside the commands so that help answers at once."""

import os
from typing import NoReturn

import click

from avanp.commands.audit import audit
from avanp.commands.data import data
from avanp.commands.doctor import doctor
from avanp.commands.encode import encode
from avanp.commands.equations import equations
from avanp.commands.evaluate import evaluate
from avanp.commands.export import export
from avanp.commands.generate import generate
from avanp.commands.gradcheck import gradcheck
from avanp.commands.imbalance import imbalance
from avanp.commands.info import info
from avanp.commands.interpolate import interpolate
from avanp.commands.latent import latent
from avanp.commands.manifold import manifold
from avanp.commands.reconstruct import reconstruct
from avanp.commands.recover import recover
from avanp.commands.report import report
from avanp.commands.reproduce import reproduce
from avanp.commands.sweep import sweep
from avanp.commands.tables import tables
from avanp.commands.train import train
from avanp.commands.vary import vary
from avanp.console import Commands, run

# One BLAS thread a process: cells run in parallel as processes, and a sum's order is then fixed.
# These must stand before NumPy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Commands, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(package_name="avanp")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Adversarial variational autoencoders with hand-written derivatives, on the CPU.

    \b
    Start here:
      avanp train VAE --data digits --out runs/vae  train a model, and look at what it draws
      avanp evaluate runs/vae                       score it on images it has not seen
      avanp sweep --lr 1.0:0.01                     Tables 1-3 of the AVA paper
      avanp reproduce ava --quick                   a verdict on each of its claims
      avanp data list                               the sets of images
      avanp gradcheck                               check every derivative numerically
      avanp equations 6                             an equation of the paper, and its code
      avanp doctor                                  check that avanp works on this machine
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for _command in (
    train,
    generate,
    reconstruct,
    interpolate,
    latent,
    manifold,
    vary,
    recover,
    encode,
    evaluate,
    imbalance,
    info,
    export,
    sweep,
    tables,
    report,
    audit,
    reproduce,
    data,
    gradcheck,
    equations,
    doctor,
):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command; bad input ends with one line and exit code 2."""
    run(cli)
