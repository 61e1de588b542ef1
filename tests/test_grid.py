"""Reading --lr, --models and --rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.errors import AvanpError
from avanp.experiments.rates import parse_rates
from avanp.experiments.seeds import parse_seeds
from avanp.papers.ava.experiment import AVA

parse_rules, parse_models = (axis.parse for axis in AVA.grid.axes[:2])

PAPER = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
PAPER += [0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01]


def test_the_papers_grid_is_19_rates_to_the_last_bit():
    assert parse_rates("1.0:0.01") == tuple(PAPER)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("0.5", (0.5,)),
        ("1.0, 0.1,0.05", (1.0, 0.1, 0.05)),
        ("0.3:0.08", (0.3, 0.2, 0.1, 0.09, 0.08)),
        ("1:1e-1", tuple(PAPER[:10])),
        ("1.0:0.01:3", (1.0, 0.1, 0.01)),
        ("0.8:0.2:3", (0.8, 0.4, 0.2)),
    ],
)
def test_every_form_of_lr(text, rates):
    assert parse_rates(text) == pytest.approx(rates, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a number"),
        ("abc", "not a number"),
        ("0", "outside"),
        ("-0.1", "outside"),
        ("1.01", "outside"),
        ("nan", "outside"),
        ("inf", "outside"),
        ("1e-400", "outside"),
        ("0.01:1.0", "1.0:0.01"),
        ("0.1:0.1", "down"),
        ("0.01:1.0:5", "down"),
        ("1:0.1:1", "whole number"),
        ("1:0.1:x", "whole number"),
        ("1:0.1:99999999999", "whole number"),
        ("1:0.1:2:3", "malformed"),
        ("1.0:", "not a number"),
        ("0.55:0.1", "START:STOP:N"),
        ("0.1,0.10", "twice"),
        ("1:1e-9999999", "outside"),
    ],
)
def test_a_bad_lr_says_in_one_line_what_is_wrong(text, says):
    with pytest.raises(AvanpError, match=says) as error:
        parse_rates(text)
    assert "\n" not in str(error.value)


@given(st.text(alphabet="0123456789.:,e-+ naif\n", max_size=12))
def test_any_text_gives_rates_in_range_or_an_error_of_ours(text):
    try:
        rates = parse_rates(text)
    except AvanpError:
        return
    assert rates
    assert all(0 < rate <= 1 for rate in rates)
    assert len(set(rates)) == len(rates)


@given(st.integers(1, 9), st.integers(0, 6), st.integers(1, 9), st.integers(0, 6))
def test_a_decade_grid_goes_down_by_leading_digits_and_holds_both_ends(a, p, b, q):
    start, stop = f"{a}e-{p + 1}", f"{b}e-{q + 1}"
    if float(start) <= float(stop):
        return
    rates = parse_rates(f"{start}:{stop}")
    assert (rates[0], rates[-1]) == (float(start), float(stop))
    assert list(rates) == sorted(rates, reverse=True)
    assert all(len(f"{rate:.12e}".split("e")[0].rstrip("0").rstrip(".")) == 1 for rate in rates)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=9, unique=True))
def test_a_list_keeps_its_order(millionths):
    rates = [m / 10**6 for m in millionths]
    assert parse_rates(",".join(map(repr, rates))) == tuple(rates)


def test_models_are_read_in_any_case_of_letters():
    assert parse_models("ava1, Vae") == ("AVA1", "VAE")
    assert len(parse_models("all")) == 7


@pytest.mark.parametrize("text", ["AVA6", "", "AVA1,AVA1", "all,AVA1"])
def test_unknown_or_repeated_models_are_refused(text):
    with pytest.raises(AvanpError):
        parse_models(text)


def test_rules_may_name_a_deviation_to_leave_out():
    assert parse_rules("program,program-3,exact") == ("program", "program-3", "exact")


@pytest.mark.parametrize("text", ["real", "", "program,program", "program-0"])
def test_unknown_or_repeated_rules_are_refused(text):
    with pytest.raises(AvanpError):
        parse_rules(text)


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", (0, 1, 2)), ("20:22", (20, 21, 22)), (" 5 : 5 ", (5,))]
)
def test_seeds_are_a_number_of_them_or_the_first_and_the_last(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    "text", ["", "0", ":", "1:", "2:1", "-1", "1.0", "1:2:3", "10001", "0:10000"]
)
def test_bad_seeds_say_in_one_line_what_is_wrong(text):
    with pytest.raises(AvanpError, match=r"^--seeds .*FIRST:LAST \(20:39\)$"):
        parse_seeds(text)
