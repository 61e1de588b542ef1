"""Tables drawn with noise of its own in every cell."""

from itertools import product
from statistics import fmean, stdev

import numpy as np
import pytest

from avanp.audit.own_noise import entries, share_true, spread
from avanp.audit.paper_claims import Part
from avanp.report.tables import STATISTICS

RATES = [1.0, 0.1]
ABOVE = Part("mean", "AVA2", "above", "AVA1")


def runs_of(**models):
    """BM of each model: a row for each seed, a number for each rate."""
    runs = {}
    for model, rows in models.items():
        seeds = (dict(zip(RATES, row, strict=True)) for row in rows)
        runs["program", model] = dict(enumerate(seeds))
    return runs


def test_of_one_seed_every_table_is_its_own():
    drawn = entries(runs_of(AVA1=[[0.1, 0.4]]), "program", RATES, tables=3)
    for name, statistic in STATISTICS.items():
        assert drawn[name, "AVA1"] == pytest.approx([statistic([0.1, 0.4])] * 3)


def test_the_share_and_the_spread_are_those_of_all_tables_there_are():
    one, other = [[0.0, 1.0], [3.0, 1.5]], [[1.0, 2.0], [0.5, 2.5]]
    drawn = entries(runs_of(AVA1=one, AVA2=other), "program", RATES, tables=20_000)
    cells = [[row[i] for row in bm] for bm in (other, one) for i in range(2)]
    differences = [fmean(table[:2]) - fmean(table[2:]) for table in product(*cells)]
    share = sum(d > ABOVE.margin for d in differences) / 16
    assert share_true([ABOVE], drawn) == pytest.approx(share, abs=0.02)
    assert spread(ABOVE, drawn) == pytest.approx(stdev(differences) * (15 / 16) ** 0.5, rel=0.03)


def test_models_that_common_noise_makes_equal_differ_in_such_tables():
    bm = np.random.default_rng(0).normal(0.1, 0.01, (20, 2)).tolist()
    drawn = entries(runs_of(AVA1=bm, AVA2=bm), "program", RATES)
    assert share_true([ABOVE], drawn) == pytest.approx(0.5, abs=0.06)
    both = [ABOVE, Part("mean", "AVA1", "above", "AVA2")]
    assert share_true(both, drawn) == 0


def test_what_diverged_or_is_not_there_is_left_out():
    bm = [[0.1, None], [0.2, None], [0.3, 0.3]]
    runs = runs_of(AVA1=bm, AVA2=[[None, None]])
    del runs["program", "AVA1"][2][1.0]  # a seed that is not complete
    drawn = entries(runs, "program", RATES)
    assert set(drawn["maximum", "AVA1"]) == {0.1, 0.2}
    assert np.isnan(drawn["mean", "AVA2"]).all()
    assert (share_true([ABOVE], drawn), spread(ABOVE, drawn)) == (0, None)
    assert share_true([Part("mean", "AVA3", "below", "VAE")], drawn) is None
    assert spread(Part("mean", "AVA1", "below", "VAE"), drawn) is None
