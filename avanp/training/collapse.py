"""Watchers of a training whose generator may collapse: what is kept of it, and when it stops."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avanp.files import make_folder, write_whole
from avanp.metrics.collapse import Sign, sign
from avanp.pictures.save import save_sheet
from avanp.rng import stream
from avanp.training.conclusion import drawn_of

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer

BEFORE = "before-collapse.npz"
SHEET, SHEETS = 64, "sheets"
NAMED = re.compile(r"samples-(\d{8,})\.png")


class CollapseWatch:
    """Keeps the checkpoint from before a sign of collapse, as `BEFORE` in the training's folder.

    k's drop comes before a collapse, and the file of the last drop is kept then; a collapse
    without one keeps its own. The row says the sign as its "hint".

    Parameters
    ----------
    stop : bool
        Whether training stops at a collapse. A drop of k alone stops nothing.
    """

    def __init__(self, *, stop: bool = False) -> None:
        self.stop = stop

    def __call__(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """Look at the log with its new row."""
        now = sign(trainer.rows)
        if now not in (Sign.K_DROP, Sign.COLLAPSE):
            return
        if now is not sign(trainer.rows[:-1]):
            self._keep(trainer, now)
        if self.stop and now is Sign.COLLAPSE:
            trainer.stopped = True

    def _keep(self, trainer: "Trainer", now: Sign) -> None:
        if trainer.out is None:
            return
        last, before = trainer.out / trainer.checkpoint, trainer.out / BEFORE
        if last.exists() and (now is Sign.K_DROP or not before.exists()):
            write_whole(before, last.read_bytes(), within=trainer.out)


class SampleSheets:
    """Draws the images of the same 64 codes over time: ``sheets/samples-00002000.png``, ….

    Parameters
    ----------
    every : int
        Steps between sheets; one is drawn at the first row at or after each multiple.
    """

    def __init__(self, every: int) -> None:
        self.every = every

    def __call__(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """Draw a sheet where it is time."""
        before = trainer.rows[-2]["step"] if len(trainer.rows) > 1 else 0
        if trainer.out is None or row["step"] // self.every == before // self.every:
            return
        system: Any = trainer.system
        if trainer.batches is not None:
            # New images are drawn as they will be in the end.
            rng = stream(trainer.seed, "sample")
            system.conclude(drawn_of(trainer, trainer.batches.images, rng), rng)
        images = system.generate(SHEET, stream(trainer.seed, "sample"))
        folder: Path = trainer.out / SHEETS
        make_folder(folder, within=trainer.out)
        save_sheet(images, folder / f"samples-{row['step']:08d}.png")


def sheets(out: Path) -> list[tuple[int, Path]]:
    """Return the sheets in the folder of a training, each with its step, in their order."""
    found = [(NAMED.fullmatch(path.name), path) for path in (out / SHEETS).glob("*.png")]
    return sorted((int(named[1]), path) for named, path in found if named and path.is_file())
