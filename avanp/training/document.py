"""What a checkpoint says of itself, looked at before anything is made from it."""

from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.runs.schema import OBJECT, TEXT, WHOLE, Misfit, check, each, maybe, one_of, whole

FORMAT = 2
DOCUMENT = {
    "format": whole(1, FORMAT + 1),
    "avanp": TEXT,
    "system": TEXT,
    "config": OBJECT,
    "seed": WHOLE,
    "dtype": one_of("float32", "float64"),
    "nets": each(whole(0, 2**63)),
    "state": {"about?": maybe(OBJECT)},
    "parts?": OBJECT,  # the first format has none
}


def check_document(path: Path, document: dict[str, Any]) -> None:
    """Raise an `AvanpError` unless a document describes a system that this avanp can read."""
    version = document.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise AvanpError(
            f"{str(path)!r} is of checkpoint format {version}, and this avanp reads up to "
            f"{FORMAT}: install a newer avanp"
        )
    try:
        check(document, DOCUMENT, "its description")
        if version == FORMAT:
            check(document, {"parts": OBJECT}, "its description")
    except Misfit as error:
        raise AvanpError(f"{str(path)!r} is no checkpoint of avanp: {error}") from None
