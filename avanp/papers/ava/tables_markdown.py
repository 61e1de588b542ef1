"""``tables.md`` of a sweep, as GitHub renders it."""

from collections.abc import Iterable, Mapping
from typing import Any

from avanp.papers.ava import printed_numbers
from avanp.papers.ava.nearness import sentence, table3_sentence
from avanp.papers.ava.tables import tables_1_to_3
from avanp.report.markdown import drawn, pipes, plain
from avanp.report.text import rate, short

TABLE3_NOTE = (
    "Table 3: every statistic is computed over the learning rates for each seed and then averaged "
    "over the seeds; what follows a ± is the standard deviation over seeds, the line SD that over "
    "the rates (both with n−1). Seeds with rates still to run are left out where any seed has run "
    "all of them, and so are rates that diverged; the line Rates says over how many rates the "
    "figures are."
)
COMPARED_NOTE = (
    "Differences are ours minus the paper's. Table 3 has the paper's value only where a model's "
    "figures are over exactly the paper's 19 rates."
)


def tables_markdown(numbers: Mapping[str, Any]) -> str:
    """Return ``tables.md``: verdicts, what was run, then three tables a rule set.

    Every rate has a line with our mean (± SD over seeds) and, in a table that has values of the
    paper, a line with the paper's value and one with the difference.

    Parameters
    ----------
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns.
    """
    blocks = ["# Tables 1–3", *_nearness(numbers), _run_table(numbers["run"])]
    for rules in numbers["run"]["rules"]:
        blocks += [f"## Rules `{rules}`", *_tables_1_to_3(numbers, rules)]
    blocks += _notes(numbers)
    if numbers["paper"]["shown"]:
        blocks.append(f"Paper: {numbers['paper']['citation']}")
    return "\n\n".join(blocks) + "\n"


def _nearness(numbers: Mapping[str, Any]) -> Iterable[str]:
    """How near each rule set comes, as blocks."""
    lines = [
        f"* {line}"
        for rules in numbers["run"]["rules"]
        for line in (sentence(numbers, rules), table3_sentence(numbers, rules))
        if line
    ]
    yield "\n".join(lines)
    if numbers["paper"]["shown"]:
        yield (
            "For scale: the author's own second run differs from the published one by RMS "
            f"{short(printed_numbers.SECOND_RUN_RMS)}."
        )


def _tables_1_to_3(numbers: Mapping[str, Any], rules: str) -> Iterable[str]:
    for table in tables_1_to_3(numbers, rules, always_rates=True).values():
        yield f"### {table.title}"
        yield drawn(table)


def _notes(numbers: Mapping[str, Any]) -> list[str]:
    return [TABLE3_NOTE, COMPARED_NOTE] if numbers["paper"]["shown"] else [TABLE3_NOTE]


def _run_table(run: Mapping[str, Any]) -> str:
    data = run["data"]
    origin = "the paper's own images" if data["is_paper_set"] else "not the paper's images"
    facts = {
        "data": f"{plain(data['name'])} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}, sha256 `{plain(data['sha256'])}`",
        "rule sets": ", ".join(run["rules"]),
        "models": ", ".join(run["models"]),
        "learning rates": ", ".join(rate(lr) for lr in run["lr"]),
        "seeds": ", ".join(map(str, run["seeds"])),
        "images drawn per test image": str(run["draws"]),
        "experiment": _pairs(run["experiment"]),
        "versions": _pairs({"avanp": run["avanp"]} | dict(run["versions"])),
    }
    return pipes(["", "what was run"], [list(fact) for fact in facts.items()])


def _pairs(values: Mapping[str, Any]) -> str:
    return plain(", ".join(f"{name} {value}" for name, value in sorted(values.items())))
