"""What a rule set is, in a sentence."""

from avanp.report.text import listed

SETS = {
    "printed": "Equations (5)–(16) exactly as the paper prints them.",
    "program": "What the author’s program does: the printed equations with eight numbered "
    "deviations. The paper’s tables were made with it.",
    "exact": "The gradients of the paper’s losses by the full chain rule.",
}


def explained(rules: str) -> str:
    """Return the sentence; ``program-1-2`` is `program` without its deviations 1 and 2."""
    base, *off = rules.split("-")
    if not off:
        return SETS[base]
    deviations = "deviation" if len(off) == 1 else "deviations"
    return f"The rules program without {deviations} {listed(off)}."
