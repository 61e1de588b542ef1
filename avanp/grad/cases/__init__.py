"""One gradient check for everything registered that has a derivative.

A row is a name, the registered one where there is one, and a function of a random generator that
makes the target and its inputs for `avanp.grad.check.check_grad`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from avanp.errors import AvanpError, unknown
from avanp.grad.cases import activations, conv, layers, losses, norm_pool, paper_models, systems
from avanp.grad.cases.draws import Case, Rng, ScalarCase
from avanp.grad.check import GradReport, check_grad
from avanp.grad.scalar import check_scalar
from avanp.layers.base import Layer
from avanp.rng import stream
from avanp.systems.find import find

CASES: dict[str, Callable[[Rng], Case]] = {
    **layers.CASES,
    **conv.CASES,
    **norm_pool.CASES,
    **activations.CASES,
    **losses.CASES,
}
SCALAR_CASES: dict[str, Callable[[Rng], ScalarCase]] = {**paper_models.CASES, **systems.CASES}


def rows() -> list[str]:
    """Return the names of all rows."""
    return [*CASES, *SCALAR_CASES]


def run(names: Sequence[str] | None = None) -> list[GradReport]:
    """Check the named rows, or all of them, and return a report for each, failed ones too.

    A model's name stands for all its nets: ``AVA1`` for ``AVA1.encoder``, ``AVA1.decoder``, ….

    Raises
    ------
    AvanpError
        At an unknown name, before anything is run.
    """
    for name in names or ():
        if ":" in name:  # a system in a file or a module
            SCALAR_CASES.update(systems.cases_of(name))
    names = [_row(name) for name in names] if names is not None else None
    known = rows()
    chosen: list[str] = known if names is None else []
    for name in names or ():
        found = [row for row in known if row == name or row.startswith(f"{name}.")]
        if not found:
            names = list(dict.fromkeys([*(row.split(".")[0] for row in known), *known]))
            what = unknown(name, names)
            raise AvanpError(f"no gradient check {what}: avanp gradcheck --list names all")
        chosen += found
    return [_check(name) for name in dict.fromkeys(chosen)]


def _row(name: str) -> str:
    """Return the name of a system's rows where the system is named by its file or module."""
    return f"system-{find(name).name}" if ":" in name else name


def _check(name: str) -> GradReport:
    rng = stream(0, "data")
    if name in CASES:
        target, inputs = CASES[name](rng)
        # In training a layer may be another function: a dropout, a batch norm.
        modes = (False, True) if isinstance(target, Layer) else (False,)
        reports = [check_grad(target, *inputs, train=m, raise_on_fail=False) for m in modes]
        report = max(reports, key=lambda report: (not report.ok, report.error))
    else:
        report = check_scalar(*SCALAR_CASES[name](rng), raise_on_fail=False)
    return replace(report, name=name)
