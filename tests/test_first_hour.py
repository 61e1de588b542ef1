"""docs/first_hour.md shows the commands that bench/first_hour.sh times."""

import re
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "first_hour.md").read_text(encoding="utf-8")
STEPS = re.findall(r'^step "(.*)"$', (ROOT / "bench" / "first_hour.sh").read_text(), re.MULTILINE)


def shown(command):
    """Whether the page has a command; the clone is of another address, and activation is ours."""
    return f"`{command}`" in PAGE or f"```sh\n{command}\n```" in PAGE


def test_every_step_is_on_the_page_and_timed():
    assert len(STEPS) == 11
    assert STEPS[0].startswith("git clone")
    for command in STEPS[1:]:
        assert shown(command), command
    rows = re.findall(r"^\| [^|]*\| `.*\| +([\d.]+) \| +([\d.]+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == len(STEPS)
    assert all(float(clock) > 0 and float(cpu) > 0 for clock, cpu in rows)


def test_a_step_that_is_not_shown_is_noticed():
    assert not shown("avanp train GAN --data flowers")


def test_the_words_of_every_avanp_step_are_understood():
    import shlex

    from avanp.cli import cli

    for command in STEPS:
        words = shlex.split(command)
        if words[0] == "avanp":
            cli.get_command(click.Context(cli), words[1]).make_context(words[1], words[2:])
