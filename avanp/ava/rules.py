"""What a rule set is, and how one is named."""

import re
from typing import Protocol

import numpy as np

from avanp.ava.deviations import ALL
from avanp.ava.nets import Nets
from avanp.ava.printed import Moments
from avanp.ava.program import ProgramRules
from avanp.errors import AvanpError
from avanp.registry import RULES, load

Array = np.ndarray


class Rules(Protocol):
    """One way of turning an image and its noise into new weights."""

    name: str

    def step(self, nets: Nets, x: Array, r: Array, r2: Array, gamma: float) -> Moments:
        """Update the nets in place from x (C, B, visible), r and r2 (B, latent).

        Returns what `moments` may need of the last update.

        Parameters
        ----------
        nets : Nets
            Written in place.
        x : array (C, B, visible)
            Images.
        r, r2 : arrays (B, latent)
            Standard normal noise of the pass, and of a second one.
        gamma : float
            The learning rate.
        """
        ...

    def moments(self, nets: Nets, x: Array, last: Moments) -> Moments:
        """Return the mu and Sigma around which images are generated; None for a GAN."""
        ...


def rules_from_name(name: str) -> Rules:
    """Return the rule set `name`: printed, program or exact.

    ``program-3`` is `program` with deviation 3 switched off; ``program-1-2`` without 1 and 2.
    """
    base, *off = name.split("-")
    if not off and name in RULES:
        return load("rules", name)()
    if not off or base != "program" or not all(re.fullmatch("[0-9]{1,3}", n) for n in off):
        raise AvanpError(
            f"unknown rules {name!r}: choose from {', '.join(RULES)}, "
            "or program-N for program without its deviation N"
        )
    switched_off = frozenset(map(int, off))
    plain = "-".join(["program", *map(str, sorted(switched_off))])
    if name != plain:
        raise AvanpError(f"rules {name!r} are written {plain!r}")
    ProgramRules(switched_off)  # names an unknown number
    return ProgramRules(ALL - switched_off)
