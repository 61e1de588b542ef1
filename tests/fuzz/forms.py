"""Containers opened, changed inside, and closed with right sums and lengths."""

import gzip
import io
import json
import struct
import zipfile
import zlib
from random import Random
from typing import Any

from fuzz.target import Change

DEEP = json.loads("[" * 900 + "]" * 900)
VALUES = (None, True, False, 0, -1, 1, 3, 2**31, 2**63, 2**64, 10**400, 10**4299, -(10**400), 0.5,
          1e308, -0.0, 1e-320, float("nan"), float("inf"), "", "x", "y" * 3000, "\ud800", "../../x",
          "a\nb", "0.5", "\u0663", [], {}, [[]], [0], {"a": 1}, DEEP)  # fmt: skip


def png(data: bytes, rng: Random, change: Change) -> bytes:
    """Change a chunk of a PNG, or what its pixels inflate to; its length and sum are right."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        chunks.append([data[at + 4 : at + 8], data[at + 8 : at + 8 + size]])
        at += 12 + size
    kind = rng.randrange(4)
    one = rng.choice(chunks)
    if kind == 0:
        chunks.insert(rng.randrange(len(chunks) + 1), list(one))
    elif one[0] == b"IDAT" and kind == 1:
        one[1] = zlib.compress(change(zlib.decompress(one[1])), 1)
    else:
        one[1] = change(one[1])
    out = [b"\x89PNG\r\n\x1a\n"]
    for name, body in chunks:
        out.append(struct.pack(">I", len(body)) + name + body)
        out.append(struct.pack(">I", zlib.crc32(name + body)))
    return b"".join(out)


def gzipped(data: bytes, rng: Random, change: Change) -> bytes:
    """Change what is gzipped."""
    return gzip.compress(change(gzip.decompress(data)), 1, mtime=0)


def zipped(data: bytes, rng: Random, change: Change) -> bytes:
    """Change one member of a zip archive, or its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    chosen = rng.randrange(len(members))
    info, content = members[chosen]
    if rng.random() < 0.15:
        info.filename = change(info.filename.encode()).decode("latin1") or "x"
    elif info.filename == "avanp.json.npy" and rng.random() < 0.7:
        content = _document(content, rng)
    else:
        content = change(content)
    members[chosen] = (info, content)
    if rng.random() < 0.1:
        members.append(rng.choice(members))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, content in members:
            copy = zipfile.ZipInfo(info.filename)
            copy.compress_type, copy.external_attr = info.compress_type, info.external_attr
            archive.writestr(copy, content)
    return out.getvalue()


def _document(member: bytes, rng: Random) -> bytes:
    """Change the JSON of a checkpoint in its array of bytes."""
    import numpy as np

    array = np.lib.format.read_array(io.BytesIO(member), allow_pickle=False)
    text = json_value(array.tobytes(), rng, bytes)
    out = io.BytesIO()
    np.lib.format.write_array(out, np.frombuffer(text, np.uint8), allow_pickle=False)
    return out.getvalue()


def tar(data: bytes, rng: Random, change: Change) -> bytes:
    """Change the header of a tar archive's member, and set its sum right; gzipped or not."""
    packed = data[:2] == b"\x1f\x8b"
    content = gzip.decompress(data) if packed else data
    blocks = [content[i : i + 512] for i in range(0, len(content), 512)]
    heads = [i for i, block in enumerate(blocks) if block[257:262] == b"ustar"]
    i = rng.choice(heads)
    head = change(blocks[i])[:512].ljust(512, b"\0")
    total = sum(head[:148]) + sum(head[156:]) + 8 * 32
    blocks[i] = head[:148] + b"%06o\0 " % total + head[156:]
    out = b"".join(blocks)
    return gzip.compress(out, 1, mtime=0) if packed else out


def archive(data: bytes, rng: Random, change: Change) -> bytes:
    """Change a member of an archive, whichever it is."""
    return (zipped if data[:2] == b"PK" else tar)(data, rng, change)


def safetensors(data: bytes, rng: Random, change: Change) -> bytes:
    """Change the JSON that such a file begins with, or the document in it; the length is right."""
    size = struct.unpack_from("<Q", data)[0]
    head, body = data[8 : 8 + size], data[8 + size :]
    tree = json.loads(head)
    if rng.random() < 0.6:
        meta = tree["__metadata__"]
        meta["avanp.json"] = json_value(meta["avanp.json"].encode(), rng, change).decode()
        head = json.dumps(tree).encode()
    else:
        head = json_value(head, rng, change)
    return struct.pack("<Q", len(head)) + head + body


def json_lines(data: bytes, rng: Random, change: Change) -> bytes:
    """Change a value in one line of JSON, or the order and number of lines."""
    lines = data.split(b"\n")
    i = rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        lines.insert(rng.randrange(len(lines) + 1), lines[i])
    elif kind == 1:
        del lines[i]
    else:
        lines[i] = json_value(lines[i], rng, change)
    return b"\n".join(lines)


def json_value(data: bytes, rng: Random, change: Change) -> bytes:
    """Replace, remove or double one value of a JSON document."""
    tree = json.loads(data)
    places = list(_places(tree))
    if not places or rng.random() < 0.03:
        return json.dumps(rng.choice(VALUES)).encode()
    holder, key = rng.choice(places)
    kind = rng.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, list):
        holder.append(holder[key])
    elif kind == 1:
        holder[rng.choice(("", "x", "lr", "data", key + "x"))] = holder.pop(key)
    elif kind == 2:
        other, name = rng.choice(places)
        holder[key] = json.loads(json.dumps(other[name]))
    elif kind == 3 and isinstance(holder[key], str):
        holder[key] = change(holder[key].encode("utf-8", "surrogatepass")).decode("latin1")
    else:
        holder[key] = rng.choice(VALUES)
    return json.dumps(tree, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(tree: Any) -> Any:
    """Yield each list or object with each of its keys."""
    below = enumerate(tree) if isinstance(tree, list) else getattr(tree, "items", list)()
    for key, value in list(below):
        yield tree, key
        yield from _places(value)
