"""`avanp train`."""

import os
import textwrap
from collections.abc import Callable
from typing import Any

import click

from avanp.commands import options
from avanp.console import Examples, fail, one_line, written

# Common options that not every model takes, by what it must have; `kinds` are its stages.
ASKS: dict[str, Callable[[list[Any]], bool]] = {
    "patience": lambda kinds: kinds[-1].monitor is not None,
    "labels": lambda kinds: kinds[0].takes_unlabelled,
    "from_run": lambda kinds: len(kinds) > 1,
    "sheets": lambda kinds: "generate" in kinds[-1].can,
    "stop_on_collapse": lambda kinds: "collapse" in kinds[-1].can,
}
BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Train(Examples):
    """A command whose options are its own and those of the model that it is given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the model among the words, then read them all by its options."""
        word = self._model(args)
        if word is not None:
            _use_threads(args)
            from avanp.commands.model_options import click_options
            from avanp.systems.find import find

            kind = find(word)
            kinds = [kind] if kind.first_stage is None else [kind, find(kind.first_stage)]
            ctx.meta["kind"] = kind
            ctx.meta["options"] = click_options(kinds)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's parameters and the model's."""
        return [*super().get_params(ctx), *ctx.meta.get("options", ())]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage, with the model where there is one."""
        kind = ctx.meta.get("kind")
        formatter.write_usage(ctx.command_path, f"{kind.name if kind else 'MODEL'} [OPTIONS]")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, or what the model is."""
        kind = ctx.meta.get("kind")
        if kind is None:
            super().format_help_text(ctx, formatter)
            return
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"Train {kind.name}. {(kind.__doc__ or '').splitlines()[0]}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the model's options apart."""
        from avanp.systems.find import find

        own = ctx.meta.get("options", ())
        mine = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        common = [p for p in mine if p not in own]
        if own:
            kind = ctx.meta["kind"]
            kinds = [find(kind.first_stage), kind] if kind.first_stage else [kind]
            common = [p for p in common if ASKS.get(str(p.name), bool)(kinds)]
        groups = {"Options": common}
        if own:
            groups[f"Options of {ctx.meta['kind'].name}"] = list(own)
        for title, params in groups.items():
            records = [r for r in (p.get_help_record(ctx) for p in params) if r is not None]
            with formatter.section(title):
                formatter.write_dl(records)

    def _model(self, args: list[str]) -> str | None:
        """Return the word that names the model: the first that is no option and no value of one."""
        takes = {
            flag: not (p.is_flag or p.count)
            for p in self.params
            if isinstance(p, click.Option)
            for flag in p.opts
        }
        words: list[str] = []
        after_unknown = False
        skip = False
        for arg in args:
            if skip:
                skip = False
            elif arg.startswith("-") and len(arg) > 1:
                skip = takes.get(arg, False)
                # Of an option of the model it is not known yet whether it takes a value.
                after_unknown = arg not in takes and "=" not in arg and arg not in ("-h", "--help")
                continue
            elif after_unknown and not self._known(arg):
                after_unknown = False
            else:
                words.append(arg)
            after_unknown = False
        return words[0] if words else None

    @staticmethod
    def _known(word: str) -> bool:
        from avanp.registry import SYSTEMS

        return word.lower() in map(str.lower, SYSTEMS)


def _use_threads(args: list[str]) -> None:
    """Let kernels and BLAS use --threads threads; NumPy, when it is imported, looks at that."""
    words = [os.environ.get("AVANP_THREADS", "1"), *args]
    for i, word in enumerate(words):
        if word == "--threads" and i + 1 < len(words):
            words[0] = words[i + 1]
        elif word.startswith("--threads="):
            words[0] = word.partition("=")[2]
    if words[0].isdecimal() and int(words[0]) > 0:
        for name in (*BLAS, "AVANP_THREADS"):
            os.environ[name] = words[0]


@click.command(
    cls=Train,
    examples=[
        "avanp train VAE --help",
        "avanp train VAE --data digits --epochs 20 --out runs/vae",
        "avanp train AVA1 --data fashion-mnist --arch conv --out runs/ava1",
        "avanp train GAN --data photos --size 64x64 --arch conv --epochs 50 --out runs/gan",
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
@click.option("--limit", type=int, metavar="N", help="Train on N of the images, taken at random.")
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
    help="In all, with those done before.  [default: by the images, 3,000 steps or so; 10 for "
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
    "lower than that. By epochs, or by rows of --log-every.  [default: constant; of a VEC cosine]",
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
@click.option("--sheets", type=int, metavar="N", help="Draw the same codes every N steps.")
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
    from avanp.commands import stages, training, training_words
    from avanp.commands.work import Asked
    from avanp.errors import AvanpError

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
                training.run(trainer, work)
                files = training.draw(trainer, work)
            except KeyboardInterrupt:
                fail(f"interrupted: {training_words.kept(work)}", 1)
        written(f"{work.out}: {', '.join(files)}")
