"""What an audit that already lies in a folder has found."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.report.audit_file import NAME, read_findings


def ablations_of(directory: Path, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ablations of the audit in a folder if it is of the same run, else none.

    Parameters
    ----------
    directory : Path
    document : dict
        The content of the new ``audit.json``.
    """
    try:
        if read_findings(directory) is None:
            return []
    except AvanpError:  # of another format, or damaged: it is written anew
        return []
    earlier = json.loads((directory / NAME).read_text(encoding="utf-8"))
    # Through JSON, so that tuples and lists compare.
    now = json.loads(json.dumps({key: document[key] for key in ("run", "cells")}))
    same = all(earlier[key] == now[key] for key in now)
    return list(earlier["ablations"]) if same else []
