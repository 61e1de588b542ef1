"""How near a rule set comes to the paper's numbers: in numbers, and in one line."""

import math
from collections.abc import Mapping, Sequence
from statistics import StatisticsError, correlation, fmean
from typing import Any

from avanp.papers.ava.printed_numbers import SECOND_RUN_RMS
from avanp.report.text import count, rate, short, span


def compare(
    lines: Sequence[Mapping[str, Any]], table3: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return how the cells (means over seeds) differ from the paper's.

    Parameters
    ----------
    lines : sequence of dict
        The lines of Tables 1 and 2: a rate "lr", and "cells" by model.
    table3 : dict
        By model, a dict of Table 3's entries by statistic.

    Returns
    -------
    dict
        ``rms``, ``correlation`` (Pearson's), ``largest`` (the cell with the largest absolute
        difference), over ``compared`` cells; ``table3_largest`` (the mean of Table 3 farthest from
        the paper's); ``cells`` with a number, ``seeds_fewest`` and ``seeds_most`` of these, and
        how many runs ``diverged`` or are ``missing``, of which ``failed``. What does not apply is
        None.
    """
    cells = [(line["lr"], m, cell) for line in lines for m, cell in line["cells"].items()]
    filled = [cell for _, _, cell in cells if cell["mean"] is not None]
    compared = [item for item in cells if item[2]["difference"] is not None]
    differences = [cell["difference"] for _, _, cell in compared]
    means = {m: column["mean"]["difference"] for m, column in table3.items()}
    return {
        "cells": len(filled),
        "compared": len(compared),
        "seeds_fewest": min((cell["seeds"] for cell in filled), default=0),
        "seeds_most": max((cell["seeds"] for cell in filled), default=0),
        "diverged": sum(cell["diverged"] for _, _, cell in cells),
        "missing": sum(cell["missing"] for _, _, cell in cells),
        "failed": sum(cell["failed"] for _, _, cell in cells),
        "rms": rms(differences),
        "correlation": pearson([(cell["mean"], cell["paper"]) for _, _, cell in compared]),
        "largest": _largest_cell(compared),
        "table3_largest": _largest_mean({m: d for m, d in means.items() if d is not None}),
    }


def rms(differences: Sequence[float]) -> float | None:
    """Return the root of the mean square; None where there is nothing."""
    return math.sqrt(fmean(d * d for d in differences)) if differences else None


def pearson(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None for fewer than two pairs, or where one side is equal."""
    try:
        return correlation([a for a, _ in pairs], [b for _, b in pairs])
    except StatisticsError:
        return None


def _largest_cell(compared: Sequence[tuple[float, str, Any]]) -> dict[str, Any] | None:
    if not compared:
        return None
    lr, model, cell = max(compared, key=lambda item: abs(item[2]["difference"]))
    return {"lr": lr, "model": model} | {k: cell[k] for k in ("mean", "paper", "difference")}


def _largest_mean(differences: Mapping[str, float]) -> dict[str, Any] | None:
    if not differences:
        return None
    model = max(differences, key=lambda name: abs(differences[name]))
    return {"model": model, "difference": differences[model]}


def sentence(numbers: Mapping[str, Any], rules: str) -> str:
    """Return the verdict on one rule set as a line; `numbers` is what `table_numbers` returns."""
    v = numbers["rules"][rules]["verdict"]
    seeds = count(v["seeds_fewest"], v["seeds_most"], "seed")
    tail = f", {count(v['diverged'], v['diverged'], 'run')} diverged" if v["diverged"] else ""
    to_do = v["missing"] - v["failed"]
    if v["failed"]:
        tail += f", {count(v['failed'], v['failed'], 'run')} failed"
    if to_do:
        tail += f", {count(to_do, to_do, 'run')} to do"
    over = f"{count(v['cells'], v['cells'], 'cell')}, {seeds}{tail}"
    if not numbers["paper"]["shown"]:
        return f"{rules}: {over}; the paper's numbers are for its own images only"
    if not v["compared"]:
        return f"{rules}: {over}; none of these cells is in the paper"
    top = v["largest"]
    parts = [
        f"{rules}: RMS {short(v['rms'])}",
        f"largest difference {short(top['difference'], sign=True)} "
        f"({top['model']}, γ {rate(top['lr'])})",
    ]
    if v["correlation"] is not None:
        parts.append(f"correlation {short(v['correlation'])}")
    compared = count(v["compared"], v["compared"], "cell")
    return f"{', '.join(parts)}, {compared}, {seeds}{tail}"


def table3_sentence(numbers: Mapping[str, Any], rules: str) -> str:
    """Return how far Table 3's means are from the paper's, or "" where they are not compared."""
    top = numbers["rules"][rules]["verdict"]["table3_largest"]
    if top is None:
        return ""
    return (
        f"{rules}: Table 3's means differ from the paper's by at most "
        f"{short(abs(top['difference']))} ({top['model']})"
    )


def table3_title(numbers: Mapping[str, Any], rules: str) -> str:
    """Return over what Table 3 is: ``BM over 19 rates``, or how many of them where some lack."""
    part = numbers["rules"][rules]
    columns = part["table3"].values()
    asked = len(part["table1"]) + len(part["table2"])
    fewest = min(column["rates_fewest"] for column in columns)
    most = max(column["rates_most"] for column in columns)
    if fewest == asked:
        return f"BM over {count(asked, asked, 'rate')}"
    which = "done" if part["verdict"]["missing"] else "that did not diverge"
    return f"BM over the rates {which}, {span(fewest, most, ' to ')} of {asked}"


def about_nearness(numbers: Mapping[str, Any]) -> str:
    """Return how the table of nearness is to be read, or why nothing is compared."""
    if any(part["verdict"]["compared"] for part in numbers["rules"].values()):
        return (
            "RMS and correlation are over the cells of Tables 1 and 2 that both have; differences "
            "are ours minus the paper’s. For scale: the author’s own second run differs from the "
            f"published one by RMS {short(SECOND_RUN_RMS)}."
        )
    if numbers["paper"]["shown"]:
        return "None of these cells is in the paper."
    return "The paper’s numbers are for its own images, so none of them stands in the tables."
