"""The size of a WebP image from its first bytes: Pillow reserves its canvases before it tells."""

from avanp.data.size import Size

HEAD = 30  # bytes


def webp_size(head: bytes) -> Size | None:
    """Return (width, height) from the first `HEAD` bytes of a file; None, if it is no WebP.

    Notes
    -----
    RFC 9649: a canvas (VP8X), a lossless image (VP8L) or a lossy one (VP8), in little-endian bits.
    """
    kind = head[12:16] if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else b""
    if kind == b"VP8X":
        return 1 + _number(head[24:27]), 1 + _number(head[27:30])
    if kind == b"VP8L":
        bits = _number(head[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return _number(head[26:28]) & 0x3FFF, _number(head[28:30]) & 0x3FFF
    return None


def _number(content: bytes) -> int:
    return int.from_bytes(content, "little")
