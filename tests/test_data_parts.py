"""Which images are read, and which part they fall in."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from avanp.data import reading
from avanp.data.grouping import hold_out
from avanp.data.images import ImageSet, numbered
from avanp.data.pixels import Pixels
from avanp.data.resolve import load_splits, resolve
from avanp.data.splits import Division, divided, limited
from avanp.errors import AvanpError, Note
from cli_process import avanp

RNG = np.random.default_rng(4)


def write(folder: Path, counts: dict[str, int]) -> Path:
    """Make a folder of classes with so many images of noise each."""
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for i in range(count):
            pixels = RNG.integers(0, 256, (4, 5, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{i:03d}.png")
    return folder


def distinct(n: int) -> Pixels:
    return Pixels(np.arange(n * 4, dtype=np.uint32).view(np.uint8).reshape(n, 2, 8, 1))


@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=60),
    st.floats(0.02, 0.9),
    st.integers(0, 5),
)
def test_each_class_has_its_share_of_both_parts(labels: list[int], share: float, seed: int) -> None:
    y = np.array(labels)
    rest, held = hold_out(distinct(len(y)), None, share, np.random.default_rng(seed), y)
    assert sorted([*rest, *held]) == list(range(len(y)))
    assert len(held) >= 1 <= len(rest)
    if len(held) > 1 and len(set(labels)) < len(labels):
        for one in set(labels):
            count = labels.count(one)
            # What classes before could not give or gave too much is made up for.
            assert abs((y[held] == one).sum() - share * count) < 1.5 + share * (count == 1)
            assert (y[rest] == one).any()  # no class is for testing alone


def test_a_group_is_not_divided_where_classes_are_balanced() -> None:
    y, groups = np.repeat([0, 1], 50), np.arange(100) // 5
    rest, held = hold_out(distinct(100), groups, 0.2, np.random.default_rng(0), y)
    assert not set(groups[rest]) & set(groups[held])
    assert np.bincount(y[held]).tolist() == [10, 10]


def test_where_every_class_is_one_image_the_parts_are_as_without_classes() -> None:
    parts = [
        hold_out(distinct(10), None, 0.2, np.random.default_rng(0), labels)[1].tolist()
        for labels in (None, np.arange(10))
    ]
    assert len(parts[1]) == 2


def test_a_folder_of_classes_is_divided_by_class(tmp_path: Path) -> None:
    folder = write(tmp_path / "pets", {"cats": 50, "dogs": 10, "newts": 5})
    parts = load_splits(str(folder), validation=0.25)
    counts = {name: np.bincount(part.labels).tolist() for name, part in parts.items()}
    assert counts == {"train": [30, 6, 3], "validation": [10, 2, 1], "test": [10, 2, 1]}
    assert resolve(str(folder), split="test").sha256 == parts["test"].sha256


def test_what_is_registered_is_divided_as_it_always_was() -> None:
    parts = load_splits("digits", validation=0.1)
    rest, _ = resolve("digits", split="train").hold_out(0.1, avanp_stream())
    assert parts["train"].sha256 == rest.sha256


def avanp_stream() -> np.random.Generator:
    from avanp.rng import stream

    return stream(0, "parts")


def test_a_limit_is_of_every_part(tmp_path: Path) -> None:
    folder = write(tmp_path / "pets", {"cats": 60, "dogs": 40})
    for limit, sizes in ((1000, [72, 8, 20]), (15, [15, 8, 15]), (5, [5, 5, 5]), (1, [1, 1, 1])):
        parts = load_splits(str(folder), validation=0.1, limit=limit)
        assert [len(parts[name]) for name in ("train", "validation", "test")] == sizes
        names = [name for part in parts.values() for name in part.names]
        assert len(set(names)) == len(names)
    digits = load_splits("digits", limit=30, validation=0.1)
    assert {len(part) for part in digits.values()} == {30}
    with pytest.raises(AvanpError, match="--limit must be at least 1"):
        load_splits(str(folder), limit=0)


def test_of_a_folder_no_more_is_decoded_than_the_limit_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "pets", {"cats": 60, "dogs": 40})
    decoded = []
    real = reading.decode_files

    def counted(what: reading.Files, *rest: object) -> object:
        decoded.append(len(what.files))
        return real(what, *rest)

    monkeypatch.setattr(reading, "decode_files", counted)
    parts = load_splits(str(folder), limit=4, validation=0.1)
    assert decoded == [12]
    labels = np.concatenate([part.labels for part in parts.values()])
    assert np.bincount(labels).tolist() == [7, 5]
    # Where the whole folder is in the cache, nothing is decoded, and the parts are the same.
    monkeypatch.setenv("AVANP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reading, "KEPT", (50, 1 << 30))
    load_splits(str(folder))
    again = load_splits(str(folder), limit=4, validation=0.1)
    assert decoded == [12, 100]
    for name, part in parts.items():
        assert again[name].names == part.names
        assert again[name].sha256 == part.sha256
        assert np.array_equal(again[name].labels, part.labels)


def test_a_limit_takes_whole_groups_of_a_table(tmp_path: Path) -> None:
    lines = ["file,label,group"]
    for i in range(60):
        pixels = RNG.integers(0, 256, (4, 5, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
        lines.append(f"{i}.png,{'ab'[i // 3 % 2]},{i // 3}")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    parts = load_splits(str(tmp_path), limit=9)
    groups = {name: {int(i) // 3 for i in strip(part)} for name, part in parts.items()}
    assert not groups["train"] & groups["test"]
    assert [len(part) for part in parts.values()] == [9, 9]


def strip(part: ImageSet) -> list[str]:
    return [name.removesuffix(".png") for name in part.names]


def test_a_class_that_nothing_is_trained_on_is_named() -> None:
    from avanp.data.splits import tell_of_lost

    images = ImageSet(
        "a", RNG.integers(0, 256, (4, 2, 2, 1), np.uint8), numbered(4), "memory",
        labels=np.array([0, 0, 1, 2]), classes=("cats", "dogs", "newts"),
    )  # fmt: skip
    parts = {"train": images.select(slice(0, 2)), "test": images.select(slice(2, 4))}
    with pytest.warns(Note, match="no training image is of 2 classes, 'dogs', 'newts'"):
        tell_of_lost(parts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tell_of_lost({"train": images, "test": images})


def test_the_parts_of_an_earlier_version_are_had_again_and_a_training_says_its_own(
    tmp_path: Path,
) -> None:
    write(tmp_path / "pets", {"cats": 30, "dogs": 11})
    net = ("--arch", "mlp", "--widths", "4", "--latent", "2", "--epochs", "1")
    words = ("train", "VAE", "--data", "pets", "--limit", "20", *net, "--out", "new")
    assert avanp(tmp_path, *words).code == 0
    old = load_splits(str(tmp_path / "pets"), validation=0.1, limit=20, stratified=False)
    now = load_splits(str(tmp_path / "pets"), validation=0.1, limit=20)
    assert len(old["train"]) == 20
    assert len(old["test"]) == 8
    assert old["train"].sha256 != now["train"].sha256
    before = divided(resolve(str(tmp_path / "pets")), Division()).part("train")
    assert limited(before.hold_out(0.1, avanp_stream())[0], 20).sha256 == old["train"].sha256
    from avanp.training.checkpoint import describe

    about = describe(tmp_path / "new" / "checkpoint.npz")["about"]
    assert about["data"]["stratified"] is True
    assert (
        about["order"]["pixels"]
        == load_splits(str(tmp_path / "pets"), "5x4", validation=0.1, limit=20)["train"].sha256
    )
