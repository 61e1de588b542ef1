"""Runs that have no number, and why, as a table."""

from collections.abc import Sequence

from avanp.report.html.element import Markup, el, join
from avanp.report.html.table import Row, table
from avanp.report.lost import Lost
from avanp.report.text import rate

MOST = 200  # lines


def lost(found: Sequence[Lost]) -> Markup:
    """Return a line for each cell whose runs diverged or failed alike."""
    shown: list[Row] = [
        (f"{one.rules}, {one.model}, γ {rate(one.lr)}", [one.seeds, one.status, one.reason])
        for one in found[:MOST]
    ]
    blocks = [
        table("without", "Runs without a number", ["Cell", "Seeds", "Status", "Reason"], shown)
    ]
    if len(found) > MOST:
        blocks.append(el("p", f"and {len(found) - MOST} more cells, in rows.jsonl."))
    if any(one.status == "failed" for one in found):
        again = [
            el("code", "--retry-failed"),
            ", with the sweep’s own command, runs what failed again.",
        ]
        blocks.append(el("p", again))
    return join(blocks)
