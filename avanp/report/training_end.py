"""Notes at the top of a training's page: how it ended, and what its log warns of."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.page import Strong, Text, note
from avanp.training.ending import DIVERGED, EARLY, RUNNING, STOPPED, Ending

GOES_ON = "The command that began the training goes on with it; "
# By how it ended: what the model is then, and what may be done.
MORE = {
    DIVERGED: "The model is that of epoch {epoch}, the last one that was finite, and may be of no "
    "use. A smaller --lr may help, or --clip.",
    EARLY: "The model is the one of the lowest validation.loss, not that of the last epoch.",
    STOPPED: GOES_ON + "avanp report then writes this page anew.",
    RUNNING: "avanp report writes this page anew.",
}
NO_PICTURES = " Images are drawn when a training ends; avanp generate draws some now."
OLD_PICTURES = " The images below may be of an earlier epoch."


def notes(
    ended: Ending | None,
    described: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    drawn: bool,
) -> list[Text]:
    """Return a note where a training did not simply end, and one where its last epoch has a hint.

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
        more = MORE[ended.how].format(epoch=described.get("epoch"))
        if ended.how != EARLY and "latent" in described["config"]:
            more += OLD_PICTURES if drawn else NO_PICTURES
        found.append(note(Strong(f"{ended.how} "), f"{ended.says}. {more}"))
    hint = rows[-1].get("hint") if rows else None
    if isinstance(hint, str) and hint:
        found.append(note(Strong("In the last epoch: "), f"{hint}."))
    return found


def count_of(described: Mapping[str, Any]) -> str:
    """Return the number of epochs, and of how many where there were to be more."""
    epochs, until = described["epoch"], described.get("until")
    if isinstance(epochs, int) and isinstance(until, int) and epochs < until:
        return f"{epochs:,} of {until:,} epochs"
    return f"{epochs} epoch{'' if epochs == 1 else 's'}"
