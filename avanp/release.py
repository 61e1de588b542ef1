"""The version of avanp that runs, read once: an installation beside it may take it away."""

from importlib.metadata import version

VERSION = version("avanp")
