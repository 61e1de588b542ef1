"""Build the API reference from the docstrings, with pdoc: python docs/api.py site

It needs `pip install '.[docs]'`. The pages open from disk: site/avanp.html.
"""

import sys
from pathlib import Path

import pdoc

import avanp

# The command line has its own pages: docs/commands.md and --help.
LEFT_OUT = ("cli", "commands", "console")


def build(out: Path) -> None:
    """Write a page for every module of the package into `out`."""
    # The names of `avanp` itself are loaded when they are used, and pdoc looks into the module.
    for name in avanp.__all__:
        setattr(avanp, name, getattr(avanp, name))
    parts = sorted(path.stem for path in Path(avanp.__path__[0]).iterdir() if is_module(path))
    avanp.__all__ += [name for name in parts if name not in LEFT_OUT]
    pdoc.render.configure(docformat="numpy", footer_text=f"avanp {avanp.__version__}")
    pdoc.pdoc("avanp", output_directory=out)


def is_module(path: Path) -> bool:
    """Return whether a path is a public module or package."""
    if path.name.startswith("_"):
        return False
    return path.suffix == ".py" or (path / "__init__.py").exists()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/api.py FOLDER")
    build(Path(sys.argv[1]))
    print(f"written to {sys.argv[1]}: open avanp.html")
