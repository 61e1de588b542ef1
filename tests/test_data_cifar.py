import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avanp.data.readers.cifar import RECORD, read_cifar_batch, read_labels, read_sheet
from avanp.data.sets import cifar10 as module
from avanp.errors import AvanpError

RNG = np.random.default_rng(3)
PICTURES = RNG.integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
LABELS = np.array([3, 9, 0, 1, 1, 7])


def record(picture: np.ndarray, label: int) -> bytes:
    """One record by the description of the format: label, red plane, green plane, blue plane."""
    planes = [bytes(picture[y, x, c] for y in range(32) for x in range(32)) for c in range(3)]
    return bytes([label]) + b"".join(planes)


def refused(read, path: Path, *args) -> str:
    with pytest.raises(AvanpError) as error:
        read(path, *args)
    assert len(str(error.value).splitlines()) == 1
    assert repr(str(path)) in str(error.value)
    return str(error.value)


def test_a_binary_batch_is_read_plane_by_plane(tmp_path: Path) -> None:
    pairs = zip(PICTURES, LABELS, strict=True)
    (tmp_path / "a.bin").write_bytes(b"".join(record(p, int(label)) for p, label in pairs))
    images, labels = read_cifar_batch(tmp_path / "a.bin")
    assert np.array_equal(images, PICTURES)
    assert np.array_equal(labels, LABELS)


@pytest.mark.parametrize("size", [0, 1, RECORD - 1, 2 * RECORD + 1])
def test_a_batch_of_broken_records_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(size))
    assert "not N times 3073" in refused(read_cifar_batch, tmp_path / "a.bin")


def test_a_label_that_is_no_class_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(record(PICTURES[0], 10))
    assert "a label is 10" in refused(read_cifar_batch, tmp_path / "a.bin")


def test_a_sheet_has_an_image_a_row(tmp_path: Path) -> None:
    Image.fromarray(PICTURES.reshape(6, 1024, 3)).save(tmp_path / "a.png")
    assert np.array_equal(read_sheet(tmp_path / "a.png"), PICTURES)


def test_a_picture_of_another_width_is_no_sheet(tmp_path: Path) -> None:
    Image.fromarray(PICTURES[0]).save(tmp_path / "a.png")
    assert "1024 pixels a row" in refused(read_sheet, tmp_path / "a.png")


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "[1.5]", "[true]", "[10]", "[-1]", '["1"]', "[" * 100_000]
)
def test_labels_are_a_list_of_small_whole_numbers(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    refused(read_labels, tmp_path / "a.json", 10)


def test_both_forms_of_cifar10_give_the_same_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CARD", replace(module.CARD, count=12))
    monkeypatch.setattr(module, "TRAIN", 10)
    pictures = RNG.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    labels = RNG.integers(0, 10, 12)
    for form in ("bin", "png"):
        folder = tmp_path / form / "cifar10"
        folder.mkdir(parents=True)
        for i, name in enumerate([f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]):
            part, numbers = pictures[2 * i : 2 * i + 2], labels[2 * i : 2 * i + 2]
            if form == "png":
                Image.fromarray(part.reshape(2, 1024, 3)).save(folder / f"{name}.png")
            else:
                pairs = zip(part, numbers, strict=True)
                content = b"".join(record(p, int(n)) for p, n in pairs)
                (folder / f"{name}.bin").write_bytes(content)
    (tmp_path / "png/cifar10/train_lables.json").write_text(json.dumps(labels[:10].tolist()))
    (tmp_path / "png/cifar10/test_lables.json").write_text(json.dumps(labels[10:].tolist()))
    for form in ("bin", "png"):
        monkeypatch.setenv("AVANP_DATA", str(tmp_path / form))
        images = module.cifar10()
        assert np.array_equal(images.images, pictures)
        assert np.array_equal(images.labels, labels)
        assert np.array_equal(images.part("test").images, pictures[10:])
