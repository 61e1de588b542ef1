"""Tables of labels beside a folder of images, and one beside it that must stay unread."""

import os
from pathlib import Path

from avanp.data.readers.labels import read_label_table
from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from fuzz.target import Target

PGM = b"P5 2 1 255\n"


def tables() -> list[bytes]:
    return [
        b"file,label\na.pgm,cat\nB/b.pgm,dog\n",
        b"file,label,group\na.pgm,1,x\nB/b.pgm,2,x\nlink.pgm,1,y\n",
        b'\xef\xbb\xbflabel,file\r\n"a ""b""",a.pgm\r\nc,"B/b.pgm"\r\n',
        b"file,label\n../../canary.png,1\n",
        b"file,label\nout.pgm,1\n",
        b"file,label\nway/canary.png,1\n",
        b"file,label\n..\\canary.png,1\nC:\\a.pgm,2\n",
        b"file,label\n" + b"".join(b"%d,%d\n" % (i, i) for i in range(60)),
    ]


def put(data: bytes, folder: Path) -> Path:
    """Write a folder whose labels.csv is `data`; out.pgm and way lead out of it."""
    images = folder / "images"
    (images / "B").mkdir(parents=True)
    (images / "labels.csv").write_bytes(data)
    (images / "a.pgm").write_bytes(PGM + b"ab")
    (images / "B" / "b.pgm").write_bytes(PGM + b"cd")
    (images / "link.pgm").symlink_to("a.pgm")
    (images / "out.pgm").symlink_to(os.path.join("..", "..", "canary.png"))
    (images / "way").symlink_to(os.path.join("..", ".."))
    return images


def read(images: Path) -> None:
    """Read the folder, and where no image is as it says, the table alone."""
    try:
        found = resolve(images)
        assert found.labels is not None
        assert len(found.labels) == len(found)
    except AvanpError:
        rows = read_label_table(images / "labels.csv")
        assert len(rows.labels) == len(rows.files)


TARGETS = [
    Target(
        "csv",
        put,
        read,
        tables,
        64,
        None,
        (b"file", b"label", b"group", b"a.pgm", b"B/b.pgm", b'"', b"\n", b"../canary.png", b"way/",
         b"out.pgm", b"/etc/passwd", b"\\", b"B/../../x", b"a.pgm,1\n", b"./", b"~/", b"link.pgm"),
        share=0.5,
    )
]  # fmt: skip
