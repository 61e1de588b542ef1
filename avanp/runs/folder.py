"""What a run's folder holds, and reading it: by anybody, at any time, held or not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.inside import open_own
from avanp.runs.identity import Telling, differences
from avanp.runs.schema import OBJECT, Schema, fits, parsed

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
Config = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """What a folder of this kind of run holds.

    Parameters
    ----------
    name : str
        ``sweep``: for messages.
    rows : str
        The name of the file of rows.
    row : schema
        What a row must be.
    identity : str, optional
        The name of the file that says what the run is. With one, a folder without it that holds
        other files is refused; without, `Journal.resume` is told what there is.
    document : schema
        What that file must hold, beside its format.
    format : int
        The file's ``format``; another is refused.
    same : tuple of str, optional
        The fields that make two runs the same run; by default all.
    telling : mapping
        See `avanp.runs.identity.differences`.
    grows : str, optional
        A field, a list, that may gain values: the run in the folder then goes on with more.
    folders : tuple of str
        Folders in it that the run writes into.
    """

    name: str
    rows: str
    row: Schema
    identity: str | None = None
    document: Schema = OBJECT
    format: int = 1
    same: tuple[str, ...] | None = None
    telling: Mapping[str, Telling] = field(default_factory=dict)
    grows: str | None = None
    folders: tuple[str, ...] = ()


def refuse_another(
    there: Mapping[str, Any], asked: Mapping[str, Any], folder: Path, kind: Kind
) -> None:
    """Raise an `AvanpError` that names what differs, unless two identities are of one run.

    Parameters
    ----------
    there, asked : mapping
        What the folder's run is, and what is asked for.
    folder : Path
        For the message.
    kind : Kind
        Which fields count.
    """
    # Through JSON, so that tuples and lists compare.
    now = json.loads(json.dumps(asked))
    different = differences(there, now, kind.same, kind.telling)
    if different:
        raise AvanpError(
            f"--out {folder} holds another run ({'; '.join(different)}): "
            "name another folder, or give the options it had"
        )


def read_identity(folder: Path, kind: Kind) -> dict[str, Any]:
    """Read and check the document that says what the run in a folder is."""
    assert kind.identity is not None
    path, right = folder / kind.identity, f"name a {kind.name}'s --out folder"
    try:
        with open(path, "rb", opener=open_own) as file:
            document = parsed(file.read())
    except FileNotFoundError:
        raise AvanpError(f"{folder} holds no {kind.identity}: {right}") from None
    except NotADirectoryError:
        raise AvanpError(f"{folder} is a file: {right}") from None
    except OSError as error:
        raise AvanpError(f"{path} cannot be read: {error.strerror}") from None
    except AvanpError:
        raise
    except ValueError as error:
        raise AvanpError(
            f"{path} is damaged: {error}; run the {kind.name} in a new folder"
        ) from None
    written = document.get("format") if isinstance(document, dict) else None
    if isinstance(written, int) and written != kind.format:
        raise AvanpError(
            f"{path} has format {written}, and this avanp reads format {kind.format}: "
            "use the version that wrote it"
        )
    if written != kind.format or not fits(document, kind.document):
        raise AvanpError(f"{path} is not the configuration of a {kind.name}: {right}")
    return document


def read_rows(folder: Path, kind: Kind) -> list[Row]:
    """Read the rows; an unfinished last line is left out, any other broken line is an error."""
    return read(folder / kind.rows, kind)[1]


def read(path: Path, kind: Kind) -> tuple[bytes, list[Row]]:
    """Return the file's content, and its rows."""
    try:
        with open(path, "rb", opener=open_own) as file:
            content = file.read()
    except FileNotFoundError:
        return b"", []
    except OSError as error:
        raise AvanpError(f"{path} cannot be read: {error.strerror}") from None
    rows = []
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not (isinstance(row, dict) and fits(row, kind.row)):
            raise AvanpError(
                f"{path}, line {number}, is not a row of a {kind.name}: remove the line"
            )
        rows.append(row)
    return content, rows
