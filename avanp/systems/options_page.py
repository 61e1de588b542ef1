"""docs/options.md: the options of every system, from their declarations."""

from typing import Any

from avanp.registry import SYSTEMS
from avanp.systems.find import find
from avanp.systems.options import Option, options_of

HEAD = """# The options of every model

Each is `--name` of `avanp train MODEL` and a parameter of the estimator; `avanp train MODEL --help`
lists those of MODEL. `batch_norm` is `--batch-norm` or `--no-batch-norm`, and so are other options
of yes or no. The data gives the shape of the images and the number of classes. This page is written
from the models' own declarations.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *map(_section, SYSTEMS)])


def value_words(value: Any) -> str:
    """Return a value as the command line has it: yes or no, numbers with commas between them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _section(name: str) -> str:
    kind = find(name)
    said = (kind.__doc__ or "").splitlines()[0]
    lines = [f"## {name}", "", said, "", "| option | values | default | what |"]
    lines.append("| --- | --- | --- | --- |")
    own = [one for one in options_of(kind.config_class).values() if one.limits.command_line]
    return "\n".join([*lines, *map(_row, own), ""])


def _row(one: Option) -> str:
    values = ", ".join(f"`{c}`" for c in one.choices) or one.type_words().removesuffix(", optional")
    default = "" if one.default is None else f"`{value_words(one.default)}`"
    return f"| `{one.name}` | {values} | {default} | {one.help.replace('|', '∣')} |"
