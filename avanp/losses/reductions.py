"""Options that are given by name."""

from collections.abc import Collection

from avanp.errors import AvanpError


def named(what: str, name: str, names: Collection[str]) -> None:
    """Raise an `AvanpError` that lists the names where `name` is not one of them."""
    if name not in names:
        raise AvanpError(f"unknown {what} {name!r}: choose from {', '.join(names)}")
