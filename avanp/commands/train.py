"""`avanp train`."""

import textwrap
from typing import Any

import click

from avanp.commands import options
from avanp.commands.model_command import ModelCommand
from avanp.console import fail, one_line, written


@click.command(
    cls=ModelCommand,
    examples=[
        "avanp train VAE --help",
        "avanp train VAE --data digits --epochs 20 --out runs/vae",
        "avanp train AVA1 --data fashion-mnist --arch conv --out runs/ava1",
        "avanp train GAN --data photos --size 64x64 --out runs/gan",
        "avanp train SSAVAE --data mnist --latent 2 --out runs/ssavae",
        "avanp train classifier --data mnist --arch conv --epochs 3 --out runs/classifier",
        "avanp train examples/10_own_model.py:Denoiser --data digits --out runs/denoiser",
    ],
)
@click.argument("model")
@click.option("--data", required=True, metavar="NAME|DIR", help="A named set or a folder.")
@click.option("--out", required=True, metavar="DIR", help="The same command goes on in it.")
@options.size
@options.channels
@options.no_cache
@click.option(
    "--limit", type=int, metavar="N", help="Read N images at most for each part, taken at random."
)
@click.option(
    "--validation",
    default=0.1,
    show_default=True,
    help="Share of the training images to hold out, where the set has no validation part; 0: none.",
)
@click.option(
    "--epochs",
    type=int,
    metavar="N",
    help="In all, with those done before; after a cosine, the default schedule of larger images, "
    "more go on with --schedule constant.  [default: by the images, 3,000 steps or so; 10 for "
    "images up to 8×8 and further models]",
)
@click.option("--steps", type=int, metavar="N", help="In all, in the place of --epochs.")
@click.option("--log-every", type=int, metavar="N", help="Steps a row of the log, not an epoch.")
@click.option(
    "--batch",
    type=int,
    metavar="N",
    help="Images a step.  [default: 16 to 64, by how many there are; 128 for images up to 8×8]",
)
@click.option(
    "--labels",
    type=int,
    metavar="N",
    help="Keep the labels of N training images, of all classes alike, and forget the others: of "
    "VEC and SSAVAE.",
)
@click.option(
    "--schedule",
    help="Of the rate: constant, cosine, step:10, inverse-time:10, plateau:5; step:10:2e-5 goes no "
    "lower than that. By epochs, or by rows of --log-every.  [default: by the images; constant up "
    "to 8×8, of a GAN, a VAEGAN and further models; of a VEC cosine]",
)
@click.option(
    "--patience",
    type=int,
    metavar="N",
    help="Stop after N epochs without a lower validation loss, with the best weights.",
)
@click.option(
    "--from",
    "from_run",
    metavar="RUN",
    help="The trained first stage, of a model that has two.",
)
@click.option(
    "--sample-every",
    "--sheets",
    "sheets",
    type=int,
    metavar="N",
    help="Draw images of the same random numbers every N steps, into DIR/sheets.",
)
@click.option(
    "--stop-on-collapse",
    is_flag=True,
    help="Stop where a generator has collapsed, of a model whose log shows that.",
)
@options.seed
@click.option(
    "--threads",
    default=1,
    envvar="AVANP_THREADS",
    show_default=True,
    help="Threads to compute on; or AVANP_THREADS.",
)
@click.pass_context
def train(ctx: click.Context, /, model: str, **given: Any) -> None:
    """Train MODEL on images: VAE, GAN, VAEGAN, AVA1 … AVA5, SSAVAE, DFC-VAE, classifier, your own.

    avanp train MODEL --help shows the options of MODEL as well. A model of your own is a class in
    a file, ./file.py:Class, or in a module that can be imported, package.module:Class.

    DIR gets checkpoint.npz after every epoch, metrics.jsonl with a row an epoch, samples.png from
    models that generate and reconstructions.png from those that reconstruct.
    """
    from avanp.commands import stages, training, training_pictures, training_words
    from avanp.commands.work import Asked
    from avanp.errors import AvanpError
    from avanp.signals import an_end_is_no_failure

    if given.pop("threads") < 1:
        raise AvanpError("--threads must be at least 1")

    if not given["out"]:
        raise AvanpError("--out names no folder: name a new one, or the folder of a training")
    own = {str(one.name): given.pop(str(one.name)) for one in ctx.meta["options"]}
    own = {name: value for name, value in own.items() if value is not None}
    for work in stages.stages(ctx.meta["kind"], own, Asked(**given)):
        with training.opened(work) as trainer:
            for line in training_words.introduction(trainer, work):
                click.echo(textwrap.fill(one_line(line), 100, subsequent_indent="  "))
            try:
                with an_end_is_no_failure():
                    training.run(trainer, work)
                    files = training_pictures.draw(trainer, work)
            except KeyboardInterrupt:
                fail(f"interrupted: {training_words.kept(work)}", 1)
            if trainer.paused:
                fail(f"interrupted: {training_words.kept(work)}", 1)
        written(f"{work.out}: {', '.join(files)}")
        training_pictures.say_looks(work)
