"""Codes in a file: what a spreadsheet or a terminal makes of names is harmless, .npz is exact."""

import csv
import os

import numpy as np
import pytest

from avanp.data.images import ImageSet
from avanp.evaluation.codes import harmless, write_codes

NAMES = (
    "=cmd|' /C calc'!A0.png", "+1.png", "-2.png", "@SUM(1).png", "＝1", "\t=1", "\r=1",
    "\x1b[2J.png", "a,b\"c'.png", "plain.png", os.fsdecode(b"bytes\xff.png"), "a\nb",
)  # fmt: skip


@pytest.fixture
def images():
    n = len(NAMES)
    pixels = np.zeros((n, 2, 2, 1), np.uint8)
    return ImageSet("s", pixels, NAMES, "here", labels=np.arange(n), classes=NAMES)


def test_no_cell_of_a_csv_is_a_formula_or_moves_a_terminal(tmp_path, images):
    mu = -np.ones((len(NAMES), 2), np.float32)
    write_codes(tmp_path / "codes.csv", images, mu, mu / 3)
    text = (tmp_path / "codes.csv").read_text(encoding="utf-8")
    assert all(c.isprintable() or c == "\n" for c in text)
    head, *rows = csv.reader(text.splitlines())
    assert head == ["name", "label", "mu0", "mu1", "logvar0", "logvar1"]
    assert len(rows) == len(NAMES)
    for name, row in zip(NAMES, rows, strict=True):
        assert row[0] == row[1] == harmless(name)
        assert not row[0].startswith(tuple("=+-@＝\t\r"))
        assert np.array_equal(np.array(row[2:], np.float32), [-1, -1, *(mu / 3)[0]])
    assert [row[0] for row in rows][-4:] == [
        "a,b\"c'.png",
        "plain.png",
        r"bytes\udcff.png",
        r"a\nb",
    ]


def test_an_npz_keeps_every_name_as_it_is(tmp_path, images):
    mu = np.zeros((len(NAMES), 2), np.float32)
    write_codes(tmp_path / "codes.npz", images, mu, mu)
    with np.load(tmp_path / "codes.npz") as arrays:
        assert tuple(arrays["names"]) == tuple(arrays["classes"]) == NAMES
