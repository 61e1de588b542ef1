"""What the README shows is what a reader gets."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def blocks(language, page=README):
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/ava.md"])
def test_every_python_block_prints_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shared: dict = {}
    python = blocks("python", (ROOT / page).read_text(encoding="utf-8"))
    assert python
    for block in python:
        test = doctest.DocTestParser().get_doctest(block, shared, page, None, 0)
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(test, clear_globs=False)
        assert runner.summarize(verbose=False).failed == 0
        shared.update(test.globs)


def test_the_first_page_is_short():
    assert len(README.encode()) <= 9000
    first = blocks("python")[0].splitlines()
    assert len([line for line in first if line.startswith(">>> ")]) <= 6


def test_the_help_begins_with_the_first_sentence_of_the_page():
    from avanp.cli import cli

    sentence = " ".join(README.split("\n\n")[1].split()).split(". ")[0] + "."
    assert cli.help.splitlines()[0] == sentence


def test_the_papers_and_extras_it_names_are_all_there_are():
    from avanp.registry import PAPERS

    named = re.search(r"`avanp reproduce PAPER`, one of (.*?),? ends", README)[1]
    assert re.findall(r"`(\w+)`", named) == list(PAPERS)
    pyproject = (ROOT / "pyproject.toml").read_text()
    extras = re.findall(r"`(\w+)`", README.split("Extras, given as")[1].split("\n\n")[0])
    assert len(extras) == 6
    for extra in extras:
        assert re.search(rf"^{extra} = \[", pyproject, re.MULTILINE), extra


def run(command, **kwargs):
    words = shlex.split(command)
    assert words[0] == "avanp"
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, timeout=300, **kwargs
    )


def pattern(shown):
    """What the output must match: figures may differ by machine, … stands for any lines."""
    lines = [re.sub(r"\\?-?\d[\d,.]*(e\\?[-+]\d+)?", "#", re.escape(x)) for x in shown.splitlines()]
    lines = [re.sub(r"(\\ )+", " ", line).strip() for line in lines]
    figures = [line.replace("#", r"-?\d[\d,.]*(?:e[-+]\d+)?") for line in lines]
    return "\n".join("(?s:.*)" if line == "…" else line for line in figures)


@pytest.mark.slow
def test_the_console_blocks_print_what_they_show(tmp_path):
    # Up to the papers, whose sweeps take longer; each goes on with what those before it made.
    shown = blocks("console", COMMANDS.split("## Reproduce a paper")[0])
    assert len(shown) >= 5
    for part in [p for block in shown for p in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]:
        command, output = part.split("\n", 1)
        done = run(command, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
        printed = "\n".join(" ".join(line.split()) for line in done.stdout.splitlines())
        assert re.fullmatch(pattern(output), printed), f"{command}: {printed}"


def test_a_block_that_shows_something_else_is_noticed():
    printed = "a 1.5e-07 b\nc\nd"
    assert re.fullmatch(pattern("a  2.5e-11  b\n…\nd"), printed)
    assert not re.fullmatch(pattern("a 1.5 x\n…\nd"), printed)
    assert not re.fullmatch(pattern("a b\n…\nd"), printed)


@pytest.mark.slow
def test_the_commands_on_own_images_run_as_shown(tmp_path):
    from PIL import Image

    commands = [c for b in blocks("sh") for c in b.splitlines() if c.startswith("avanp")]
    assert len(commands) == 4
    (tmp_path / "photos").mkdir()
    rng = np.random.default_rng(0)
    for i in range(24):
        pixels = rng.integers(0, 256, (90, 160, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{i}.jpg")
    commands[0] += " --epochs 1"
    for command in commands:
        done = run(command, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
    for name in ("runs/photos/samples.png", "new.png", "pairs.png"):
        assert (tmp_path / name).exists()


def test_every_file_and_command_it_names_is_there():
    for name in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"^\| `avanp (\w+)", COMMANDS, re.MULTILINE):
        assert (ROOT / "avanp" / "commands" / f"{name}.py").exists(), name


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.stem)
def test_links_between_the_pages_lead_somewhere(page):
    for name in re.findall(r"\]\(((?!http)[^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / name).exists(), name


def test_every_page_of_the_docs_is_in_their_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").iterdir():
        if page.suffix in (".md", ".cff") and page.name != "README.md":
            assert f"]({page.name})" in index, page.name


def test_the_two_commands_install_with_extras_that_exist():
    pyproject = (ROOT / "pyproject.toml").read_text()
    for extra in re.findall(r"pip install '\.\[(\w+)\]'", README):
        assert re.search(rf"^{extra} = \[", pyproject, re.MULTILINE)


@pytest.mark.data
@pytest.mark.stress
def test_ten_seeds_on_the_papers_images_give_the_table_shown(orbit_set):
    import avanp

    # A process of its own pool needs no guard here: pytest is not re-imported as main.
    result = avanp.sweep(data=orbit_set, rules="program", seeds=10, jobs=os.cpu_count() or 1)
    part = result.tables["rules"]["program"]
    assert part["verdict"]["compared"] == 133
    assert part["verdict"]["rms"] <= 0.0035
    assert part["verdict"]["correlation"] >= 0.998
    assert abs(part["verdict"]["table3_largest"]["difference"]) <= 0.004
    page = (ROOT / "docs" / "ava.md").read_text(encoding="utf-8")
    shown = re.search(r"^Mean +(.*)$", page, re.MULTILINE)[1].split()[::2]
    ours = [part["table3"][model]["mean"]["value"] for model in part["table3"]]
    assert [float(figure) for figure in shown] == pytest.approx(ours, abs=1.01e-4)
