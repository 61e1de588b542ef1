import io
import struct
import zlib
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from avanp.data.decode import image_size, read_image
from avanp.errors import AvanpError
from data_fixtures import png_header

NOISE = np.random.default_rng(5).integers(0, 256, (30, 40, 3), dtype=np.uint8)
LOSSLESS = {"PNG": {}, "BMP": {}, "TIFF": {}, "PPM": {}, "WEBP": {"lossless": True}}


def saved(path: Path, image: Image.Image, kind: str = "PNG", **options: object) -> str:
    image.save(path, kind, **options)
    return str(path)


def refused(path: str | Path) -> str:
    with pytest.raises(AvanpError) as error:
        read_image(str(path))
    said = str(error.value)
    assert len(said.splitlines()) == 1
    assert repr(str(path)) in said
    return said


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_lossless_format_gives_its_pixels_back(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path / "a", Image.fromarray(NOISE), kind, **LOSSLESS[kind])
    assert np.array_equal(read_image(path), NOISE)
    assert image_size(path) == (40, 30)


def test_a_jpeg_gives_nearly_its_pixels(tmp_path: Path) -> None:
    flat = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    pixels = read_image(saved(tmp_path / "a", Image.fromarray(flat), "JPEG", quality=95))
    assert np.abs(pixels.astype(int) - flat).max() <= 3


def test_of_an_animated_gif_the_first_frame_is_read(tmp_path: Path) -> None:
    red, blue = Image.new("RGB", (5, 4), (255, 0, 0)), Image.new("RGB", (5, 4), (0, 0, 255))
    path = saved(tmp_path / "a", red, "GIF", save_all=True, append_images=[blue])
    assert np.array_equal(read_image(path), np.asarray(red))


def test_alpha_that_is_255_everywhere_is_dropped(tmp_path: Path) -> None:
    rgba = np.dstack([NOISE, np.full((30, 40), 255, np.uint8)])
    assert np.array_equal(read_image(saved(tmp_path / "a", Image.fromarray(rgba))), NOISE)


def test_other_alpha_is_laid_over_white(tmp_path: Path) -> None:
    alpha = np.arange(30 * 40).reshape(30, 40).astype(np.uint8)
    path = saved(tmp_path / "a", Image.fromarray(np.dstack([NOISE, alpha])))
    share = alpha[..., None] / 255
    expected = np.floor(NOISE * share + 255 * (1 - share) + 0.5 + 1e-9)
    assert np.array_equal(read_image(path), expected)


def test_a_transparent_palette_colour_becomes_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    path = saved(tmp_path / "a", image, "PNG", transparency=1)
    assert read_image(path).tolist() == [[[10, 20, 30], [255, 255, 255]]]


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey_becomes_rgb_with_equal_channels(tmp_path: Path, mode: str) -> None:
    grey = Image.fromarray(NOISE[..., 0]).convert(mode)
    pixels = read_image(saved(tmp_path / "a", grey))
    expected = np.asarray(grey.convert("L"))
    assert np.array_equal(pixels, np.repeat(expected[..., None], 3, axis=2))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_is_scaled_and_not_clipped(tmp_path: Path, kind: str) -> None:
    values = np.array([[0, 127, 129, 257, 32768, 65535]], np.uint16)
    pixels = read_image(saved(tmp_path / "a", Image.fromarray(values), kind))
    assert pixels[0, :, 1].tolist() == [0, 0, 1, 1, 128, 255]


def test_float_grey_above_1_is_of_0_to_255(tmp_path: Path) -> None:
    values = np.array([[0, 0.4, 1.5, 100, 254.6, 255]], np.float32)
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert read_image(str(tmp_path / "a.tif"))[0, :, 0].tolist() == [0, 0, 2, 100, 255, 255]
    tall = np.zeros((70_000, 20), np.float32)  # in several bands, of which one is dark
    tall[-1] = 200
    Image.fromarray(tall).save(tmp_path / "b.tif")
    assert read_image(str(tmp_path / "b.tif"))[-1].max() == 200


def test_float_grey_between_0_and_1_is_scaled(tmp_path: Path) -> None:
    values = Image.fromarray(np.array([[0, 0.5, 1]], np.float32))
    assert read_image(saved(tmp_path / "a", values, "TIFF"))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("values", "top"),
    [
        (np.array([[255.5]], np.float32), "255"),
        (np.array([[np.nan]], np.float32), "1"),
        (np.array([[70000]], np.int32), "65535"),
        (np.array([[-1]], np.int32), "65535"),
    ],
)
def test_grey_values_of_an_unknown_range_are_refused(
    tmp_path: Path, values: np.ndarray, top: str
) -> None:
    path = saved(tmp_path / "a", Image.fromarray(values), "TIFF")
    assert f"its grey values are outside 0..{top}" in refused(path)


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    flat = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    pixels = read_image(saved(tmp_path / "a", flat, "JPEG", quality=95))
    assert pixels.shape == (8, 8, 3)
    assert pixels[4, 4, 0] > 240
    assert pixels[4, 4, 1:].max() < 15


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_photograph_taken_upright_is_turned(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right by 90 degrees to view
    wide = np.zeros((8, 16, 3), np.uint8)
    wide[:, :8] = 255  # white on the left, so on top when turned
    path = saved(tmp_path / "a", Image.fromarray(wide), kind, exif=exif, quality=95)
    assert image_size(path) == (8, 16)
    pixels = read_image(path)
    assert pixels.shape == (16, 8, 3)
    assert pixels[:6].min() > 200
    assert pixels[10:].max() < 55


@settings(deadline=None, max_examples=30)
@given(st.tuples(st.integers(1, 60), st.integers(1, 60)))
def test_resizing_gives_the_size_asked_for_and_keeps_a_flat_colour(
    tmp_path_factory: pytest.TempPathFactory, size: tuple[int, int]
) -> None:
    flat = Image.new("RGB", (13, 7), (12, 200, 77))
    path = saved(tmp_path_factory.mktemp("size") / "a", flat)
    pixels = read_image(path, size)
    assert pixels.shape == (size[1], size[0], 3)
    assert np.array_equal(pixels, np.broadcast_to(np.uint8([12, 200, 77]), pixels.shape))


def test_resizing_is_by_lanczos(tmp_path: Path) -> None:
    image = Image.fromarray(NOISE)
    expected = np.asarray(image.resize((17, 11), Image.Resampling.LANCZOS))
    assert np.array_equal(read_image(saved(tmp_path / "a", image), (17, 11)), expected)


@pytest.mark.parametrize("kind", [*LOSSLESS, "JPEG", "GIF"])
def test_a_truncated_file_of_any_format_is_named_in_one_line(tmp_path: Path, kind: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).save(buffer, kind)
    path = tmp_path / "cut.png"
    path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    said = refused(path)
    assert "is truncated or damaged" in said or "is not an image" in said


def test_a_truncated_png_is_refused_even_where_pillow_was_told_to_tolerate_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    path = Path(saved(tmp_path / "a.png", Image.fromarray(NOISE)))
    path.write_bytes(path.read_bytes()[:1000])
    assert "is truncated or damaged" in refused(path)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_png_is_one_line_or_an_image_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).save(buffer, data.draw(st.sampled_from([*LOSSLESS, "JPEG", "GIF"])))
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, min(len(content) - 1, 200)))] = data.draw(
            st.integers(0, 255)
        )
    path = tmp_path_factory.mktemp("damaged") / "a.png"
    path.write_bytes(content)
    said = None
    try:
        pixels = read_image(str(path), (40, 30))
    except AvanpError as error:
        said = str(error)
    if said is None:
        assert pixels.shape == (30, 40, 3)
    else:
        assert len(said.splitlines()) == 1
        assert repr(str(path)) in said


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg></svg>", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_a_file_that_is_no_image_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    assert "is not an image" in refused(tmp_path / "a.png")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("limit", [None, 89_478_485])
def test_a_bomb_below_pillows_own_limit_is_refused_from_its_header_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    (tmp_path / "a.png").write_bytes(png_header(10_000, 9_999))
    said = refused(tmp_path / "a.png")
    assert "is 10000x9999 pixels: at most 64 megapixels an image are read" in said


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("limit", [None, 89_478_485])
def test_a_huge_bomb_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    (tmp_path / "a.png").write_bytes(png_header(2**31 - 1, 2**31 - 1))
    assert "at most 64 megapixels an image are read" in refused(tmp_path / "a.png")


def test_a_name_with_a_line_break_stays_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.png"
    path.write_bytes(b"")
    refused(path)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in refused(tmp_path / "none.png")


def grey_tiff(values: np.ndarray, bits: int, photometric: int) -> bytes:
    """Return a TIFF of one row of grey values, of 12 bits packed or of 16."""
    if bits == 12:
        digits = "".join(f"{value:03x}" for value in values)
        data = bytes.fromhex(digits.ljust(len(digits) + len(digits) % 2, "0"))
    else:
        data = values.astype("<u2").tobytes()
    tags = [
        (256, 4, len(values)), (257, 4, 1), (258, 3, bits), (259, 3, 1), (262, 3, photometric),
        (273, 4, 8 + 2 + 12 * 9 + 4), (277, 3, 1), (278, 4, 1), (279, 4, len(data)),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + data


@pytest.mark.parametrize("bits", [12, 16])
def test_grey_values_of_a_tiff_are_those_between_its_black_and_its_white(
    tmp_path: Path, bits: int
) -> None:
    top = 2**bits - 1
    values = np.array([0, top // 2, top, top // 4])
    grey = [round(value / top * 255) for value in values.tolist()]
    (tmp_path / "a.tif").write_bytes(grey_tiff(values, bits, 1))
    assert read_image(str(tmp_path / "a.tif"))[0, :, 0].tolist() == grey
    if bits == 16:  # 12 bits whose 0 is white Pillow does not read
        (tmp_path / "b.tif").write_bytes(grey_tiff(values, bits, 0))
        assert read_image(str(tmp_path / "b.tif"))[0, :, 0].tolist() == [255 - g for g in grey]


@pytest.mark.parametrize("turned", range(2, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_an_image_of_any_format_is_turned_as_its_orientation_says(
    tmp_path: Path, kind: str, turned: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    path = saved(tmp_path / "a", Image.fromarray(NOISE), kind, exif=exif, **LOSSLESS[kind])
    flipped = NOISE[:, ::-1] if turned in (2, 4, 5, 7) else NOISE
    quarters = {2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}[turned]
    expected = np.rot90(flipped, quarters)
    assert np.array_equal(read_image(path), expected)
    if kind != "TIFF":
        assert image_size(path) == (expected.shape[1], expected.shape[0])


def test_the_value_that_is_transparent_in_a_png_of_16_bits_is_white(tmp_path: Path) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc32(name + body))

    head = struct.pack(">IIBBBBB", 3, 1, 16, 0, 0, 0, 0)
    row = zlib.compress(b"\0" + struct.pack(">3H", 0, 1000, 1001))
    parts = (b"IHDR", head), (b"tRNS", struct.pack(">H", 1000)), (b"IDAT", row), (b"IEND", b"")
    content = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
    (tmp_path / "a.png").write_bytes(content)
    assert read_image(str(tmp_path / "a.png"))[0, :, 0].tolist() == [0, 255, 4]
