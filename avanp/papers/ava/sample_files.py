"""Where the generated images of a sweep's cells lie."""

from pathlib import Path


def strip_path(directory: Path, rules: str, model: str, lr: float) -> Path:
    """Return the strip of a cell in a run's folder: its first generated images side by side."""
    return directory / "samples" / f"{rules}-{model}-{lr:g}.png"
