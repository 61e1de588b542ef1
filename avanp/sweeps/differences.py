"""What tells the run in a folder from the one that is asked for, in words."""

from collections.abc import Mapping
from typing import Any

from avanp.report.text import about_seeds, listed_seeds

# What makes two runs the same run; versions may differ.
IDENTITY = ("format", "lr", "models", "rules", "seeds", "draws", "data", "experiment")
MOST = 6  # rates or names that are all shown


def differences(there: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Return in what two configurations differ: ``seeds 0 to 2 there, 0 and 1 asked``.

    Parameters
    ----------
    there, asked : mapping
        The contents of two run.json.
    """
    return [_told(key, there[key], asked[key]) for key in IDENTITY if there[key] != asked[key]]


def _told(key: str, there: Any, asked: Any) -> str:
    if key == "seeds":
        return f"{about_seeds(there)} there, {listed_seeds(asked)} asked"
    if key == "data":
        before, now = _images(there), _images(asked)
        return f"data {before} there, {'other pixels' if before == now else now} asked"
    if key == "experiment":
        names = [name for name in {**there, **asked} if there.get(name) != asked.get(name)]
        return ", ".join(
            f"{name} {there.get(name)} there, {asked.get(name)} asked" for name in names
        )
    short = _short(there), _short(asked)
    before, now = (_all(there), _all(asked)) if short[0] == short[1] else short
    return f"{key} {before} there, {now} asked"


def _images(data: Mapping[str, Any]) -> str:
    return f"{data['name']} ({data['count']} of {data['width']}x{data['height']})"


def _all(value: Any) -> str:
    return ", ".join(map(_word, value)) if isinstance(value, list) else _word(value)


def _short(value: Any) -> str:
    """Return a value, or of a long list its ends and how many there are."""
    if not isinstance(value, list) or len(value) <= MOST:
        return _all(value)
    return f"{_all(value[:2])} … {_word(value[-1])} ({len(value)})"


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
