"""``report.html`` of a sweep."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.report import paper
from avanp.report.findings import Findings
from avanp.report.html.ablations import ablations
from avanp.report.html.bars import figure6, legend
from avanp.report.html.claims import claims, evidence
from avanp.report.html.curves import curves, highest_bm
from avanp.report.html.document import Section, document
from avanp.report.html.element import Child, Markup, el, join
from avanp.report.html.explained import explained
from avanp.report.html.images import images
from avanp.report.html.lost import lost
from avanp.report.html.nearness import nearness
from avanp.report.html.settings import settings
from avanp.report.html.strips import Strip, strips
from avanp.report.html.tables123 import tables123
from avanp.report.index import count_finished
from avanp.report.lost import without_number
from avanp.report.samples import strip_path
from avanp.report.text import count
from avanp.report.verdict import table3_title


def page(
    directory: Path,
    rows: Sequence[Mapping[str, Any]],
    tables: Mapping[str, Any],
    findings: Findings | None,
) -> str:
    """Return the page of a sweep, finished or not.

    Parameters
    ----------
    directory : Path
        The folder of the run; strips of generated images are in its ``samples``.
    rows : sequence of mappings
        The content of ``rows.jsonl``, in any order.
    tables : dict
        What `avanp.report.tables.build` returns of them.
    findings : Findings, optional
        What an audit found.

    Raises
    ------
    AvanpError
        Where a picture is not an image.
    """
    config = tables["run"]
    paths = [
        strip_path(directory, rules, model, lr)
        for rules in config["rules"]
        for model in config["models"]
        for lr in config["lr"]
    ]
    drawn = strips(paths, config["data"]["width"])
    judged = tables["paper"]["shown"] or (findings is not None and bool(findings.claims))
    heading = "Verdicts" if judged else "How much was run"
    sections: list[Section] = [("verdicts", heading, _verdicts(rows, tables, findings))]
    for rules in config["rules"]:
        content = _rule_set(directory, tables, rules, rows, drawn)
        sections.append((rules, f"Rules {rules}", content))
    if findings is not None and findings.claims:
        sections.append(("evidence", "Evidence for the verdicts", evidence(findings)))
    if findings is not None and findings.ablations:
        sections.append(("ablations", "What explains it", ablations(findings)))
    without = without_number(rows)
    if without:
        sections.append(("lost", "Diverged and failed runs", lost(without)))
    sections.append(("run", "What was run", settings(config)))
    title = f"{_listed(config)} on {config['data']['name']}"
    return document(title, _lead(rows, config), sections, _foot(tables))


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
    return join(blocks)


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
    rows: Sequence[Mapping[str, Any]], tables: Mapping[str, Any], findings: Findings | None
) -> Markup:
    if findings is not None and findings.claims:
        return join([_audited(rows, findings), claims(findings), nearness(tables)])
    how = el(
        "p",
        "Which of the paper’s claims hold on these images is judged by ",
        el("code", "avanp audit --from DIR"),
        ", DIR being the folder of this file, and then shown here.",
    )
    return join([nearness(tables), how])


def _rule_set(
    directory: Path,
    tables: Mapping[str, Any],
    rules: str,
    rows: Sequence[Mapping[str, Any]],
    drawn: Mapping[Path, Strip],
) -> Markup:
    part, models = tables["rules"][rules], tables["run"]["models"]
    if not part["verdict"]["cells"]:
        empty = "No run of this rule set has a number yet."
        return join([el("p", explained(rules)), el("p", empty, class_="note")])
    highest = highest_bm(list(tables["rules"].values()))
    over = table3_title(tables, rules)
    return join(
        [
            el("p", explained(rules)),
            el("h3", "BM against the learning rate"),
            curves(part, models, highest),
            el("h3", f"As the paper’s Figure 6: {over}"),
            figure6(part, models),
            legend(part),
            tables123(tables, rules),
            images(directory, tables["run"], rules, rows, drawn),
        ]
    )


def _foot(tables: Mapping[str, Any]) -> Markup:
    return el("p", f"The paper: {paper.CITATION}", class_="muted")
