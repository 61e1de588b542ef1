"""An experiment as a value: what is run over which grid, what it rests on, what is claimed of it.

>>> Experiment(
...     name="began",
...     title="Is a k that stays up worth its cost?",
...     citation="...",
...     grid=Grid(Axis("variant", key="variants", parse=names_of("system"), default="all")),
...     run=train_and_measure,              # (cell, data) -> Result
...     row={"k_end": maybe(NUMBER)},       # the numbers of a row
...     claims=(Claim("k-stays", "v3 keeps k up", (Compare("k_end", "v3", ">", "cs"),)),),
... )  # doctest: +SKIP

Cells run in this process, in others, or on other machines: `run`, and all that it is given and
gives, are pickled on the way, so `run` is a function of an importable module. Rows are JSON Lines;
tables, charts, galleries and verdicts are pure functions of rows and the experiment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avanp.experiments.compare import Claim
from avanp.experiments.grid import Grid
from avanp.experiments.result import Arrays, Result, Shared
from avanp.runs.schema import Schema

if TYPE_CHECKING:
    from avanp.data.images import ImageSet


@dataclass(frozen=True)
class Experiment:
    """What a paper's results rest on, run over a grid.

    Parameters
    ----------
    name : str
        As it is registered.
    title, citation : str
        For readers.
    grid : Grid
        Its axes; each can be given on the command line.
    run : callable
        ``(cell, data, **shared) -> Result``. A cell has a value for each axis and setting; data
        are ``images`` (N, H, W, C) uint8 and, where there are, ``labels`` and ``groups`` (N,).
    row : mapping of schemas
        The numbers of a row; the first is null where a cell is not "ok", and there alone.
    seconds : tuple of str
        The timings of a row.
    settings : mapping
        Whole numbers that are the same for all cells, with their defaults.
    about : callable
        Returns what else results depend on, as JSON can hold it: sizes of nets, kernels.
    is_paper_set : callable
        Whether an `ImageSet` is the paper's own: its numbers are compared with the paper's then.
    data : str, optional
        The set where none is named, and none of `sets` is found; by default the AVA paper's, or the
        one built in.
    sets : tuple of str
        The paper's, of which those that are found are run where none is named.
    size : (width, height), optional
        Of the images, where no other is asked for.
    channels : {1, 3}, optional
        Images are made grey, or RGB.
    fingerprint : callable, optional
        ``(data) -> str``: a hash of the last digits of this process's arithmetic; workers that
        give another are told of.
    shared : tuple of Shared
        What cells are given besides.
    tables, charts : mapping
        Of names to functions ``(rows, config)``, which return values of `avanp.report`.
    of_no_run : tuple of str
        Tables that depend on no rows: alone, they are drawn at once.
    items : mapping
        For tables and claims that are asked for alone, what they need: words for axes, settings,
        and as "data" the sets, as in `sets`.
    galleries : mapping
        Of names to functions ``(folder, rows, config)``; the folder has the strips of images.
    write : callable, optional
        ``(folder, rows, config)``: writes what is drawn of a run into its folder as it ends, where
        that is something else than its tables, charts and verdicts.
    page : callable, optional
        ``(folder, rows, config, markdown)``: writes its report, where that is a page of its own.
    claims : tuple of Claim
        Judged over the seeds.
    by : str, optional
        The axis whose values are judged apart.
    ablations : mapping
        Of names to functions of rows, configuration and images, which return a
        `avanp.experiments.study.Study`: what explains the verdicts.
    quick : mapping
        Words for axes, and settings, of a run that is done in a minute or two.
    unnamed : bool
        Whether its run.json does not say its name, as the first did, when there was one paper.
    """

    name: str
    title: str
    citation: str
    grid: Grid
    run: Callable[..., Result]
    row: Mapping[str, Schema]
    seconds: tuple[str, ...] = ("seconds",)
    settings: Mapping[str, int] = field(default_factory=dict)
    about: Callable[[], Mapping[str, Any]] = dict
    is_paper_set: Callable[["ImageSet"], bool] = lambda images: False
    data: str | None = None
    sets: tuple[str, ...] = ()
    size: tuple[int, int] | None = None
    channels: int | None = None
    fingerprint: Callable[[Arrays], str] | None = None
    shared: tuple[Shared, ...] = ()
    tables: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    of_no_run: tuple[str, ...] = ()
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    charts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    galleries: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    write: Callable[[Path, list[dict[str, Any]], dict[str, Any]], Any] | None = None
    page: Callable[..., list[Path]] | None = None
    claims: tuple[Claim, ...] = ()
    by: str | None = None
    ablations: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)
    unnamed: bool = False

    @property
    def groups(self) -> str:
        """The key of what is judged apart: that of the axis `by`, or "all"."""
        return next((axis.key for axis in self.grid.axes if axis.name == self.by), "all")

    def claims_about(self, config: Mapping[str, Any]) -> tuple[Claim, ...]:
        """Return the claims about the images of a run: of any, or of the set of that name."""
        name = config.get("data", {}).get("name")
        return tuple(claim for claim in self.claims if not claim.sets or name in claim.sets)
