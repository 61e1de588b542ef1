"""`datasets/` says what the code does."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from avanp.data.card import card
from avanp.data.folder import SUFFIXES
from avanp.data.images import ImageSet
from avanp.data.jungle import jungle
from avanp.data.orbit import ORBIT_COUNT, ORBIT_SHA256, ORBIT_SIZE, ORIGIN
from avanp.registry import DATASETS, load

FOLDER = Path(__file__).resolve().parents[1] / "datasets"


def document(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def readme() -> str:
    return (FOLDER / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", DATASETS)
def test_every_registered_set_has_its_function_and_its_row_with_origin_and_licence(
    name: str,
) -> None:
    known = card(name)
    assert callable(load("data set", name))
    start = f"| `{name}` | {known.count} "
    row = next(line for line in readme().splitlines() if line.startswith(start))
    assert known.licence in row
    assert f"{known.width}×{known.height}" in row
    assert ("grey" if known.channels == 1 else "RGB") in row


@pytest.mark.parametrize("name", DATASETS)
def test_every_hash_of_a_set_is_in_the_readme(name: str) -> None:
    known = card(name)
    assert known.pixel_sha256 in readme()
    assert known.label_sha256 in readme()
    for file, sha256 in known.files.items():
        assert f"| `{name}` | `{file}` | `{sha256}` |" in readme()
    for source in known.downloads:
        assert source.url in readme()
        assert source.sha256 in readme()


@pytest.mark.parametrize("name", ["jungle", "orbit"])
def test_a_set_of_single_images_has_a_document(name: str) -> None:
    described = document(name)
    assert described["name"] == name
    assert described["pixel_sha256"] == card(name).pixel_sha256
    assert described["licence"].startswith("MIT")


def test_the_jungles_document_describes_the_jungle() -> None:
    describes(document("jungle"), jungle())


def test_the_orbits_document_agrees_with_the_search() -> None:
    described = document("orbit")
    assert described["pixel_sha256"] == ORBIT_SHA256
    assert described["count"] == len(described["files"]) == ORBIT_COUNT
    assert (described["width"], described["height"]) == ORBIT_SIZE
    folder, _, repository = ORIGIN.partition(" of ")
    assert folder in described["origin"]
    assert repository in described["origin"]
    assert folder in readme()


def test_repeated_files_have_repeated_hashes() -> None:
    described = document("orbit")
    assert len(set(described["files"].values())) == described["distinct"]


def test_the_readme_names_every_format_that_is_read() -> None:
    names = {".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WebP"}
    for suffix in SUFFIXES:
        assert names.get(suffix, suffix[1:].upper()) in readme()


@pytest.mark.data
def test_the_orbits_document_describes_the_papers_files(orbit_set: ImageSet) -> None:
    described = document("orbit")
    describes(described, orbit_set)
    hashes = {
        name: hashlib.sha256(Path(orbit_set.source, name).read_bytes()).hexdigest()
        for name in orbit_set.names
    }
    assert hashes == described["files"], "the copy that was found has been encoded anew"


def describes(described: dict[str, Any], images: ImageSet) -> None:
    assert described["pixel_sha256"] == images.sha256
    assert described["count"] == len(images)
    assert described["distinct"] == images.distinct
    assert (described["width"], described["height"]) == (images.width, images.height)
    assert described["channels"] == images.images.shape[3]
