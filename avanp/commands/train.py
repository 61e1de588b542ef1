"""`avanp train`."""

import textwrap

import click

from avanp.commands import options
from avanp.console import Examples, fail, one_line, written


def _known(_ctx: click.Context, _param: click.Parameter, model: str) -> str:
    """Return a model's name as it is registered; an unknown one goes before missing options."""
    from avanp.errors import AvanpError, unknown
    from avanp.registry import SYSTEMS

    name = {known.lower(): known for known in SYSTEMS}.get(model.lower())
    if name is None:
        raise AvanpError(
            f"unknown model {unknown(model, SYSTEMS)}: choose from {', '.join(SYSTEMS)}"
        )
    return name


@click.command(
    cls=Examples,
    short_help="Train a model on images.",
    examples=[
        "avanp train VAE --data digits --epochs 20 --out runs/vae",
        "avanp train AVA1 --data fashion-mnist --arch conv --out runs/ava1",
        "avanp train GAN --data photos --size 64x64 --arch conv --epochs 50 --out runs/gan",
        "avanp train classifier --data mnist --arch conv --epochs 3 --out runs/classifier",
    ],
)
@click.argument("model", is_eager=True, callback=_known)
@click.option("--data", required=True, metavar="NAME|DIR", help="A named set or a folder.")
@click.option("--out", required=True, metavar="DIR", help="The same command goes on in it.")
@options.size
@options.channels
@click.option("--limit", type=int, metavar="N", help="Train on N of the images, taken at random.")
@click.option(
    "--validation",
    default=0.1,
    show_default=True,
    help="Share of the training images to hold out, where the set has no validation part; 0: none.",
)
@click.option(
    "--arch", type=click.Choice(["mlp", "conv"]), help="Dense (default) or convolutional nets."
)
@click.option("--latent", type=int, help="Numbers in a code. Default: 20.")
@click.option("--widths", help="Hidden layers, as 32,64,128. Default: 400; conv: 32,64,128.")
@click.option("--batch-norm", is_flag=True, default=None, help="Normalise the hidden layers.")
@click.option(
    "--likelihood",
    type=click.Choice(["bernoulli", "gaussian"]),
    help="Of the pixels. Default: bernoulli; AVA1 … AVA5: gaussian.",
)
@click.option("--beta", type=float, help="Weight of the KL term (VAE, VAEGAN). Default: 1.")
@click.option("--free-nats", type=float, help="KL that each number of a code has free (VAE).")
@click.option(
    "--loss",
    type=click.Choice(["log", "non-saturating", "least-squares"]),
    help="Of a GAN. Default: non-saturating.",
)
@click.option("--epochs", default=10, show_default=True, help="In all, with those done before.")
@click.option("--batch", default=128, show_default=True, help="Images a step.")
@click.option("--lr", type=float, help="Learning rate. Default: the model's own.")
@click.option(
    "--optimiser",
    type=click.Choice(["adam", "rmsprop", "momentum", "sgd"]),
    help="Default: adam; VAEGAN: rmsprop.",
)
@click.option("--clip", type=float, help="The largest norm of a net's gradient.")
@click.option("--schedule", help="Of the rate: cosine, step:10, inverse-time:10, plateau:5.")
@click.option(
    "--patience",
    type=int,
    metavar="N",
    help="Stop after N epochs without a lower validation loss, with the best weights.",
)
@options.seed
@click.option(
    "--threads",
    default=1,
    envvar="AVANP_THREADS",
    show_default=True,
    help="Threads to compute on; or AVANP_THREADS.",
)
def train(
    model: str,
    data: str,
    out: str,
    size: str | None,
    channels: str | None,
    limit: int | None,
    validation: float,
    epochs: int,
    batch: int,
    schedule: str | None,
    patience: int | None,
    seed: int,
    threads: int,
    widths: str | None,
    **nets: object,
) -> None:
    """Train MODEL on images: VAE, GAN, VAEGAN, AVA1 … AVA5, or classifier.

    DIR gets checkpoint.npz after every epoch, metrics.jsonl with a row an epoch, samples.png and,
    from models with an encoder, reconstructions.png.
    """
    from avanp.commands.threads import use_threads

    use_threads(threads)

    from pathlib import Path

    from avanp.commands import training
    from avanp.errors import AvanpError
    from avanp.training.folder import held

    if not out:
        raise AvanpError("--out names no folder: name a new one, or the folder of a training")
    given = {name: value for name, value in nets.items() if value is not None}
    if widths is not None:
        given["widths"] = training.parse_widths(widths)
    job = training.prepare(
        model,
        data,
        Path(out),
        given,
        size=size,
        channels=channels,
        limit=limit,
        validation=validation,
        epochs=epochs,
        batch=batch,
        schedule=schedule,
        patience=patience,
        seed=seed,
    )
    for line in training.introduction(job, epochs):
        click.echo(textwrap.fill(one_line(line), 100, subsequent_indent="  "))
    try:
        with held(job.out):
            training.run(job, epochs)
            files = training.draw(job)
    except KeyboardInterrupt:
        fail(f"interrupted: {training.kept(job)}", 1)
    written(f"{out}: {', '.join(files)}")
