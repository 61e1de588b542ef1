"""An estimator of any system: its parameters are the options of the system's configuration."""

import textwrap
from dataclasses import field, make_dataclass
from functools import cache
from typing import Any

from avanp.estimators.encoding import EncodingEstimator
from avanp.estimators.trained import TrainedEstimator
from avanp.systems import auto
from avanp.systems.find import find
from avanp.systems.options import Option, options_of

TRAINING = {
    "epochs": (
        "int",
        "Passes over the images: a number of them at a constant rate and without KL warm-up, as so "
        "many `partial_fit` are; avanp train has both, also with --epochs.",
    ),
    "batch_size": ("int", "Images an update."),
    "verbose": ("bool", "Print a line an epoch, and how far it is, as `avanp train` does."),
    "warm_start": ("bool", "Whether a second `fit` goes on from the weights of the first."),
    "random_state": (
        "int, RandomState, Generator or None",
        "The seed of all random streams, or what draws one at each `fit` and `sample`.",
    ),
}
STOPPING = {
    "patience": (
        "int, optional",
        "Stop after so many epochs without a better loss on images held out, and go back to the "
        "best; by default all epochs are run, on all images. `validation_data` are those images "
        "where `fit` is given them.",
    ),
    "validation_fraction": ("float", "The share of images held out for that."),
}


@cache
def estimator_class(system: str) -> type[TrainedEstimator]:
    """Return the estimator of a system, registered or named as `avanp.systems.find.find` takes it.

    A system that encodes has `transform`, `reconstruct`, `score` and early stopping.
    """
    kind = find(system)
    base = EncodingEstimator if "encode" in kind.can else TrainedEstimator
    options = {k: one for k, one in options_of(kind.config_class).items() if k != "shape"}
    if "conditional" in options:
        del options["classes"]  # those of y
    own: list[Any] = [
        (name, one.kind, field(default=_default(one, kind.name))) for name, one in options.items()
    ]
    if kind.name in auto.MODELS:
        own += [(name, Any, field(default=auto.AUTO)) for name in ("epochs", "batch_size")]
    name = kind.name.replace("-", "")
    made: Any = make_dataclass(name, own, bases=(base,), kw_only=True, eq=False, repr=False)
    made.system = system
    made.__doc__ = docstring(kind, options, base)
    # Pickled by its name, which `avanp` finds.
    made.__module__ = "avanp"
    kept: type[TrainedEstimator] = made
    return kept


def docstring(kind: Any, options: dict[str, Option], base: type) -> str:
    """Return a numpydoc docstring from what a system declares."""
    lines = [(kind.__doc__ or kind.name).strip().splitlines()[0], "", "Parameters", "-" * 10]
    for name, one in options.items():
        words = one.type_words()
        if _default(one, kind.name) == auto.AUTO:
            words += ', or "auto": by the images'
        lines += _parameter(name, words, one.help)
    training = {**TRAINING, **(STOPPING if base is EncodingEstimator else {})}
    if kind.name in auto.MODELS:
        training |= {
            name: (f'{training[name][0]}, or "auto": by the images', training[name][1])
            for name in ("epochs", "batch_size")
        }
    for name, (words, said) in training.items():
        lines += _parameter(name, words, said)
    inherited = (TrainedEstimator.__doc__ or "").split("Attributes\n", 1)[1]
    return "\n".join([*lines, "", "Attributes", textwrap.dedent("    " + inherited.strip())])


def _default(one: Option, model: str) -> Any:
    """Return an option's default, "auto" where it follows the images; None says that by itself."""
    return (
        auto.AUTO
        if auto.follows_images(model, one.name) and one.default is not None
        else one.default
    )


def _parameter(name: str, words: str, said: str) -> list[str]:
    return [
        f"{name} : {words}",
        *textwrap.wrap(said, 92, initial_indent="    ", subsequent_indent="    "),
    ]
