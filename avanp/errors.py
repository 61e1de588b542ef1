"""The errors that a user can mend."""

import errno
from collections.abc import Collection

LONGEST = 1200  # characters of a message
# Of a full or failing disk: what waiting may mend, and another input would not.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


class AvanpError(ValueError):
    """Bad input or a bad request, said in one line: what is wrong, and what would be right.

    The command line prints the line and exits with code 2. Whatever a file is called or says, the
    line is one of printable characters: others are escaped, and the middle of a long one is left
    out.
    """

    def __init__(self, message: str) -> None:
        line = one_line(message)
        if len(line) > LONGEST:
            line = f"{line[: LONGEST - 300]} … {line[-296:]}"
        super().__init__(line)


class Note(UserWarning):
    """What a person should know of what was read: the command line shows it as a note."""


def extra(name: str) -> str:
    """Return how to install an extra: avanp is on no index, so that it is from its own folder."""
    return f"pip install '.[{name}]' in avanp's folder"


def unknown(name: str, names: Collection[str]) -> str:
    """Return an unknown name in quotes, with the one of `names` that is most like it, if one is."""
    from difflib import SequenceMatcher, get_close_matches

    spelled = {known.lower(): known for known in names}
    near = get_close_matches(name.lower(), spelled, n=2)
    # Two letters that changed places are likelier than one that is wrong.
    near = [known for known in near if sorted(known) == sorted(name.lower())] or near
    alike = [SequenceMatcher(None, known, name.lower()).ratio() for known in near]
    if not near or len(set(alike)) < len(alike):  # as like as another: the list says more
        return f"{name!r}"
    return f"{name!r} (did you mean {spelled[near[0]]}?)"


def one_line(text: str) -> str:
    """Return one line without control characters, whatever a file is called."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
