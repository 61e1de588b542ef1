"""The errors that a user can mend."""

LONGEST = 1200  # characters of a message


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


def one_line(text: str) -> str:
    """Return one line without control characters, whatever a file is called."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
