from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avanp.data.readers.labels import read_label_table
from avanp.data.resolve import load_splits, resolve
from avanp.errors import AvanpError

TABLE = "lesion_id,image_id,dx\nL2,b,nv\nL1,a,mel\nL2,c,nv\n"


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path, **columns: str) -> str:
    with pytest.raises(AvanpError) as error:
        read_label_table(path, **columns)
    assert len(str(error.value).splitlines()) == 1
    assert repr(str(path)) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("text", [TABLE, "\ufeff" + TABLE, TABLE.replace("\n", "\r\n")])
def test_a_table_gives_files_labels_and_groups_in_its_order(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "t.csv", text)
    rows = read_label_table(path, file="image_id", label="dx", group="lesion_id", suffix=".jpg")
    assert rows.files == ("b.jpg", "a.jpg", "c.jpg")
    assert rows.classes == ("mel", "nv")
    assert rows.labels.tolist() == [1, 0, 1]
    assert rows.groups is not None
    assert rows.groups.tolist() == [1, 0, 1]


def test_a_table_without_groups_has_none(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "file,label\na.png,x\n")
    assert read_label_table(path).groups is None


@pytest.mark.parametrize(
    "name",
    ["../a.png", "a/../../b.png", "/etc/passwd", "a//b.png", "./a.png", "..", "..\\a.png",
     "C:/a.png", "C:\\a.png", "a/"],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "t.csv", f"file,label\nok.png,x\n{name},x\n")
    said = refused(path)
    assert "row 2" in said
    assert "not a path below its folder" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column 'file', only nothing"),
        ("name,label\na,b\n", "has no column 'file', only 'name', 'label'"),
        ("file,label\n", "has no rows"),
        ("file,label\na.png\n", "row 1 lacks a field"),
        ("file,label\na.png,\n", "row 1 lacks a field"),
        ("file,label\na.png, \n", "row 1 lacks a field"),
        ("file,label\na.png,x\nb.png,bread, butter\n", "row 2 has a field too many: put what"),
        ("file,label\na.png,x\na.png,y\n", "row 2 names 'a.png' a second time"),
        (b"file,label\n\xff,x\n", "is not a CSV table"),
        ("file,label\n" + "a" * 200_000 + ",x\n", "is not a CSV table"),
    ],
)
def test_a_bad_table_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(written(tmp_path / "t.csv", text))


def test_blanks_around_columns_and_classes_are_left_out_and_said(tmp_path: Path) -> None:
    path = written(
        tmp_path / "t.csv", "file, label, group\na.png, cat,1\nb c.png,cat , 1\nd,cat,2\n"
    )
    with pytest.warns(UserWarning, match="t.csv': blanks around what 2 rows say are left out"):
        rows = read_label_table(path)
    assert (rows.files, rows.classes) == (("a.png", "b c.png", "d"), ("cat",))
    assert rows.groups.tolist() == [0, 0, 1]


def test_labels_csv_in_a_folder_says_what_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (4, 3, 5, 3), dtype=np.uint8)
    (tmp_path / "deep").mkdir()
    names = ["x.png", "deep/y.png", "z.png", "unlisted.png"]
    for name, image in zip(names, pixels, strict=True):
        Image.fromarray(image).save(tmp_path / name)
    listed = "label,file,group\ncat,z.png,1\ndog,deep/y.png,2\ncat,x.png,1\n"
    written(tmp_path / "labels.csv", listed)
    images = resolve(str(tmp_path))
    assert images.names == ("z.png", "deep/y.png", "x.png")
    assert np.array_equal(images.images, pixels[[2, 1, 0]])
    assert [images.classes[i] for i in images.labels] == ["cat", "dog", "cat"]
    parts = load_splits(str(tmp_path))
    assert sorted(map(len, parts.values())) == [1, 2]
    (tmp_path / "x.png").unlink()
    with pytest.raises(AvanpError, match=r"x\.png' cannot be read: not a regular file"):
        resolve(str(tmp_path))
