"""``audit.md``: an audit as GitHub renders it, a pure function of ``audit.json``'s content."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.papers.ava import printed_numbers as paper
from avanp.papers.ava.audit_text import counted
from avanp.papers.ava.audit_words import at_the_edge, interval, left_out
from avanp.report.text import about_seeds, fine, p_value, short, signed


def render(document: Mapping[str, Any]) -> str:
    """Return the verdicts, each claim's numbers, the ablations, and how it was judged."""
    run = document["run"]
    data = run["data"]
    origin = "the paper's own images" if data["is_paper_set"] else "not the paper's images"
    blocks = [
        "# What of the paper holds",
        "Nine conclusions of section 3 of the paper, and two aims of its section 2, each tested "
        f"over paired seeds under each rule set. Paper: {document['citation']}",
        document["thanks"],
        f"Data {data['name']} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}, sha256 `{data['sha256']}`; "
        f"{about_seeds(run['seeds'])}; {len(run['models'])} models, {len(run['lr'])} learning "
        f"rates, {run['draws']} images drawn for each image; avanp {run['avanp']}.",
        "## Verdicts",
        _verdicts(document),
        "\n".join(f"* {counted(document['claims'], name)}" for name in run["rules"]),
        *(edge for name in run["rules"] if (edge := at_the_edge(document["claims"], name))),
        *document["notes"],
        *_scale(data),
        *_picture(document),
        "A difference is that of the comparison which decides, in the direction of the claim: "
        "above .00005 speaks for it.",
    ]
    for name in run["rules"]:
        blocks += _rule_set(document["claims"], name)
    if document["ablations"]:
        blocks.append("## What explains it")
    for one in document["ablations"]:
        blocks += [f"### {one['title']}", f"{one['says']} ({one['seeds'].capitalize()}.)"]
        blocks += [*_picture(one), _table(one["columns"], one["rows"])]
    blocks += ["## How it was judged", "\n".join(f"* {line}" for line in document["method"])]
    return "\n\n".join(blocks) + "\n"


def _scale(data: Mapping[str, Any]) -> list[str]:
    if not data["is_paper_set"]:
        return []
    return [
        "For scale: the author's own second run differs from the published one by RMS "
        f"{short(paper.SECOND_RUN_RMS)} a cell. What noise of its own in every cell makes of a "
        "difference of two entries of Table 3 stands below with all comparisons: the SD of one "
        "table's."
    ]


def _picture(one: Mapping[str, Any]) -> list[str]:
    return [f"![{one['alt']}]({one['picture']})"] if one["picture"] else []


def _verdicts(document: Mapping[str, Any]) -> str:
    rules = document["run"]["rules"]
    rows = []
    for claim in document["claims"]:
        agrees = "yes" if claim["paper_agrees"] else "no"
        cells = []
        for name in rules:
            one = claim["rules"][name]
            between = interval(one["low"], one["high"])
            cells.append(f"**{one['verdict']}**<br>{fine(one['difference'])} {between}".rstrip())
        rows.append([claim["claim"], claim["paper"], agrees, *cells])
    return _table(["claim", "the paper's evidence", "so in its table", *rules], rows)


def _rule_set(claims: Sequence[Mapping[str, Any]], rules: str) -> list[str]:
    head = ["claim", "verdict", "what was found"]
    found = [(claim, claim["rules"][rules]) for claim in claims]
    rows = [[claim["claim"], one["verdict"], one["says"]] for claim, one in found]
    diverged = any(part["diverged"] for _, one in found for part in one["parts"])
    parts = [
        [
            part["part"],
            signed(part["paper_difference"]),
            fine(part["difference"]),
            interval(part["low"], part["high"]),
            fine(part["sd"]).lstrip("+"),
            fine(part["sd_own_noise"]).lstrip("+"),
            "–" if part["effect"] is None else f"{part['effect']:+.1f}".replace("-", "−"),
            f"{part['seeds_above']} of {part['seeds']}",
            p_value(part["p"]),
            *([left_out(part)] if diverged else []),
        ]
        for _, one in found
        for part in one["parts"]
    ]
    columns = ["comparison", "paper", "ours", "95 % interval", "SD over seeds", "SD of one table's"]
    columns += ["ours / SD over seeds", "seeds for it", "p, uncorrected"]
    columns += ["pairs of runs left out: diverged"] if diverged else []
    return [
        f"### Rules `{rules}`",
        _table(head, rows),
        f"<details><summary>All comparisons under {rules}</summary>",
        _table(columns, parts),
        "</details>",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )
