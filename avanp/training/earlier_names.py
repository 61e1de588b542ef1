"""Names that checkpoints of format 1 and logs beside them have, and what they are called now."""

from typing import Any

from avanp.systems.find import find, known
from avanp.systems.options import options_of

NETS = {"d": "discriminator", "D": "code_discriminator"}
TERMS = {
    "d_loss": "discriminator_loss",
    "d_real": "discriminator_real",
    "d_fake": "discriminator_fake",
    "d_updated": "discriminator_updated",
    "b": "discriminator_gain",
    "fool_d": "fool_discriminator",
    "lean_d": "lean_discriminator",
    "D_real": "code_discriminator_real",
    "D_fake": "code_discriminator_fake",
    "B": "code_discriminator_gain",
    "fool_D": "fool_code_discriminator",
    "lean_D": "lean_code_discriminator",
}
# Options that every configuration had, whether its system used them or not.
UNUSED = {"latent", "likelihood"}


def net(name: str) -> str:
    """Return the present name of a net."""
    return NETS.get(name, name)


def term(name: str) -> str:
    """Return the present name of a logged quantity."""
    before, dot, of = name.rpartition(".")
    if before == "grad_norm":
        return f"{before}{dot}{net(of)}"
    return f"{before}{dot}{TERMS.get(of, of)}"


def row(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row of metrics.jsonl under present names."""
    return {term(name): value for name, value in values.items()}


def config(values: dict[str, Any], options: set[str]) -> dict[str, Any]:
    """Return a configuration without the options that its system never used."""
    return {k: v for k, v in values.items() if k in options or k not in UNUSED}


def document(values: dict[str, Any]) -> dict[str, Any]:
    """Return a checkpoint's document of format 1 under present names."""
    nets = {net(name): size for name, size in values["nets"].items()}
    if values["system"] not in known():  # a file is never loaded because a checkpoint names it
        return {**values, "nets": nets}
    present = set(options_of(find(values["system"]).config_class))
    return {**values, "nets": nets, "config": config(values["config"], present)}


def array(name: str) -> str:
    """Return the present name of an array in a checkpoint."""
    group, _, key = name.partition("/")
    if group == "optimiser":
        of, _, slot = key.partition("/")
        return f"{group}/{net(of)}/{slot}"
    of, _, weight = key.partition(".")
    return f"{'best' if group == 'state' else group}/{net(of)}.{weight}"


def options(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return the options of an earlier training as the present version would have written them."""
    kind = find(asked["model"]).config_class
    kept = config(before, {*options_of(kind), *asked})
    for name, one in options_of(kind).items():
        if name in asked:
            kept.setdefault(name, one.default)
    empty: dict[str, Any] = dict.fromkeys(asked.keys() - kept.keys())
    return empty | ({"parts": {}} if "parts" in empty else {}) | kept
