"""The cache of decoded images changes no result, whatever happens to it."""

import errno
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avanp.data import (
    cache,
    cache_folder,
    chunks,
    decoding,
    entry,
    entry_header,
    helpers,
    reading,
    wanted_files,
)
from avanp.data.images import ImageSet
from avanp.data.resolve import load_splits, resolve
from avanp.errors import AvanpError, Note
from cli_process import avanp

N = 23
RNG = np.random.default_rng(11)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of images, two of them equal, that is large enough to be kept; five a chunk."""
    monkeypatch.setenv("AVANP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reading, "KEPT", (N - 1, 1 << 30))
    monkeypatch.setattr(chunks, "BLOCK", 5 * 6 * 4 * 3)
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(N):
        put(folder / f"{i:02d}.png", noise() if i != 7 else noise(3))
    return folder


def noise(seed: int | None = None) -> np.ndarray:
    rng = RNG if seed is None else np.random.default_rng(seed)
    return rng.integers(0, 256, (6, 4, 3), dtype=np.uint8)


def put(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path)


def read(folder: Path, *, notes: int = 0, **options: object) -> ImageSet:
    """Return a set; so many notes are expected."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = resolve(str(folder), **options)
    said = [str(one.message) for one in caught]
    assert len(said) == notes, said
    return found


def without(folder: Path, monkeypatch: pytest.MonkeyPatch, **options: object) -> ImageSet:
    with monkeypatch.context() as patch:
        patch.setenv("AVANP_CACHE", "off")
        return resolve(str(folder), **options)


def same(a: ImageSet, b: ImageSet) -> bool:
    assert np.array_equal(a.pixels.equal, b.pixels.equal)
    assert (a.sha256, a.names, a.pixels.most) == (b.sha256, b.names, b.pixels.most)
    return bool(np.array_equal(a.images, b.images))


def kept(tmp_path: Path) -> list[Path]:
    return [folder for folder, _, _ in cache_folder.entries(tmp_path / "cache")]


def several(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    """Let so many processes decode; of one it is this one."""
    monkeypatch.setattr(decoding, "usable", lambda: processes)
    monkeypatch.setattr(decoding, "HELPED", (0, 0))


def nothing_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "decode_files", lambda *_: pytest.fail("decoded"))


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize(
    "options", [{}, {"size": (5, 7)}, {"channels": 1}, {"size": (5, 7), "channels": 1}]
)
def test_what_is_kept_is_what_is_decoded(
    photos: Path, monkeypatch: pytest.MonkeyPatch, options: dict, processes: int
) -> None:
    several(monkeypatch, processes)
    plain = without(photos, monkeypatch, **options)
    assert same(read(photos, **options), plain)
    nothing_decoded(monkeypatch)
    again = read(photos, **options)
    assert same(again, plain)
    assert not again.images.flags.writeable
    for split in ("train", "test"):
        part, other = (load_splits(str(photos), **options)[split] for _ in range(2))
        assert part.sha256 == other.sha256


@pytest.mark.parametrize("change", ["touched", "replaced", "removed", "added", "renamed"])
def test_a_folder_that_has_changed_is_read_anew(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    read(photos)
    read(photos, size=(3, 3))
    (first,) = {one.name for one in kept(tmp_path)} - {
        read(photos, size=(3, 3)).pixels._stored._folder.name
    }
    file = photos / "03.png"
    before = file.stat()
    if change == "touched":
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    elif change == "replaced":  # with all that a copy can keep
        raw = bytearray(file.read_bytes())
        file.unlink()
        put(file, noise(5))
        file.write_bytes(file.read_bytes().ljust(len(raw), b"\0")[: len(raw)])
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif change == "removed":
        file.unlink()
    elif change == "added":
        put(photos / "99.png", noise())
    else:
        file.rename(photos / "98.png")
    try:
        assert same(read(photos), without(photos, monkeypatch))
    except AvanpError:
        assert change == "replaced"  # by a shorter file: then it is seen to be damaged
        return
    names = {one.name for one in kept(tmp_path)}
    assert first not in names  # that of the folder as it was; the other size stays
    assert len(names) == 2


def test_a_part_has_rows_of_the_whole_and_no_copies(photos: Path) -> None:
    parts = load_splits(str(photos), validation=0.2)
    arrays = {id(part.pixels.array) for part in parts.values()}
    assert len(arrays) == 1
    for part in parts.values():
        rows = part.select(np.array([2, 0]))
        assert rows.pixels.array is part.pixels.array
        assert np.array_equal(rows.images, part.images[[2, 0]])
        assert np.array_equal(part.pixels[1:3], part.images[1:3])
        assert np.array_equal(list(part.pixels), part.images)
        assert np.array_equal(np.asarray(part.pixels), part.images)


def test_photographs_without_colour_are_one_channel_of_the_same_file(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not read(photos).pixels.grey
    for file in photos.iterdir():
        Image.open(file).convert("L").save(file)
    whole = read(photos)
    assert whole.pixels.grey
    part = whole.select(np.array([5, 1]))
    grey = part.with_channels(1)
    assert part.pixels.grey
    assert grey.pixels.array.base is not None
    assert np.shares_memory(grey.pixels.array, whole.pixels.array)
    assert np.array_equal(grey.images, part.images[..., :1])
    with monkeypatch.context() as patch:
        patch.setenv("AVANP_CACHE", "off")
        plain = resolve(str(photos)).select(np.array([5, 1])).with_channels(1)
    assert plain.sha256 == grey.sha256 != part.sha256
    assert grey.sha256 == read(photos, channels=1).select(np.array([5, 1])).sha256


def test_equal_images_of_a_part_are_known_by_their_places_in_it(photos: Path) -> None:
    whole = read(photos)
    put_last = whole.select(np.array([7, 5, 3, 7]))
    assert put_last.pixels.equal.tolist() == [0, 1, 2, 0]
    put(photos / "08.png", np.asarray(Image.open(photos / "07.png")))
    assert read(photos).select(np.array([9, 8, 1, 7])).pixels.equal.tolist() == [0, 1, 2, 1]


def test_a_cache_that_is_damaged_at_any_byte_is_made_anew(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = without(photos, monkeypatch)
    read(photos)
    (folder,) = kept(tmp_path)
    file = folder / entry.FILE
    whole = file.read_bytes()
    end = whole.index(b"\0")  # the rest of the header's page says nothing
    for at in [*range(0, end, 7), *range(entry_header.HEAD, len(whole), 13), len(whole) - 1]:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        assert same(read(photos, notes=1), plain), at
        assert file.read_bytes() == whole
    for content in (b"", whole[:-1], whole + b"\0", whole[: entry_header.HEAD], whole[4096:] * 2):
        file.write_bytes(content)
        assert same(read(photos, notes=1), plain)


def test_a_note_says_that_a_cache_was_damaged(photos: Path, tmp_path: Path) -> None:
    read(photos)
    (folder,) = kept(tmp_path)
    (folder / entry.FILE).write_bytes(b"hello")
    with pytest.warns(Note, match=r"^the cache of '.*photos' is damaged \(.*\): its images are"):
        resolve(str(photos))


@pytest.mark.parametrize("place", ["images", "folder", "pipe", "sums"])
def test_what_somebody_has_planted_is_neither_followed_nor_changed(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    plain = without(photos, monkeypatch)
    read(photos)
    load_splits(str(photos))["train"].sha256  # noqa: B018 (remembers it)
    (folder,) = kept(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    secret = elsewhere / entry.FILE
    secret.write_bytes((folder / entry.FILE).read_bytes())
    before = secret.read_bytes()
    if place == "folder":
        folder.rename(tmp_path / "away")
        folder.symlink_to(elsewhere)
    else:
        file = folder / (entry.SUMS if place == "sums" else entry.FILE)
        file.unlink()
        os.mkfifo(file) if place == "pipe" else file.symlink_to(secret)
    assert same(read(photos, notes=int(place != "sums")), plain)
    assert secret.read_bytes() == before
    assert [one.name for one in elsewhere.iterdir()] == [entry.FILE]


@pytest.mark.parametrize("text", ["", "[]", '{"key": 1}', "{" * 100_000, '{"sums": {"all": 1}}'])
def test_remembered_hashes_that_are_none_are_made_anew(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    plain = without(photos, monkeypatch)
    assert read(photos).sha256 == plain.sha256
    (folder,) = kept(tmp_path)
    (folder / entry.SUMS).write_text(text)
    assert read(photos).sha256 == plain.sha256


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("what", ["no room", "full", "full later", "not writable", "no folder"])
def test_where_nothing_can_be_kept_images_are_read_into_memory(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    plain = without(photos, monkeypatch)
    if what == "no room":
        monkeypatch.setattr(cache, "SPARE", 1 << 60)
    elif what == "full":
        monkeypatch.setattr(cache.os, "posix_fallocate", full)
    elif what == "full later":
        monkeypatch.setattr(cache.os, "fsync", full)
    elif what == "not writable":
        (tmp_path / "cache").write_text("a file")
    else:
        monkeypatch.setenv("AVANP_CACHE", "/proc/nowhere")
    assert same(read(photos, notes=1), plain)
    there = list((tmp_path / "cache").rglob("*")) if what != "not writable" else []
    assert not [one for one in there if one.is_file() and one.name != ".lock"]


KILLED = """
import os, signal, sys
from avanp.data import cache, chunks, decoding, reading, resolve, wanted_files
reading.KEPT, chunks.BLOCK = (0, 0), 360
def tell(done, total):
    if done > 10:
        os.kill(os.getpid(), signal.SIGKILL)
decoding.tell = tell
resolve.resolve(sys.argv[1])
"""


def test_a_process_killed_in_the_middle_leaves_nothing_that_is_taken_for_a_cache(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(photos)], check=False)
    assert ended.returncode == -signal.SIGKILL
    (folder,) = kept(tmp_path)
    assert [one.name for one in folder.iterdir() if one.name.endswith(".tmp")]
    assert same(read(photos), without(photos, monkeypatch))
    assert sorted(one.name for one in folder.iterdir()) == [".lock", entry.FILE, entry.SUMS]


def test_two_processes_at_once_decode_it_once_and_find_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    put(folder / "0.png", noise(1))
    content = (folder / "0.png").read_bytes()
    for i in range(wanted_files.KEPT[0]):
        (folder / f"{i}.png").write_bytes(content)
    env = {**os.environ, "AVANP_CACHE": str(tmp_path / "cache")}
    words = [sys.executable, "-m", "avanp", "data", "show", str(folder), "--sample", "9", "--out"]
    both = [
        subprocess.Popen([*words, str(tmp_path / f"{i}.png")], env=env, stdout=subprocess.PIPE)
        for i in range(2)
    ]
    said = [one.communicate()[0].splitlines()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert said[0] == said[1]
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "1.png").read_bytes()
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize("processes", [1, 3])
def test_what_is_wrong_with_files_is_said_alike_by_any_number_of_processes(
    photos: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    several(monkeypatch, processes)
    put(photos / "20.png", noise()[:3])
    said = "differ in size: '00.png' is 4x6, '20.png' is 4x3: give --size WxH"
    with pytest.raises(AvanpError, match=said):
        resolve(str(photos))
    for i in (12, 3, 21):
        (photos / f"{i:02d}.png").write_text("no image")
    with pytest.raises(AvanpError, match=r"^'03.png'(, '12.png')? and '(12|21).png' in .* damaged"):
        resolve(str(photos), size=(3, 3))
    (photos / "00.png").write_text("no image")
    with pytest.raises(AvanpError, match=r"^'00.png', '03.png', '12.png' and '21.png' in "):
        resolve(str(photos))
    assert not [one for one in Path(os.environ["AVANP_CACHE"]).rglob("*.tmp")]


def test_a_process_that_dies_while_it_decodes_is_one_line(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(monkeypatch, 2)
    monkeypatch.setattr(helpers, "TEXT", "import sys; sys.stdin.readline(); sys.exit(1)")
    with pytest.raises(AvanpError, match="a process that decodes images has died"):
        resolve(str(photos))


def test_a_set_larger_than_memory_and_disk_is_refused_before_it_is_decoded(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_decoded(monkeypatch)
    monkeypatch.setattr("avanp.data.size.available", lambda: 1 << 20)
    monkeypatch.setattr(cache, "SPARE", 1 << 60)
    with (
        pytest.warns(Note, match=r"not kept in the cache: 4\.1 GiB are needed, "),
        pytest.raises(AvanpError, match=r"GiB decoded, more than the 0\.0 GiB of memory"),
    ):
        resolve(str(photos), size=(8000, 8000))


def test_the_command_shows_and_empties_it(photos: Path, tmp_path: Path) -> None:
    read(photos)
    there = {"AVANP_CACHE": str(tmp_path / "cache")}
    said = avanp(tmp_path, "data", "cache", **there).out
    assert f"{N} RGB images 4x6 of {str(photos)!r}" in said
    assert f"MB in {tmp_path / 'cache'}" in said
    assert "removed from" in avanp(tmp_path, "data", "cache", "--empty", **there).out
    assert not kept(tmp_path)
    assert avanp(tmp_path, "data", "cache", AVANP_CACHE="off").out == "off: AVANP_CACHE\n"


def test_a_training_from_the_cache_is_that_from_memory(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from avanp.systems.find import find
    from avanp.training.trainer import Trainer

    def rows(parts: dict[str, ImageSet]) -> list[dict]:
        kind = find("VAE")
        config = kind.config_class.from_options(shape=parts["train"].shape, widths=(8,), latent=2)
        trainer = Trainer(kind(config, 0), batch_size=4, validation=parts["validation"].pixels)
        found = trainer.fit(parts["train"].pixels, 2)
        return [{k: v for k, v in row.items() if k != "seconds"} for row in found]

    with monkeypatch.context() as patch:
        patch.setenv("AVANP_CACHE", "off")
        plain = rows(load_splits(str(photos), validation=0.2))
    assert rows(load_splits(str(photos), validation=0.2)) == plain
    (_, header, _) = next(cache_folder.entries(tmp_path / "cache"))
    assert header is not None
