"""One comparison over paired seeds: its interval, its sign tests, its size."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from avanp.experiments.compare import MARGIN
from avanp.experiments.paired import ALPHA, FEWEST, fewest, holm, paired


def test_the_sign_test_is_scipys():
    d = [0.01] * 15 + [-0.02] * 5
    one = paired(d)
    both = min(1.0, 2 * min(one.p_above, one.p_below))
    assert both == pytest.approx(binomtest(15, 20, 0.5).pvalue)
    assert (one.above, one.below) == (15, 5)


def test_the_interval_of_normal_differences_is_near_students():
    d = np.random.default_rng(0).normal(0.3, 1.0, 50)
    one = paired(list(d))
    half = 2.01 * d.std(ddof=1) / math.sqrt(50)
    assert one.low == pytest.approx(d.mean() - half, abs=0.05)
    assert one.high == pytest.approx(d.mean() + half, abs=0.05)
    assert one.effect == pytest.approx(d.mean() / d.std(ddof=1))
    assert paired(list(d)) == one == paired(list(d[::-1]))


def test_differences_without_spread_need_no_resampling():
    one = paired([0.25] * 4)
    assert (one.low, one.high, one.sd, one.effect) == (0.25, 0.25, 0, None)
    assert paired([]).difference is None


def test_differences_that_rounding_alone_tells_apart_have_no_spread():
    for value in (0.0012, 0.2, 1e-6, 0.0):
        for other in (math.nextafter(value, 1), value + 5.6e-17):
            one = paired([value] * 19 + [other])
            assert one.low == one.high == one.difference == pytest.approx(value, abs=1e-16)
            assert (one.sd, one.effect) == (0, None)


def test_where_bca_is_not_finite_the_interval_is_that_of_percentiles(monkeypatch):
    d = [0.01 * i for i in range(12)]
    there = paired(d)
    asked = []

    real = scipy.stats.bootstrap

    def bootstrap(*args, method, **options):
        asked.append(method)
        nothing = SimpleNamespace(low=math.nan, high=math.nan)
        if method == "BCa":
            return SimpleNamespace(confidence_interval=nothing)
        return real(*args, method=method, **options)

    monkeypatch.setattr(scipy.stats, "bootstrap", bootstrap)
    one = paired(d)
    assert asked == ["BCa", "percentile"]
    assert one.low < one.difference < one.high
    assert one.low == pytest.approx(there.low, abs=0.01)


@given(
    st.sampled_from([0.0, 0.0012, 0.2, 1e6]),
    st.lists(st.sampled_from([0.0, 0.0, 0.0, 1e-18, 1e-14, 1e-11, 1e-6]), min_size=1, max_size=9),
)
@settings(max_examples=60)
def test_no_number_of_a_comparison_is_nan(value, steps):
    one = paired([value + step for step in steps], 20)
    json.dumps(vars(one), allow_nan=False)
    assert one.effect is None or math.isfinite(one.effect)
    assert one.low is None or one.low <= one.high


@given(st.lists(st.floats(-1, 1), max_size=8))
@settings(max_examples=30)
def test_both_sides_of_a_comparison_are_treated_alike(values):
    one, other = paired(values, 50), paired([2 * MARGIN - v for v in values], 50)
    assert (one.above, one.p_above) == (other.below, other.p_below)
    if one.low is not None:
        assert one.low <= one.high


def test_holms_correction_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("claims", [1, 2, 7, 11, 40])
def test_fewest_seeds_are_those_that_can_decide_one_of_so_many_claims(claims):
    def corrected(seeds):
        p = min(1.0, 2 * paired([1.0] * seeds).p_above)
        return min(holm([p] * claims))

    assert corrected(fewest(claims)) < ALPHA <= corrected(fewest(claims) - 1)
    assert fewest(11) == FEWEST
