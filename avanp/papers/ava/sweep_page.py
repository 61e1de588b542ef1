"""``report.html`` of a sweep."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.papers.ava import galleries, printed_numbers
from avanp.papers.ava.cells import count_finished
from avanp.papers.ava.charts import curves, figure6
from avanp.papers.ava.lost_runs import without_number
from avanp.papers.ava.nearness import table3_title
from avanp.papers.ava.rule_sets import explained
from avanp.papers.ava.run_facts import run_facts
from avanp.papers.ava.tables import STEPS, lost_table, nearness_table, tables_1_to_3
from avanp.report import gallery, html, plot
from avanp.report.element import Child, Markup, el, join
from avanp.report.findings import Findings
from avanp.report.gallery import Gallery
from avanp.report.page import Section, document
from avanp.report.strips import Strip, strips
from avanp.report.text import count, short
from avanp.report.verdicts_page import ablations, evidence, verdicts

MOST_LOST = 200  # lines of runs without a number
READING = "Right of zero speaks for the claim, from .00005 on: what is less is taken for equal."


def sweep_page(
    directory: Path,
    rows: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, Any],
    findings: Findings | None,
) -> str:
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

    Raises
    ------
    AvanpError
        Where a picture is not an image.
    """
    config = numbers["run"]
    drawn = {rules: galleries.of_rules(directory, config, rules, rows) for rules in config["rules"]}
    paths = [p.path for one in drawn.values() for _, row in one.rows for p in row]
    there = strips(paths, config["data"]["width"])
    judged = numbers["paper"]["shown"] or (findings is not None and bool(findings.claims))
    heading = "Verdicts" if judged else "How much was run"
    sections: list[Section] = [("verdicts", heading, _verdicts(rows, numbers, findings))]
    for rules, images in drawn.items():
        sections.append((rules, f"Rules {rules}", _rule_set(numbers, rules, images, there)))
    if findings is not None and findings.claims:
        sections.append(("evidence", "Evidence for the verdicts", evidence(findings, READING)))
    if findings is not None and findings.ablations:
        sections.append(("ablations", "What explains it", ablations(findings)))
    if without_number(rows):
        sections.append(("lost", "Diverged and failed runs", _lost(rows)))
    sections.append(("run", "What was run", run_facts(config)))
    title = f"{_listed(config)} on {config['data']['name']}"
    foot = el("p", f"The paper: {printed_numbers.CITATION}", class_="muted")
    return document(title, _lead(rows, config), sections, foot)


ABOUT_BM = (
    "BM is the paper’s balance metric (Eq. 17), the mean of |d(1 − d)| over pixels, d being the "
    "distance in colour between a generated image and one of the set: 0 where they agree. The "
    "paper takes a high BM for a balance of similarity and diversity, good in GAN, AVA1, AVA2 and "
    "AVA5, and a low one for similarity, good in VAE, AVA3 and AVA4. γ is the learning rate."
)


def _listed(config: Mapping[str, Any]) -> str:
    models, rates = len(config["models"]), len(config["lr"])
    one = config["models"][0] if models == 1 else f"{models} models"
    return f"{one} at {count(rates, rates, 'learning rate')}"


def _lead(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Markup:
    data, total = config["data"], _total(config)
    seeds = len(config["seeds"])
    facts = (
        f"A sweep by avanp {config['avanp']}: {data['count']} images of "
        f"{data['width']}×{data['height']}, rules {', '.join(config['rules'])}, "
        f"{count(seeds, seeds, 'seed')}."
    )
    blocks: list[Child] = [el("p", facts, class_="muted"), el("p", ABOUT_BM, class_="muted")]
    if len(rows) < total:
        blocks.append(
            el(
                "p",
                el("strong", "Unfinished: "),
                f"{len(rows):,} of {total:,} runs are done. The command that began the sweep goes "
                "on with it; avanp report then writes this page anew.",
                class_="note",
            )
        )
    return join([*blocks, plot.missing()])


def _total(config: Mapping[str, Any]) -> int:
    total = 1
    for axis in ("rules", "models", "lr", "seeds"):
        total *= len(config[axis])
    return total


def _audited(rows: Sequence[Mapping[str, Any]], findings: Findings) -> Markup | None:
    """Say so where the audit is older than the sweep."""
    now = count_finished(rows)
    if findings.cells == now:
        return None
    said = (
        f"The audit is of {findings.cells:,} finished runs, and {now:,} are there now: "
        "avanp audit --from DIR, DIR being the folder of this file, judges them."
    )
    return el("p", said, class_="note")


def _verdicts(
    rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, Any], findings: Findings | None
) -> Markup:
    if findings is not None and findings.claims:
        return join([_audited(rows, findings), verdicts(findings), _near(numbers)])
    how = el(
        "p",
        "Which of the paper’s claims hold on these images is judged by ",
        el("code", "avanp audit --from DIR"),
        ", DIR being the folder of this file, and then shown here.",
    )
    return join([_near(numbers), how])


def _near(numbers: Mapping[str, Any]) -> Markup:
    """How near each rule set comes to the paper's tables: a table, and how to read it."""
    if any(part["verdict"]["compared"] for part in numbers["rules"].values()):
        text = (
            "RMS and correlation are over the cells of Tables 1 and 2 that both have; differences "
            "are ours minus the paper’s. For scale: the author’s own second run differs from the "
            f"published one by RMS {short(printed_numbers.SECOND_RUN_RMS)}."
        )
    elif numbers["paper"]["shown"]:
        text = "None of these cells is in the paper."
    else:
        text = "The paper’s numbers are for its own images, so none of them stands in the tables."
    return join([html.drawn(nearness_table(numbers)), el("p", text, class_="muted")])


def _rule_set(
    numbers: Mapping[str, Any], rules: str, images: Gallery, there: Mapping[Path, Strip]
) -> Markup:
    part = numbers["rules"][rules]
    if not part["verdict"]["cells"]:
        empty = "No run of this rule set has a number yet."
        return join([el("p", explained(rules)), el("p", empty, class_="note")])
    shown = gallery.in_page(images, there)
    return join(
        [
            el("p", explained(rules)),
            el("h3", "BM against the learning rate"),
            plot.in_page(curves(numbers, rules)),
            el("h3", f"As the paper’s Figure 6: {table3_title(numbers, rules)}"),
            plot.in_page(figure6(numbers, rules)),
            _tables(numbers, rules),
            None if shown is None else [el("h3", "Generated images"), shown],
        ]
    )


def _tables(numbers: Mapping[str, Any], rules: str) -> Markup:
    """Table 3, which sums up, and then Tables 1 and 2."""
    tables = tables_1_to_3(numbers, rules)
    over_rates = tables.pop("table3")
    several = numbers["rules"][rules]["verdict"]["seeds_most"] > 1
    ours = "the mean of BM over seeds ± SD" if several else "the BM of one seed"
    said, key = f"A cell holds {ours}.", None
    if any(table.compared for table in tables.values()):
        said = (
            f"A cell holds {ours}; below it the paper’s value, and ours minus the paper’s. The "
            "cell has a colour where these differ by more than the paper’s program run twice does."
        )
        key = html.key(STEPS, over_rates, "the paper’s own repeatability")
    drawn = [html.drawn(table, STEPS) for table in (over_rates, *tables.values())]
    return join([el("h3", "Tables"), el("p", said), key, drawn])


def _lost(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Runs that have no number, and why."""
    lost = without_number(rows)
    blocks = [html.drawn(lost_table(lost[:MOST_LOST]))]
    if len(lost) > MOST_LOST:
        blocks.append(el("p", f"and {len(lost) - MOST_LOST} more cells, in rows.jsonl."))
    if any(one.status == "failed" for one in lost):
        again = [
            el("code", "--retry-failed"),
            ", with the sweep’s own command, runs what failed again.",
        ]
        blocks.append(el("p", again))
    return join(blocks)
