"""Archives that somebody else has packed: looked through, and imported as a set of faces."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

from avanp.data.importing import import_set
from avanp.data.members import members
from avanp.errors import AvanpError
from fuzz.forms import archive
from fuzz.target import Target, file

PGM = b"P5 2 1 255\n"
FACES = {"ORL_faces/s1/1.pgm": PGM + b"ab", "ORL_faces/s2/1.pgm": PGM + b"cd", "read.me": b"x"}
EVIL = ("../x.pgm", "/x.pgm", "a/../../x.pgm", "..\\x.pgm", "C:\\x.pgm", "a//x.pgm", "./x.pgm",
        "~/x.pgm", ".part/x.pgm", "a\nb/x.pgm", "s1/X.PGM",
        "x" * 200 + "/" + "y" * 200 + ".pgm")  # fmt: skip
NAMES = (b"../", b"/", b"..\\", b"\0", b"ORL_faces/", b".pgm", b"ustar", b"PK\x01\x02", b".part")


def tarred(files: dict[str, bytes], kind: bytes = tarfile.REGTYPE, link: str = "../../x") -> bytes:
    """Return a tar archive whose last member is of a kind."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for i, (name, content) in enumerate(files.items(), 1):
            info = tarfile.TarInfo(name)
            if i == len(files):
                info.type, info.linkname = kind, link
            info.size = len(content) if info.type == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(files: dict[str, bytes], mode: int = 0o100644, packed: bool = True) -> bytes:
    """Return a zip archive whose members have a mode of Unix."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else 0) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = archive.compression
            archive.writestr(info, content)
    return out.getvalue()


def contents() -> list[bytes]:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE,
             tarfile.GNUTYPE_SPARSE)  # fmt: skip
    bomb = {"a.pgm.gz": gzip.compress(bytes(1 << 18)), "s1/a.pgm": PGM + b"ab"}
    return [
        tarred(FACES),
        gzip.compress(tarred(FACES), mtime=0),
        zipped(FACES),
        zipped(FACES, packed=False),
        *(tarred({**FACES, name: PGM + b"ef"}) for name in EVIL),
        *(zipped({**FACES, name: PGM + b"ef"}) for name in EVIL),
        *(tarred({**FACES, "s3/x.pgm": b""}, kind) for kind in kinds),
        zipped(FACES, 0o120777),
        tarred(bomb),
        gzip.compress(tarred({"a.pgm": bytes(1 << 18)}), mtime=0),
        zipped({"s1/a.pgm": bytes(1 << 18)}),
    ]


def put(data: bytes, folder: Path) -> Path:
    """Write an archive beside an empty home."""
    home = folder / "home"
    home.mkdir()
    os.environ |= {"XDG_DATA_HOME": str(home), "AVANP_DATA": ""}
    return file("archive")(data, folder)


def read(source: Path) -> None:
    """Import it: nothing but the set, or nothing, is there then. Then look into every file."""
    data = source.parent / "home" / "avanp"
    try:
        import_set([source], "faces")
        assert os.listdir(data) == ["faces"]
    except AvanpError:
        assert not data.exists() or os.listdir(data) == []
        for member in members(source):
            for _ in member.chunks(unzip=True):
                pass


TARGETS = [
    Target("archive", put, read, contents, 64, archive, NAMES, share=0.5,
           writes=r"home/avanp(/faces|/\.import\.[0-9a-f]+\.tmp(/faces(/.*)?)?)?$"),
]  # fmt: skip
