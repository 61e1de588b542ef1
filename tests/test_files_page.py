"""docs/files.md names what is there, and leaves no package out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
NAMED = re.findall(r"\[`([\w./]+)`\]\(([\w./]+)\)", PAGE)
PATHS = {name for name, _ in NAMED}


@pytest.mark.parametrize(("name", "link"), NAMED, ids=[name for name, _ in NAMED])
def test_every_path_exists_and_its_link_leads_there(name, link):
    assert (ROOT / name).exists()
    assert (ROOT / "docs" / link).resolve() == (ROOT / name).resolve()
    assert name.endswith("/") == (ROOT / name).is_dir()


def test_no_path_is_named_without_a_link():
    plain = re.sub(r"\[`[^`]*`\]\([^)]*\)", "", PAGE)
    assert not re.findall(r"`[\w.]+/[\w./]*`", plain)


def test_every_package_and_module_has_its_place():
    for path in (ROOT / "avanp").iterdir():
        name = path.relative_to(ROOT).as_posix()
        if path.is_dir() and list(path.glob("*.py")):
            assert f"{name}/" in PATHS, f"{name}/ has no line in docs/files.md"
        elif path.suffix == ".py" and path.name != "__init__.py":
            assert name in PATHS, f"{name} has no line in docs/files.md"


def test_every_folder_of_the_checkout_has_its_place():
    for folder in ("docs", "examples", "tests", "bench", "datasets", ".ci"):
        assert f"{folder}/" in PATHS
