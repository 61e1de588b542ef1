"""A command that is given a model, and has the options of that model."""

import os
from collections.abc import Callable
from typing import Any

import click

from avanp.console import WORDS, Examples

# Common options that not every model takes, by what it must have; `kinds` are its stages.
ASKS: dict[str, Callable[[list[Any]], bool]] = {
    "patience": lambda kinds: kinds[-1].monitor is not None,
    "labels": lambda kinds: kinds[0].takes_unlabelled,
    "from_run": lambda kinds: len(kinds) > 1,
    "sheets": lambda kinds: "generate" in kinds[-1].can,
    "stop_on_collapse": lambda kinds: "collapse" in kinds[-1].can,
}
BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ModelCommand(Examples):
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
            ctx.meta["kind"], ctx.meta[WORDS] = kind, [word]
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
