"""What explains the verdicts: one module an ablation, in the order of the audit.

Each has ``calls(subject)``, the trainings it needs, and ``tables(subject, results)``, what comes
of them; one that is drawn has ``draw(subject, results)`` as well, which returns a PNG.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from avanp.data.images import ImageSet
from avanp.experiments.study import Ablation, Study

MODULES = {
    "discriminators": "discriminators",
    "leaning": "leaning",
    "deviations": "deviations",
    "width": "width",
    "initial": "initial",
    "absolute": "absolute",
    "nobody": "unmodelled",
    "measures": "measures",
}


def _study(
    module: str, rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any], images: ImageSet
) -> Study:
    from avanp.papers.ava.subject import Subject
    from avanp.report.plot import charts_available

    one, subject = import_module(f"{__name__}.{module}"), Subject(rows, config, images)
    drawn = hasattr(one, "draw") and (charts_available() or not hasattr(one, "NEEDS_MATPLOTLIB"))
    return Study(
        one.calls(subject),
        partial(one.tables, subject),
        partial(one.draw, subject) if drawn else None,
    )


ABLATIONS: Mapping[str, Ablation] = {
    name: partial(_study, module) for name, module in MODULES.items()
}
