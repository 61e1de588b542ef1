"""Image files, by the reader of folders."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from avanp.data.folder import read_folder
from fuzz.forms import png
from fuzz.target import Target, file

NOISE = np.random.default_rng(1).integers(0, 256, (9, 7, 4), dtype=np.uint8)
# An image may have 64 megapixels, of 4 bytes in Pillow and again where it is converted.
MEGABYTES = 1024


def read(file: Path) -> None:
    """Read a folder of one image, every other one resized."""
    size = (8, 8) if file.stat().st_size % 2 else None
    assert read_folder(file.parent, size).images.shape[3] == 3


def saved(kind: str, mode: str, size: tuple[int, int] = (7, 9), **options: Any) -> bytes:
    """Return an image of noise in a format and a mode."""
    rgba = Image.fromarray(NOISE).resize(size)
    grey = np.asarray(rgba.convert("L"))
    if mode == "F":
        image = Image.fromarray((grey / 255).astype(np.float32))
    elif mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        image = (
            rgba.convert("RGB").convert(mode) if mode in ("YCbCr", "CMYK") else rgba.convert(mode)
        )
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 6) -> Image.Exif:
    """Return the notes of a camera that was held upright."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = "a picture"
    return found


def two() -> dict[str, Any]:
    """Return options for a second frame."""
    return {"save_all": True, "append_images": [Image.fromarray(NOISE[..., :3])]}


def pngs() -> list[bytes]:
    modes = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
    found = [saved("PNG", mode) for mode in modes] + [saved("PNG", "P", transparency=1)]
    return [*found, saved("PNG", "RGB", exif=exif(), dpi=(72, 72), **two())]


def jpegs() -> list[bytes]:
    found = [saved("JPEG", m, size) for m in ("L", "RGB", "CMYK") for size in ((7, 9), (33, 17))]
    found += [saved("JPEG", "RGB", progressive=True), saved("JPEG", "RGB", exif=exif())]
    return [*found, saved("MPO", "RGB", **two())]


def gifs() -> list[bytes]:
    return [saved("GIF", m, interlace=i) for m in ("L", "P", "RGBA") for i in (0, 1)] + [
        saved("GIF", "P", **two())
    ]


def bmps() -> list[bytes]:
    head = b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + 1024)
    rle = struct.pack("<IiiHHIIiiII", 40, 8, 4, 1, 8, 1, 0, 0, 0, 0, 0) + bytes(range(256)) * 4
    rle += b"\x08\x05\0\0\x04\x01\x04\x02\0\0\0\x02\x01\x01\x03\x07\0\0\0\x04\1\2\3\4\0\1"
    return [saved("BMP", m) for m in ("1", "L", "P", "RGB", "RGBA")] + [head + rle]


def webps() -> list[bytes]:
    found = [saved("WEBP", "RGB"), saved("WEBP", "RGBA"), saved("WEBP", "RGBA", lossless=True)]
    return [*found, saved("WEBP", "RGB", exif=exif()), saved("WEBP", "RGB", **two())]


def tiffs() -> list[bytes]:
    packed = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits")
    found = [saved("TIFF", m, compression=c) for m in ("L", "RGB", "RGBA") for c in packed]
    found += [saved("TIFF", m) for m in ("1", "P", "LA", "F", "I;16", "CMYK")]
    found += [saved("TIFF", "1", compression=c) for c in ("group3", "group4", "tiff_ccitt")]
    jpeg = saved("TIFF", "YCbCr", (16, 16), compression="jpeg")
    return [*found, jpeg, saved("TIFF", "RGB", big_tiff=True), saved("TIFF", "RGB", **two())]


def ppms() -> list[bytes]:
    plain = [b"P1\n3 2\n101010", b"P2 3 2 9\n1 2 3 4 5 6", b"P3\n#c\n1 2 255\n1 2 3 4 5 6"]
    pam = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n12345678"
    wide = [b"P5 2 2 65535\n" + bytes(8), b"P6 1 2 1023\n" + bytes(12), b"P5 2 2 3\n\0\1\2\3"]
    return [saved("PPM", m) for m in ("1", "L", "RGB")] + [*plain, pam, *wide, saved("PPM", "F")]


TARGETS = [
    Target("png", file("a.png"), read, pngs, MEGABYTES, png, (b"IHDR", b"PLTE", b"tRNS", b"zTXt")),
    Target(
        "jpeg", file("a.jpg"), read, jpegs, MEGABYTES, None, (b"\xff\xc0", b"\xff\xda", b"Exif")
    ),
    Target(
        "gif", file("a.gif"), read, gifs, MEGABYTES, None, (b"GIF89a", b"\x21\xf9\x04", b"\x2c")
    ),
    Target("bmp", file("a.bmp"), read, bmps, MEGABYTES, None, (b"BM", b"\0\1", b"\0\2")),
    Target("webp", file("a.webp"), read, webps, 1536, None, (b"VP8X", b"VP8L", b"ANIM", b"ALPH")),
    Target("tiff", file("a.tif"), read, tiffs, MEGABYTES, None, (b"II*\0", b"MM\0*", b"II+\0")),
    Target(
        "ppm", file("a.ppm"), read, ppms, MEGABYTES, None, (b"P7", b"Pf", b"P0CMYK", b"65535", b"#")
    ),
]
