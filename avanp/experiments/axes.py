"""The axes of a grid, and their values from the command line's words or from Python."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from avanp.errors import AvanpError, unknown
from avanp.runs.schema import TEXT, Schema

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
