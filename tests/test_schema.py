"""The checker of JSON documents says what is wrong, and where."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.runs.schema import (
    ANY,
    FLAG,
    LIST,
    NUMBER,
    OBJECT,
    TEXT,
    WHOLE,
    Misfit,
    check,
    each,
    fits,
    maybe,
    number,
    one_of,
    parsed,
    whole,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SCHEMA = {
    "name": TEXT,
    "cells": [{"seed": whole(0, 10), "bm": maybe(NUMBER), "host?": TEXT}],
    "shares": each(number(0, 1)),
    "verdict": one_of("holds", "does not hold"),
}
GOOD = {
    "name": "a",
    "cells": [{"seed": 0, "bm": None}, {"seed": 9, "bm": 1, "host": "h", "more": []}],
    "shares": {"x": 0, "y": 1.0},
    "verdict": "holds",
}


def test_what_fits_is_given_back():
    assert check(GOOD, SCHEMA) is GOOD


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": 3}, "the file.name is no text"),
        ({"cells": {}}, "the file.cells is no list"),
        ({"cells": [{"seed": 0, "bm": 1}, {"bm": 1}]}, r"cells\[1\].seed is not there"),
        ({"cells": [{"seed": True}]}, r"cells\[0\].seed is no whole number"),
        ({"cells": [{"seed": 10}]}, r"cells\[0\].seed is no whole number"),
        ({"cells": [{"seed": 0, "bm": float("nan")}]}, r"cells\[0\].bm is no number"),
        ({"cells": [{"seed": 0, "bm": False}]}, r"cells\[0\].bm is no number"),
        ({"cells": [{"seed": 0, "bm": 1, "host": None}]}, r"cells\[0\].host is no text"),
        ({"shares": {"x": 1.1}}, "the file.shares is no object of such values"),
        ({"verdict": ["holds"]}, "the file.verdict is no one of holds, does not hold"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(change, says):
    with pytest.raises(Misfit, match=says):
        check(GOOD | change, SCHEMA)


def test_an_object_without_a_key_does_not_fit():
    with pytest.raises(Misfit, match=r"the file\.verdict is not there"):
        check({key: GOOD[key] for key in ("name", "cells", "shares")}, SCHEMA)
    assert not fits({}, {"bm": maybe(NUMBER)})


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), float("nan"), True, "1"])
def test_what_no_float_can_hold_is_no_number(value):
    assert not fits(value, NUMBER)
    assert fits(1e308, NUMBER)


@given(JSON)
def test_anything_fits_or_does_not_and_nothing_else_happens(value):
    kinds = {TEXT: str, FLAG: bool, LIST: list, OBJECT: dict}
    for rule, kind in kinds.items():
        assert fits(value, rule) == isinstance(value, kind)
    assert fits(value, WHOLE) == (isinstance(value, int) and not isinstance(value, bool))
    assert fits(value, ANY)
    assert not fits(value, SCHEMA) or value["name"] is not None


@given(JSON)
def test_a_document_that_is_parsed_can_be_written_again(value):
    text = json.dumps(value)
    try:
        again = parsed(text)
    except ValueError:
        assert "NaN" in text or "Infinity" in text or "\\ud" in text
    else:
        assert json.loads(json.dumps(again, allow_nan=False)) == value
