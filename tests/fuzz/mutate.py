"""Damaged contents from sound ones: input number i of a seed is always the same."""

from collections.abc import Sequence
from random import Random

from fuzz.target import Target

LONGEST = 1 << 16  # bytes of an input
EDGES = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF,
         0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)  # fmt: skip
WORDS = (b"\0", b"\n", b"\r\n", b",", b"..", b"../", b"/", b"\\", b"-1", b"1e999", b"nan",
         b"9" * 20, b"9" * 5000, b"0x10", b'"', b"'", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc2\x85",
         b"\xe2\x80\xa8", "٣ﬀ".encode(), b"\xed\xa0\x80", b"\x1b[2J", b" ", b"-", b":",
         b"[" * 3000)  # fmt: skip


def make(target: Target, seeds: Sequence[bytes], seed: int, index: int) -> bytes:
    """Return input number `index`; the first ones are the seeds themselves."""
    if index < len(seeds):
        return seeds[index]
    rng = Random(f"{seed} {target.name} {index}")
    return vary(target, rng.choice(seeds), seeds, rng)


def vary(target: Target, data: bytes, seeds: Sequence[bytes], rng: Random) -> bytes:
    """Return `data` changed in one to eight places, inside its container or across it."""

    def change(part: bytes) -> bytes:
        return _change(part, rng, seeds, target.tokens)

    for _ in range(1 + min(int(rng.expovariate(0.7)), 7)):
        if target.form is not None and rng.random() < 0.6:
            try:
                data = target.form(data, rng, change)
                continue
            except Exception:  # what was damaged before has no form any more
                pass
        data = change(data)
    return data[:LONGEST]


def _change(data: bytes, rng: Random, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return `data` with one change: a bit, a number, a piece more, less, or elsewhere."""
    at = rng.randrange(len(data) + 1)
    end = min(len(data), at + 1 + int(rng.expovariate(0.1)))
    kind = rng.randrange(11)
    if kind == 0 and at < len(data):
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if kind == 1 and at < len(data):
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind in (2, 3):
        size = rng.choice((1, 2, 4, 8))
        value = rng.choice((*EDGES, len(data), len(data) + 1)) & (1 << 8 * size) - 1
        number = value.to_bytes(size, rng.choice(("little", "big")))
        return data[:at] + number + data[at + size :]
    if kind == 4:
        return data[:at]
    if kind == 5:
        return data[:at] + data[end:]
    if kind == 6:
        return data[:at] + data[at:end] * rng.choice((2, 3, 100)) + data[end:]
    if kind == 7:
        return data[:at] + rng.randbytes(end - at + 1) + data[at:]
    if kind == 8:
        other = rng.choice(others)
        return data[:at] + other[rng.randrange(len(other) + 1) :]
    if kind == 9:
        to = rng.randrange(len(data) + 1)
        return data[:to] + data[at:end] + data[to:]
    word = rng.choice(tokens) if tokens and rng.random() < 0.7 else rng.choice(WORDS)
    return data[:at] + word + data[at if rng.random() < 0.5 else end :]
