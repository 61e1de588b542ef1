"""``python -m avanp`` is the command `avanp`."""

from avanp.cli import main

if __name__ == "__main__":
    main()
