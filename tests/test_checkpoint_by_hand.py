"""Checkpoints of .safetensors changed by hand: one line each, or read as they were."""

import json
import struct

import pytest

import small_systems
from avanp.errors import AvanpError
from avanp.training import checkpoint
from small_systems import same

pytest.importorskip("safetensors", reason="pip install '.[safetensors]'")
DOCUMENT = "avanp.json"
B = "weights/encoder.1.b"


@pytest.fixture
def saved(tmp_path):
    """A checkpoint's path, its header and its data."""
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, small_systems.small(shape=(6, 5, 1)))
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return path, json.loads(content[8 : 8 + length]), content[8 + length :]


def written(path, header, data, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)


def refused(path):
    """Return the one line by which it is refused, read whole or described alone."""
    with pytest.raises(AvanpError) as error:
        checkpoint.load(path)
    assert "\n" not in str(error.value)
    assert "\n" not in (said(checkpoint.describe, path) or "")
    return str(error.value)


def said(read, path):
    """Return the error of a reader, None where it reads."""
    try:
        read(path)
    except AvanpError as error:
        return str(error)


def test_written_by_hand_as_it_was_it_is_the_same(saved):
    path, header, data = saved
    before, _ = checkpoint.load(path)
    written(path, dict(reversed(header.items())), data)
    assert same(checkpoint.load(path)[0], before)


def test_one_written_without_a_sum_is_read(saved):
    path, header, data = saved
    document = json.loads(header["__metadata__"][DOCUMENT])
    assert document.pop("crc32")
    header["__metadata__"][DOCUMENT] = json.dumps(document)
    written(path, header, data)
    checkpoint.load(path)


@pytest.mark.parametrize("length", [0, 1, 10**6, 2**31, 2**63, 2**64 - 1])
def test_a_header_of_another_length(saved, length):
    path, header, data = saved
    written(path, header, data, length)
    assert "damaged or no checkpoint" in refused(path)


@pytest.mark.parametrize(
    "header", [b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff\xfe", b"[" * 10**5, b'{"a":' * 10**5]
)
def test_a_header_that_is_none(saved, header):
    path, _, data = saved
    written(path, header, data)
    assert "damaged or no checkpoint" in refused(path)


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "F64"},
        {"dtype": "BF16"},
        {"dtype": "I32"},
        {"dtype": "object"},
        {"dtype": None},
        {"shape": [4, 2]},
        {"shape": [-8]},
        {"shape": [2**63, 2]},
        {"shape": [2**64]},
        {"shape": [8.0]},
        {"shape": "8"},
        {"data_offsets": [0, 32]},
        {"data_offsets": [32, 0]},
        {"data_offsets": [-32, 0]},
        {"data_offsets": [2**62, 2**62 + 32]},
        {"data_offsets": []},
        {"data_offsets": None},
    ],
    ids=str,
)
def test_an_array_that_is_described_otherwise(saved, change):
    path, header, data = saved
    assert header[B]["shape"] == [8]
    assert header[B]["data_offsets"] != [0, 32]
    header[B].update(change)
    written(path, header, data)
    refused(path)


def test_two_arrays_that_have_changed_places(saved):
    path, header, data = saved
    one, other = header["weights/encoder.5.mu.W"], header["weights/encoder.5.logvar.W"]
    assert one["shape"] == other["shape"]
    one["data_offsets"], other["data_offsets"] = other["data_offsets"], one["data_offsets"]
    written(path, header, data)
    assert "its arrays are not those that were written" in refused(path)


def test_an_array_that_is_gone_renamed_or_doubled(saved):
    path, header, data = saved
    for names in ("weights/encoder.1.c", "", "../../outside", "weights/" + "x" * 10**5):
        changed = {names if name == B else name: about for name, about in header.items()}
        written(path, changed, data)
        refused(path)
    written(path, {name: about for name, about in header.items() if name != B}, data)
    refused(path)
    text = json.dumps(header)
    written(path, (text[:-1] + f', "{B}": {json.dumps(header[B])}}}').encode(), data)
    # Two of a name that are the same may be one.
    assert "\n" not in (said(checkpoint.load, path) or "")


@pytest.mark.parametrize("told", [None, [], {}, {DOCUMENT: 3}, {DOCUMENT: "{"}, {DOCUMENT: "[]"}])
def test_a_document_that_is_none(saved, told):
    path, header, data = saved
    written(path, header | {"__metadata__": told}, data)
    refused(path)


@pytest.mark.parametrize("change", [lambda d: d + bytes(8), lambda d: d[:-1], lambda d: b""])
def test_data_of_another_length(saved, change):
    path, header, data = saved
    written(path, header, change(data))
    assert "damaged or no checkpoint" in refused(path)


def test_a_bit_that_is_flipped_in_any_array_is_noticed(saved):
    path, header, data = saved
    for name, about in header.items():
        if name == "__metadata__":
            continue
        start, _ = about["data_offsets"]
        flipped = bytearray(data)
        flipped[start] ^= 1
        written(path, header, bytes(flipped))
        assert "its arrays are not those that were written" in refused(path)
