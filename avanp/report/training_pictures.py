"""The pictures of a training as sections of its page."""

from collections.abc import Sequence
from pathlib import Path

from avanp.report.page import Beside, Blocks, Picture, Section, text
from avanp.report.training_chart import HELD
from avanp.runs.folder import Rows
from avanp.training.collapse import sheets

SHEETS = 8  # on a page, of however many


def pictures_of(directory: Path, model: str, rows: Rows, mixture: int = 0) -> list[Section]:
    """Return a section for each picture that a training has drawn, and one of its sheets.

    Parameters
    ----------
    directory : Path
        Of the training.
    model : str
        Its name.
    rows : sequence of mappings
        Of its log.
    mixture : int
        Gaussians that the model keeps to draw codes of; 0 where it draws them of its prior.
    """
    codes = "random codes, drawn from its prior"
    if mixture:
        many = f"{mixture} Gaussians" if mixture > 1 else "one Gaussian"
        codes = f"random codes, drawn from {many} fitted to the codes of the training images"
    part = "validation" if any(key.startswith(HELD) for row in rows for key in row) else "test"
    pictures = {
        "samples.png": (
            "Generated images",
            f"Images drawn by {model} from random codes",
            f"What the model makes of {codes}.",
        ),
        "reconstructions.png": (
            "Reconstructions",
            f"Images that {model} was not trained on, above their reconstructions",
            "In each pair of rows the originals are above, the reconstructions below. The images "
            f"are of the {part} part, evenly spread over it from its first one on; none was "
            "trained on.",
        ),
    }
    sections = []
    drawn = sheets(directory)
    if drawn:
        told = "Images of the same 64 codes, after more and more steps."
        columns = [(f"After {s:,} steps", "", [_sheet(path, s)]) for s, path in _some(drawn)]
        over: Blocks = [text(told), Beside(columns)]
        sections.append(Section("sheets", "Generated images over time", over))
    for name, (heading, alt, caption) in pictures.items():
        if (directory / name).is_file():
            picture = Picture(directory / name, alt, caption)
            sections.append(Section(Path(name).stem, heading, [picture]))
    return sections


def _some(sheets: Sequence[tuple[int, Path]]) -> Sequence[tuple[int, Path]]:
    """Return the first and the last sheet, and what lies evenly between: SHEETS at the most."""
    last = len(sheets) - 1
    if last < SHEETS:
        return sheets
    return [sheets[round(i * last / (SHEETS - 1))] for i in range(SHEETS)]


def _sheet(path: Path, step: int) -> Picture:
    return Picture(path, f"Generated images after {step:,} steps")
