"""The errors that a user can mend."""


class AvanpError(ValueError):
    """Bad input or a bad request, said in one line: what is wrong, and what would be right.

    The command line prints the line and exits with code 2.
    """
