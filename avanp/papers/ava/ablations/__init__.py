"""What explains the verdicts: one module an ablation, in the order of the audit.

Each has ``calls(subject)``, the trainings it needs, and ``tables(subject, results)``, what comes
of them; one that is drawn has ``draw(subject, results)`` as well, which returns a PNG.
"""

ABLATIONS = {
    name: f"{__name__}.{name}"
    for name in (
        "discriminators",
        "leaning",
        "deviations",
        "width",
        "initial",
        "absolute",
        "unmodelled",
        "measures",
    )
}
