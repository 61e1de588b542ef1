"""Files are written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from avanp.errors import AvanpError


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and put it in place in one step.

    Raises
    ------
    AvanpError
        Where the folder cannot be written; nothing is left behind then.
    """
    temporary = path.parent / f".{path.name}.{os.getpid()}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AvanpError(
            f"cannot write {str(path)!r}: {reason}; name a folder that can be written"
        ) from error
    finally:
        with suppress(OSError, ValueError):
            temporary.unlink()
