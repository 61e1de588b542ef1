"""Notes at the top of a training's page: how it ended, and what its log warns of."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.page import Strong, Text, note
from avanp.training.ending import (
    COLLAPSED,
    DIVERGED,
    EARLY,
    RUNNING,
    STOPPED,
    Ending,
    length,
    looks,
    monitored,
)

GOES_ON = "The command that began the training goes on with it; "
# By how it ended: what the model is then, and what may be done.
MORE = {
    DIVERGED: "The model is that of {unit} {done}, the last one that was finite, and may be of no "
    "use. A smaller --lr may help, or --clip.",
    EARLY: "The model is the one of the lowest {monitored}, not that of the last {unit}.",
    COLLAPSED: "The model is the one of the lowest {monitored}. What was kept before the first "
    "sign is in before-collapse.npz, if there was one.",
    STOPPED: GOES_ON + "avanp report then writes this page anew.",
    RUNNING: "avanp report writes this page anew.",
}
NO_PICTURES = " Images are drawn when a training ends; avanp generate draws some now."
OLD_PICTURES = " The images below may be of an earlier {unit}."


def notes(
    ended: Ending | None,
    described: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    drawn: bool,
) -> list[Text]:
    """Return a note where a training did not simply end, and one where the log ends with a hint.

    Parameters
    ----------
    described : dict
        What `avanp.training.checkpoint.describe` returned.
    rows : sequence of mappings
        The log.
    drawn : bool
        Whether there are pictures on the page.
    """
    found = []
    if ended is not None:
        more = MORE[ended.how]
        if ended.how not in (EARLY, COLLAPSED) and "latent" in described["config"]:
            more += OLD_PICTURES if drawn else NO_PICTURES
        unit, done, _ = length(described)
        more = more.format(unit=unit, done=f"{done:,}", monitored=monitored(described))
        found.append(note(Strong(f"{ended.how} "), f"{ended.says}. {more}"))
    hint = rows[-1].get("hint") if rows else None
    if isinstance(hint, str) and hint:
        unit, each = looks(described)
        last = "epoch" if unit == "epoch" else f"{each:,} steps"
        found.append(note(Strong(f"In the last {last}: "), f"{hint}."))
    return found


def count_of(described: Mapping[str, Any]) -> str:
    """Return the number of epochs or steps, and of how many where there were to be more."""
    unit, done, end = length(described)
    if done < end:
        return f"{done:,} of {end:,} {unit}s"
    return f"{done:,} {unit}{'' if done == 1 else 's'}"
