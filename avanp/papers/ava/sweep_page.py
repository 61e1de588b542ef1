"""The report of a sweep as a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avanp.papers.ava import galleries, printed_numbers
from avanp.papers.ava.charts import curves
from avanp.papers.ava.figure6 import figure6
from avanp.papers.ava.lost_runs import without_number
from avanp.papers.ava.nearness import about_nearness, table3_title
from avanp.papers.ava.row_index import count_finished
from avanp.papers.ava.rule_sets import explained
from avanp.papers.ava.run_facts import run_facts, run_lead
from avanp.papers.ava.tables import lost_table, nearness_table, tables_1_to_3
from avanp.report.findings import Findings
from avanp.report.page import (
    Block,
    Blocks,
    Code,
    Page,
    Part,
    Picture,
    Section,
    Text,
    muted,
    note,
    text,
)
from avanp.report.text import count
from avanp.report.verdicts import ablations, evidence, verdicts
from avanp.runs.folder import Rows

MOST_LOST = 200  # lines of runs without a number
READING = "Right of zero speaks for the claim, from .00005 on: what is less is taken for equal."
ABOUT_TABLE3 = (
    "Table 3: every statistic is computed over the learning rates for each seed and then averaged "
    "over the seeds; what follows a ± is the standard deviation over seeds, the line SD that over "
    "the rates (both with n−1). Seeds with rates still to run are left out where any seed has run "
    "all of them, and so are rates that diverged; a line Rates says over how many rates the "
    "figures are, where these are not all."
)


def sweep_page(
    directory: Path, rows: Rows, numbers: Mapping[str, Any], findings: Findings | None
) -> Page:
    """Return the page of a sweep, finished or not.

    Parameters
    ----------
    directory : Path
        The folder of the run; strips of generated images are in its ``samples``.
    rows : sequence of mappings
        The content of ``rows.jsonl``, in any order.
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns of them.
    findings : Findings, optional
        What an audit found.
    """
    config = numbers["run"]
    claims = findings is not None and bool(findings.claims)
    heading = "Verdicts" if claims or numbers["paper"]["shown"] else "How much was run"
    sections = [Section("verdicts", heading, _verdicts(rows, numbers, findings))]
    if findings is not None and findings.claims and findings.picture is not None:
        drawn = Picture(findings.picture, findings.alt or "Differences and intervals")
        sections.append(Section("intervals", "All claims", [drawn], only="markdown"))
    for rules in config["rules"]:
        blocks = _rule_set(directory, rows, numbers, rules)
        sections.append(Section(rules, f"Rules {rules}", blocks))
    sheets = [galleries.of_model(directory, config, model) for model in config["models"]]
    if any(sheets):
        sections.append(Section("images", "Generated images", sheets, only="markdown"))
    if findings is not None and findings.claims:
        told = evidence(findings, READING)
        sections.append(Section("evidence", "Evidence for the verdicts", told))
    if findings is not None and findings.ablations:
        sections.append(Section("ablations", "What explains it", ablations(findings)))
    if without_number(rows):
        sections.append(Section("lost", "Diverged and failed runs", _lost(rows)))
    sections.append(Section("run", "What was run", [run_facts(config)]))
    models, rates = len(config["models"]), len(config["lr"])
    which = config["models"][0] if models == 1 else f"{models} models"
    title = f"{which} at {count(rates, rates, 'learning rate')} on {config['data']['name']}"
    foot = [muted(ABOUT_TABLE3), muted(f"The paper: {printed_numbers.CITATION}")]
    return Page(title, run_lead(rows, config), sections, foot)


def _verdicts(rows: Rows, numbers: Mapping[str, Any], findings: Findings | None) -> Blocks:
    near: list[Block] = [nearness_table(numbers), muted(about_nearness(numbers))]
    if findings is not None and findings.claims:
        return [_older(rows, findings), *verdicts(findings), *near]
    how = text(
        "Which of the paper’s claims hold on these images is judged by ",
        Code("avanp audit --from DIR"),
        ", DIR being the folder of this file, and then shown here.",
    )
    return [*near, how]


def _older(rows: Rows, findings: Findings) -> Text | None:
    """Say so where the audit is older than the sweep."""
    now = count_finished(rows)
    if findings.cells == now:
        return None
    return note(
        f"The audit is of {findings.cells:,} finished runs, and {now:,} are there now: "
        "avanp audit --from DIR, DIR being the folder of this file, judges them."
    )


def _rule_set(directory: Path, rows: Rows, numbers: Mapping[str, Any], rules: str) -> Blocks:
    if not numbers["rules"][rules]["verdict"]["cells"]:
        return [text(explained(rules)), note("No run of this rule set has a number yet.")]
    # Table 3, which sums up, comes first.
    tables = tables_1_to_3(numbers, rules)
    tables = {"table3": tables["table3"]} | tables
    several = numbers["rules"][rules]["verdict"]["seeds_most"] > 1
    said = f"A cell holds {'the mean of BM over seeds ± SD' if several else 'the BM of one seed'}"
    if any(table.compared for table in tables.values()):
        said += (
            "; beside it the paper’s value, and ours minus the paper’s. On a page it has a colour "
            "where these differ by more than the paper’s program run twice does. Table 3 has the "
            "paper’s value only where a model’s figures are over exactly its 19 rates"
        )
    images = galleries.of_rules(directory, numbers["run"], rules, rows)
    return [
        text(explained(rules)),
        Part("BM against the learning rate", [curves(numbers, rules)]),
        Part(f"As the paper’s Figure 6: {table3_title(numbers, rules)}", [figure6(numbers, rules)]),
        Part("Tables", [text(f"{said}."), *tables.values()]),
        Part("Generated images", [images]) if any(p.is_file() for p in images.paths) else None,
    ]


def _lost(rows: Rows) -> Blocks:
    """Runs that have no number, and why."""
    lost = without_number(rows)
    more = len(lost) - MOST_LOST
    again = text(Code("--retry-failed"), ", with the sweep’s own command, runs what failed again.")
    return [
        lost_table(lost[:MOST_LOST]),
        text(f"and {more} more cells, in rows.jsonl.") if more > 0 else None,
        again if any(one.status == "failed" for one in lost) else None,
    ]
