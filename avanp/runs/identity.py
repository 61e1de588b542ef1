"""Whether two runs are the same run, and in words what tells them apart."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

MOST = 6  # values of a list that are all shown

# Says what tells two values of one field apart.
Telling = Callable[[Any, Any], str]


def differences(
    there: Mapping[str, Any],
    asked: Mapping[str, Any],
    fields: Iterable[str] | None = None,
    telling: Mapping[str, Telling] | None = None,
) -> list[str]:
    """Return in what two runs differ, field by field: ``draws 1 there, 2 asked``.

    Parameters
    ----------
    there, asked : mapping
        What the run in a folder is, and the one that is asked for; as JSON gives them.
    fields : iterable of str, optional
        Those compared, in this order; by default all that either has.
    telling : mapping, optional
        By field, a function that says better what tells two values apart.
    """
    telling = telling or {}
    found = []
    for field in {**there, **asked} if fields is None else fields:
        before, now = there.get(field), asked.get(field)
        if before != now:
            tell = telling.get(field)
            found.append(tell(before, now) if tell is not None else told(field, before, now))
    return found


def told(field: str, before: Any, now: Any) -> str:
    """Return the difference of one field; of two objects, that of each value they do not share."""
    if isinstance(before, dict) and isinstance(now, dict):
        names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        return ", ".join(told(name, before.get(name), now.get(name)) for name in names)
    short = _short(before), _short(now)
    first, second = (_all(before), _all(now)) if short[0] == short[1] else short
    return f"{field} {first} there, {second} asked"


def _all(value: Any) -> str:
    return ", ".join(map(_word, value)) if isinstance(value, list) else _word(value)


def _short(value: Any) -> str:
    """Return a value, or of a long list its ends and how many there are."""
    if not isinstance(value, list) or len(value) <= MOST:
        return _all(value)
    return f"{_all(value[:2])} … {_word(value[-1])} ({len(value)})"


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
