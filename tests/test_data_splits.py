"""What a set of images for training has beyond its pixels: channels, labels, groups, parts."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from avanp import sweep
from avanp.data.images import ImageSet, numbered
from avanp.data.pixels import luma
from avanp.data.resolve import load_splits, resolve
from avanp.errors import AvanpError

RNG = np.random.default_rng(8)


def grey(count: int = 10, **more: object) -> ImageSet:
    images = RNG.integers(0, 256, (count, 4, 6, 1), dtype=np.uint8)
    return ImageSet("grey", images, numbered(count), "memory", **more)


def labelled(count: int = 10) -> ImageSet:
    return grey(
        count, labels=np.arange(count) % 3, classes=("a", "b", "c"), groups=np.arange(count) // 2
    )


def test_a_grey_set_has_one_channel() -> None:
    images = grey()
    assert (images.channels, images.shape) == (1, (4, 6, 1))
    assert images.as_float().shape == (10, 4, 6, 1)


def test_grey_becomes_rgb_with_equal_channels_and_back_without_loss() -> None:
    images = grey()
    rgb = images.with_channels(3)
    assert np.array_equal(rgb.images, np.repeat(images.images, 3, axis=3))
    assert rgb.with_channels(1).sha256 == images.sha256
    assert rgb.with_channels(3) is rgb


def test_luma_is_pillows() -> None:
    pixels = RNG.integers(0, 256, (70, 5, 7, 3), dtype=np.uint8)
    expected = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in pixels])
    assert np.array_equal(luma(pixels)[..., 0], expected)


@pytest.mark.parametrize("channels", [0, 2, 4])
def test_no_other_number_of_channels_is_known(channels: int) -> None:
    with pytest.raises(AvanpError, match="1 channel"):
        grey().with_channels(channels)


def test_images_without_names_are_numbered() -> None:
    names = numbered(120)
    assert (names[0], names[99], names[119], len(names)) == ("000", "099", "119", 120)
    assert numbered(1) == ("0",)


def test_a_selection_keeps_names_labels_and_groups_together() -> None:
    images = labelled()
    for rows in (slice(2, 5), np.array([7, 1]), np.arange(10) > 6):
        some = images.select(rows)
        assert np.array_equal(some.images, images.images[rows])
        assert np.array_equal(some.labels, images.labels[rows])
        assert np.array_equal(some.groups, images.groups[rows])
        assert list(some.names) == np.array(list(images.names))[rows].tolist()
        assert some.classes == images.classes


def test_a_batch_of_floats_is_a_batch_of_the_whole() -> None:
    images = grey()
    for rows in (slice(3, 6), np.array([9, 0])):
        assert np.array_equal(images.as_float(rows=rows), images.as_float()[rows])


def test_a_declared_range_is_what_the_floats_have() -> None:
    ends = np.array([0, 51, 255], np.uint8).reshape(1, 3, 1, 1)
    images = ImageSet("ends", ends, ("a",), "memory").with_range(-1, 1)
    assert images.value_range == (-1.0, 1.0)
    assert images.as_float(np.float64).ravel() == pytest.approx([-1, -0.6, 1], abs=1e-15)
    assert images.as_float().dtype == np.float32
    with pytest.raises(AvanpError, match="holds nothing"):
        images.with_range(1, 1)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"channels": 3}, "grey is grey (1 channel), and the model wants RGB (3 channels)"),
        ({"size": (4, 6)}, "images of 6x4, and the model wants 4x6: give --size 4x6"),
        ({"value_range": (-1, 1)}, "values in [0, 1], and the model wants [-1, 1]"),
    ],
)
def test_what_a_model_does_not_want_is_one_line(wanted: dict, said: str) -> None:
    with pytest.raises(AvanpError) as error:
        grey().check(**wanted)
    assert said in str(error.value)


def test_what_a_model_wants_passes() -> None:
    grey().check(channels=1, size=(6, 4), value_range=(0, 1))
    grey().check()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"labels": np.arange(9), "classes": tuple("abcdefghij")}, "labels must be 10 whole"),
        ({"labels": np.zeros(10), "classes": ("a",)}, "labels must be 10 whole"),
        ({"labels": np.full(10, 2), "classes": ("a", "b")}, "labels must be 0..1"),
        ({"labels": np.full(10, -1), "classes": ("a", "b")}, "labels must be 0..1"),
        ({"groups": np.arange(11)}, "groups must be 10 whole"),
    ],
)
def test_labels_and_groups_must_fit(more: dict, said: str) -> None:
    with pytest.raises(AvanpError) as error:
        grey(**more)
    assert said in str(error.value)


@given(
    st.lists(st.integers(0, 6), min_size=2, max_size=40).filter(lambda g: len(set(g)) > 1),
    st.floats(0.01, 0.99),
    st.integers(0, 9),
)
def test_no_group_is_divided(groups: list[int], share: float, seed: int) -> None:
    images = grey(len(groups), groups=np.array(groups))
    rest, held = images.hold_out(share, np.random.default_rng(seed))
    assert not set(rest.groups) & set(held.groups)
    assert sorted([*rest.names, *held.names]) == list(images.names)
    # A group more or less than asked for, at most, and at least one in each part.
    largest = max(groups.count(g) for g in set(groups))
    assert abs(len(held) - share * len(images)) <= largest
    assert min(len(rest), len(held)) >= 1


def test_identical_images_are_a_group_where_none_is_given() -> None:
    once = RNG.integers(0, 256, (6, 4, 6, 1), dtype=np.uint8)
    twice = ImageSet("twice", np.concatenate([once, once]), numbered(12), "memory")
    rest, held = twice.hold_out(0.5, np.random.default_rng(0))
    assert len(rest) == len(held) == 6
    assert not {i.tobytes() for i in rest.images} & {i.tobytes() for i in held.images}


def test_one_seed_holds_out_the_same_images() -> None:
    images = grey(50)
    names = [list(images.hold_out(0.2, np.random.default_rng(s))[1].names) for s in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert len(names[0]) == 10


def test_one_group_cannot_be_divided() -> None:
    said = "10 equal or related images cannot .*: give at least two of different groups"
    with pytest.raises(AvanpError, match=said):
        grey(groups=np.zeros(10, int)).hold_out(0.5, RNG)
    said = "one image cannot be divided into two parts: give at least two that differ"
    with pytest.raises(AvanpError, match=said):
        grey(1).hold_out(0.5, RNG)
    for share in (0.0, 1.0, float("nan")):
        with pytest.raises(AvanpError, match="above 0 and below 1"):
            grey().hold_out(share, RNG)


def test_two_images_are_too_few_for_validation_as_well(tmp_path: Path) -> None:
    for i in range(2):
        Image.fromarray(np.full((4, 5), i, np.uint8)).save(tmp_path / f"{i}.png")
    assert set(load_splits(str(tmp_path))) == {"train", "test"}
    said = r"at least two that differ besides those for testing, or --validation 0"
    with pytest.raises(AvanpError, match=said):
        load_splits(str(tmp_path), validation=0.1)


def test_a_part_is_asked_for_by_name() -> None:
    images = grey(splits={"train": slice(0, 7), "test": slice(7, None)})
    assert images.part("all") is images
    assert (len(images.part("train")), len(images.part("test"))) == (7, 3)
    with pytest.raises(AvanpError, match="grey has no part 'validation': choose all, train, test"):
        images.part("validation")


def test_a_set_without_parts_is_divided_once_and_for_all() -> None:
    train, test = resolve("digits", split="train"), resolve("digits", split="test")
    assert len(train) + len(test) == 1797
    assert abs(len(test) - 0.2 * 1797) <= 1
    parts = load_splits("digits")
    assert set(parts) == {"train", "test"}
    assert parts["test"].sha256 == test.sha256
    assert not {i.tobytes() for i in train.images} & {i.tobytes() for i in test.images}


def test_validation_images_are_taken_from_the_training_part_by_seed() -> None:
    plain = load_splits("digits")
    first, again, other = (load_splits("digits", validation=0.1, seed=s) for s in (0, 0, 1))
    assert set(first) == {"train", "validation", "test"}
    assert first["test"].sha256 == plain["test"].sha256
    assert first["validation"].sha256 == again["validation"].sha256
    assert first["validation"].sha256 != other["validation"].sha256
    assert len(first["train"]) + len(first["validation"]) == len(plain["train"])


def test_channels_and_size_are_changed_together() -> None:
    images = resolve("digits", "16x12", split="test", channels=3)
    assert images.shape == (12, 16, 3)
    assert np.array_equal(images.images[..., 0], images.images[..., 2])
    assert images.labels is not None
    grey_jungle = resolve("jungle", channels=1)
    assert grey_jungle.shape == (64, 100, 1)


def test_folders_in_a_folder_are_classes(tmp_path: Path) -> None:
    pixels = RNG.integers(0, 256, (3, 4, 6, 3), dtype=np.uint8)
    for name, image in zip(("dog/b.png", "cat/a.png", "dog/a.png"), pixels, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / name)
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    Image.fromarray(pixels[0]).save(tmp_path / ".hidden" / "a.png")
    images = resolve(str(tmp_path))
    assert images.classes == ("cat", "dog")
    assert images.names == ("cat/a.png", "dog/a.png", "dog/b.png")
    assert images.labels.tolist() == [0, 1, 1]
    assert np.array_equal(images.images, pixels[[1, 2, 0]])


def test_a_sweep_sees_grey_images_as_rgb(tmp_path: Path) -> None:
    images = grey(4)
    rgb = images.with_channels(3)
    rows = [
        sweep("0.5", models="VAE", rules="program", data=data, draws=1, jobs=1).rows
        for data in (images, rgb)
    ]
    assert rows[0][0]["bm"] == rows[1][0]["bm"]
    assert rows[0][0]["data"] == rows[1][0]["data"]


def test_a_folder_is_divided_alike_at_every_size(tmp_path: Path) -> None:
    for i, image in enumerate(RNG.integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)):
        Image.fromarray(image).save(tmp_path / f"{i:02d}.png")
    names = [resolve(str(tmp_path), size, split="test").names for size in (None, "4x4", "5x9")]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) == 4
