"""An entry of the cache held by one process, and why nothing can be kept there."""

import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from avanp.data.cache_folder import BUSY
from avanp.errors import AvanpError, Note
from avanp.locks import held


class Unusable(AvanpError):
    """Why nothing can be kept in the cache."""


@contextmanager
def told() -> Iterator[None]:
    """Make what the disk says the reason why nothing is kept."""
    try:
        yield
    except Unusable:
        raise
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from None
    except AvanpError as error:
        raise Unusable(str(error)) from None


@contextmanager
def alone(folder: Path, source: str) -> Iterator[None]:
    """Hold an entry's folder, as soon as no other process does."""
    waited = False
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(held(folder, BUSY))
                break
            except AvanpError as error:
                if str(error) != BUSY:
                    raise Unusable(str(error)) from None
            except OSError as error:
                raise Unusable(error.strerror or str(error)) from None
            if not waited:
                text = f"another process is reading {source} into the cache: waiting"
                warnings.warn(text, Note, stacklevel=4)
            waited = True
            time.sleep(0.2)
        yield
