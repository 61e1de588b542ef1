"""The axes of a grid, and their values from the command line's words or from Python."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from avanp.errors import AvanpError, unknown
from avanp.runs.schema import TEXT, Schema, whole

MOST = 10_000  # rates, seeds, draws or jobs
MOST_SET = 1_000_000  # of a setting: images, steps


@dataclass(frozen=True)
class Axis:
    """One axis of a grid.

    Parameters
    ----------
    name : str
        The column of a row.
    key : str
        The name of its list of values, in ``run.json`` and as an option.
    parse : callable
        Returns the values that words name, as a tuple.
    check : callable
        Returns values that were given as such, or an `AvanpError`.
    default : str
        The words where none are given.
    help : str
        Of the option.
    schema : schema
        What a value is in JSON.
    """

    name: str
    key: str
    parse: Callable[[str], tuple[Any, ...]]
    check: Callable[[Sequence[Any]], tuple[Any, ...]]
    default: str
    help: str = ""
    schema: Schema = TEXT

    def values(self, given: Any) -> tuple[Any, ...]:
        """Return the values that words, a value or a sequence of values name.

        Raises
        ------
        AvanpError
            In one line that names the option.
        """
        if isinstance(given, Sequence) and not isinstance(given, str):
            return self.check(given)
        return self.parse(str(given))


def shown(value: Any) -> str:
    """Return a value of an axis as tables and names of files have it: numbers by six digits."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that `text` names: ``20`` is 0 … 19, and ``20:39`` is 20 … 39, both ends.

    Raises
    ------
    AvanpError
        For anything else, and for none or more than 10,000 of them.
    """
    forms = "use N for seeds 0 … N-1, or FIRST:LAST (20:39)"
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 2 or not all(part.isdecimal() and len(part) < 10 for part in parts):
        raise AvanpError(f"--seeds {text}: not whole numbers of at least 0; {forms}")
    first, last = (0, int(parts[0]) - 1) if len(parts) == 1 else map(int, parts)
    if not 1 <= last - first + 1 <= MOST:
        raise AvanpError(f"--seeds {text}: from 1 to {MOST} seeds; {forms}")
    return tuple(range(first, last + 1))


def check_seeds(values: Sequence[Any]) -> tuple[int, ...]:
    """Return seeds that are numbers already; each must be there once."""
    if not 1 <= len(values) <= MOST:
        raise AvanpError(f"the number of seeds must be from 1 to {MOST}, not {len(values)}")
    for seed in values:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise AvanpError(f"a seed must be a whole number of at least 0, not {seed!r}")
    if len(set(values)) < len(values):
        raise AvanpError("seeds: one is there twice; name each once")
    return tuple(values)


def check_count(name: str, value: int, most: int = MOST) -> None:
    """Refuse what is not a number of seeds, draws or jobs, or a setting up to `most`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise AvanpError(f"{name} must be a whole number, not {value!r}")
    if not 1 <= value <= most:
        raise AvanpError(f"{name} must be from 1 to {most}, not {value}")


def names_axis(
    name: str,
    key: str,
    known: Iterable[str],
    check: Callable[[str], Any] | None = None,
    *,
    default: str = "all",
    help: str = "",
) -> Axis:
    """Return an axis of names: a comma list in any case of letters, or ``all``.

    Parameters
    ----------
    name, key, default, help
        As of `Axis`.
    known : iterable of str
        What ``all`` is, and how names are spelled.
    check : callable, optional
        Raises an `AvanpError` for a name that is not right; by default for all but the known.
    """
    spelled = {one.lower(): one for one in known}

    def is_known(one: str) -> None:
        if one not in spelled.values():
            names = ", ".join(spelled.values())
            raise AvanpError(
                f"unknown {name} {unknown(one, spelled.values())}: choose from {names}"
            )

    def check_all(values: Sequence[Any]) -> tuple[str, ...]:
        names = [spelled.get(str(one).strip().lower(), str(one).strip()) for one in values]
        for one in names:
            (check or is_known)(one)
        twice = next((one for i, one in enumerate(names) if one in names[:i]), None)
        if twice is not None:
            raise AvanpError(f"--{key}: {twice} is there twice; name each once")
        return tuple(names)

    def parse(text: str) -> tuple[str, ...]:
        everything = text.strip().lower() == "all" and spelled
        return tuple(spelled.values()) if everything else check_all(text.split(","))

    return Axis(name, key, parse, check_all, default, help)


SEEDS = Axis(
    "seed",
    "seeds",
    parse_seeds,
    check_seeds,
    "1",
    "Seeds: N is 0 … N-1; FIRST:LAST (20:39) has both ends.",
    whole(0),
)
