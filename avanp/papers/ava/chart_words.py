"""What the titles and notes of a sweep's charts say."""

from collections.abc import Mapping
from typing import Any

from avanp.report.text import count


def sentence_of(said: Mapping[str, bool]) -> str:
    """Return a sentence of those parts that are there."""
    text = "; ".join(words for words, there in said.items() if there)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def subject(numbers: Mapping[str, Any], rules: str) -> str:
    """Return of which rules, data and seeds a chart is."""
    verdict = numbers["rules"][rules]["verdict"]
    seeds = count(verdict["seeds_fewest"], verdict["seeds_most"], "seed")
    failed = count(verdict["failed"], verdict["failed"], "run")
    tail = f", {failed} failed" if verdict["failed"] else ""
    return f"rules “{rules}”, data “{numbers['run']['data']['name']}”, {seeds}{tail}"
