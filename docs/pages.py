"""Write the pages that say what the package declares: python docs/pages.py

docs/options.md: the options of every system. docs/registry.md: everything known by name. Nothing is
edited here or there for a new system, layer, loss or data set: its row is its class's docstring.
"""

from pathlib import Path
from typing import Any

from avanp.registry import KINDS, SYSTEMS, load
from avanp.systems.auto import follows_images
from avanp.systems.find import find
from avanp.systems.options import Option, options_of, value_words

DOCS = Path(__file__).parent
WRITTEN = (
    "This page is written from the package's own declarations: `python docs/pages.py` writes it "
    "again."
)
OPTIONS = f"""# The options of every model

Each is `--name` of `avanp train MODEL` and a parameter of the estimator; `avanp train MODEL --help`
lists those of MODEL. `batch_norm` is `--batch-norm` or `--no-batch-norm`, and so are other options
of yes or no. The data gives the shape of the images and the number of classes. What is "by the
images" follows them, as `avanp.systems.auto` has it, and is what stands after it for images of up
to 8×8 pixels and for tables.
{WRITTEN}
"""
REGISTRY = f"""# Everything known by name

Each name is one line of `avanp/registry.py`, one file and one row of checks.
{WRITTEN}
"""
# What is to be known about a kind; the heading is the kind's name.
SAID = {
    "layer": "Checked by `avanp gradcheck NAME`.",
    "loss": "Checked by `avanp gradcheck NAME`. Each returns its value and its gradients together; "
    "summed over features, mean over the batch, where nothing else is said.",
    "rules": "`--rules NAME` on the command line; `program-3` is `program` without its deviation 3 "
    "([program.md](program.md)).",
    "model": "Of the AVA paper: `--models NAME`; under `exact`, `avanp gradcheck NAME` checks "
    "every net of it.",
    "system": "`avanp train NAME`: nets that learn together on mini-batches of any images. "
    "`avanp gradcheck system-NAME` checks every net, `system-NAME-conv` the convolutional ones.",
    "data set": "`--data NAME`; origin, licence and hashes are in "
    "[datasets/](../datasets/README.md).",
    "optimiser": "PyTorch's definitions; golden values are in `tests/golden/optim.npz`. One object "
    "serves one net. Gradients are clipped before by `clip_value` or `clip_norm` in "
    "`avanp/optim/clip.py`.",
    "schedule": "`lr(t)` is the rate at time t, in updates or epochs, as the caller counts.",
    "metric": "`avanp evaluate` reports them. Images are in [0, 1]; a metric of two sets takes "
    "their features.",
    "feature": "Images in, (N, D) out; `about` says in a line what the numbers are of.",
    "paper": "`avanp reproduce NAME` runs them. Each is one declaration: a grid, what a cell is, "
    "and what is claimed.",
}


def options_page() -> str:
    """Return docs/options.md."""
    return "\n".join([OPTIONS, *map(_system, SYSTEMS)])


def registry_page() -> str:
    """Return docs/registry.md."""
    return "\n".join([REGISTRY, *map(_kind, KINDS)])


def _system(name: str) -> str:
    kind = find(name)
    lines = [f"## {name}", "", _said(kind), "", "| option | values | default | what |"]
    lines.append("| --- | --- | --- | --- |")
    own = [one for one in options_of(kind.config_class).values() if one.limits.command_line]
    return "\n".join([*lines, *(_option(one, name) for one in own), ""])


def _option(one: Option, model: str) -> str:
    values = ", ".join(f"`{c}`" for c in one.choices) or one.type_words().removesuffix(", optional")
    default = "" if one.default is None else f"`{value_words(one.default)}`"
    if follows_images(model, one.name):
        default = f"by the images; {default}".removesuffix("; ")
    return f"| `{one.name}` | {values} | {default} | {one.help.replace('|', '∣')} |"


def _kind(kind: str) -> str:
    head = [f"## {kind.capitalize()}", "", SAID[kind], "", "| name | object | what |"]
    return "\n".join([*head, "| --- | --- | --- |", *(_row(kind, n) for n in KINDS[kind]), ""])


def _row(kind: str, name: str) -> str:
    module, target = KINDS[kind][name].split(":")
    what = _said(load(kind, name)).replace("``", "`").replace("|", "\\|")
    if what.startswith("Return "):
        what = what[7].upper() + what[8:]
    return f"| `{name}` | `{target}` in `{module.replace('.', '/')}.py` | {what} |"


def _said(one: Any) -> str:
    """Return a line about a class or function, or what a value says of itself."""
    says: str = getattr(one, "what", None) or getattr(one, "title", None) or one.__doc__
    return says.splitlines()[0]


if __name__ == "__main__":
    (DOCS / "options.md").write_text(options_page(), encoding="utf-8")
    (DOCS / "registry.md").write_text(registry_page(), encoding="utf-8")
