"""What a check of derivatives reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One element of a gradient, as its function gave it and as differences give it."""

    array: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float


@dataclass(frozen=True)
class GradReport:
    """What a check found.

    Attributes
    ----------
    name : str
        The layer's class or the function's name.
    error : float
        The worst relative error over all directions; inf where `problem` is set.
    tol : float
        What was allowed.
    ok : bool
    worst : tuple of Row
        Of a failed check, the worst elements of the array with the worst error, worst first.
    problem : str
        Where gradients are missing, of the wrong shape or dtype, change what they must not, or
        are too small against the value to be told: which.
    """

    name: str
    error: float
    tol: float
    ok: bool
    worst: tuple[Row, ...] = ()
    problem: str = ""

    def __str__(self) -> str:
        if self.ok:
            return f"{self.name}: gradient right, relative error {self.error:.1e}"
        if self.problem:
            return f"{self.name}: {self.problem}"
        lines = [
            f"{self.name}: gradient wrong, relative error {self.error:.1e} > {self.tol:.0e}",
            f"{'array':<12} {'index':<16} {'analytic':>14} {'numeric':>14} {'error':>9}",
        ]
        for r in self.worst:
            index = "[" + ", ".join(map(str, r.index)) + "]"
            lines.append(
                f"{r.array:<12} {index:<16} {r.analytic:14.6e} {r.numeric:14.6e} {r.error:9.1e}"
            )
        if all(r.error <= self.tol for r in self.worst):
            lines.append("each element alone is right: does a kink, as of a ReLU, lie near?")
        return "\n".join(lines)


class GradientError(AssertionError):
    """A derivative is wrong; the message holds the table, `report` the `GradReport`."""

    def __init__(self, report: GradReport) -> None:
        super().__init__(str(report))
        self.report = report


class Problem(Exception):
    """Gradients that cannot be compared at all; the message says why."""
