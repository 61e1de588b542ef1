import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp import load_images
from avanp.data.folder import parse_size
from avanp.data.size import check_size, check_total
from avanp.errors import AvanpError

SIDES = st.integers(1, 8000)


@settings(deadline=None)
@given(SIDES, SIDES, st.sampled_from("xX×"))
def test_a_size_that_is_written_is_read_back(width: int, height: int, sign: str) -> None:
    assert parse_size(f"{width}{sign}{height}") == (width, height)


def test_one_number_is_a_square() -> None:
    assert parse_size("64") == (64, 64)
    for size in (9, "9"):
        assert load_images("digits", size).shape == (9, 9, 1)


MALFORMED = ("", "100x", "x64", "100x64x3", "axb", "-1x5", "1.5x2", "100 64", "100x64\n5x5",
             "٣x٣", "9999999999x1", "0x10x")  # fmt: skip
REFUSED = {text: f"size {text!r} is not WxH in pixels, such as 100x64" for text in MALFORMED}
for text in ("0x10", "10x0", "0x0"):
    REFUSED[text] = f"size {text} has no pixels: both sides must be at least 1"
for text in ("8001x8000", "999999999x999999999"):
    REFUSED[text] = f"size {text} is too large: at most 64 megapixels an image"


@pytest.mark.parametrize("text", REFUSED)
def test_a_bad_size_says_what_would_be_right(text: str) -> None:
    with pytest.raises(AvanpError) as error:
        parse_size(text)
    assert str(error.value) == REFUSED[text]


def test_the_limit_itself_is_allowed_and_a_negative_size_from_python_is_not() -> None:
    assert check_size((8000, 8000)) == (8000, 8000)
    with pytest.raises(AvanpError, match="-5x-5 has no pixels"):
        check_size((-5, -5))


def test_a_set_may_fill_three_quarters_of_the_free_memory_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("avanp.data.size.available", lambda: 4 << 30)
    check_total(1024, (1024, 1024), "set")
    check_total(3072, (1024, 1024), "set", channels=1)
    said = r"set: 1024 images of 1024x1025 are 3\.0 GiB decoded, more than the 3\.0 GiB of memory"
    with pytest.raises(AvanpError, match=said):
        check_total(1024, (1024, 1025), "set")


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_size_or_one_line(text: str) -> None:
    said = None
    try:
        width, height = parse_size(text)
    except AvanpError as error:
        said = str(error)
    if said is None:
        assert 1 <= width * height <= 64_000_000
    else:
        assert len(said.splitlines()) == 1
