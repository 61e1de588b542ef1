"""Tables drawn with noise of its own in every cell."""

from itertools import product
from statistics import fmean, stdev

import numpy as np
import pytest

from avanp.experiments import noise
from avanp.experiments.compare import Compare
from avanp.experiments.evidence import STATISTICS
from avanp.experiments.noise import draw, spread

RATES = [1.0, 0.1]
ABOVE = Compare("bm", "AVA2", ">", "AVA1")


def share_true(parts, drawn):
    return noise.share_true(parts, [drawn] * len(parts))


def runs_of(**models):
    """BM of each model: a row for each seed, a number for each rate."""
    runs = {}
    for model, rows in models.items():
        seeds = (dict(zip(RATES, row, strict=True)) for row in rows)
        runs[model] = dict(enumerate(seeds))
    return runs


def test_the_statistics_are_those_of_the_tables():
    bm = np.random.default_rng(0).normal(size=(50, 5))
    for name, statistic in STATISTICS.items():
        found = noise.STATISTICS[name](bm, axis=1)
        assert found == pytest.approx([statistic(row.tolist()) for row in bm])


def test_the_share_and_the_spread_are_those_of_all_tables_there_are():
    one, other = [[0.0, 1.0], [3.0, 1.5]], [[1.0, 2.0], [0.5, 2.5]]
    drawn = draw(runs_of(AVA1=one, AVA2=other), RATES, tables=20_000)
    cells = [[row[i] for row in bm] for bm in (other, one) for i in range(2)]
    differences = [fmean(table[:2]) - fmean(table[2:]) for table in product(*cells)]
    share = sum(d > ABOVE.margin for d in differences) / 16
    assert share_true([ABOVE], drawn) == pytest.approx(share, abs=0.02)
    assert spread(ABOVE, drawn) == pytest.approx(stdev(differences) * (15 / 16) ** 0.5, rel=0.03)


def test_models_that_common_noise_makes_equal_differ_in_such_tables():
    bm = np.random.default_rng(0).normal(0.1, 0.01, (20, 2)).tolist()
    drawn = draw(runs_of(AVA1=bm, AVA2=bm), RATES)
    assert share_true([ABOVE], drawn) == pytest.approx(0.5, abs=0.06)
    both = [ABOVE, Compare("bm", "AVA1", ">", "AVA2")]
    assert share_true(both, drawn) == 0


def test_a_rate_that_diverged_is_left_out_for_both_and_the_table_shows_no_claim():
    # At rate 1 BM is far higher than at 0.1, where AVA2's is higher by 0.01.
    one, other = [[0.9, 0.1], [0.9, 0.1]], [[None, 0.11], [0.91, 0.11]]
    drawn = draw(runs_of(AVA1=one, AVA2=other), RATES)
    assert spread(ABOVE, drawn) == pytest.approx(0, abs=1e-15)
    assert share_true([ABOVE], drawn) == pytest.approx(0.5, abs=0.06)


def test_what_is_not_there_is_left_out():
    runs = runs_of(AVA1=[[0.1, 0.2], [0.2, 0.3], [0.5, 0.6]], AVA2=[[None, None]] * 2, VAE=[[1, 1]])
    del runs["AVA1"][2][1.0]  # a seed that is not complete
    drawn = draw(runs, RATES)
    assert set(drawn["AVA1"].ravel()) == {0.1, 0.2, 0.3}
    assert (share_true([ABOVE], drawn), spread(ABOVE, drawn)) == (0, None)
    for other in ("AVA3", "VAE"):  # no seed, and one, which has no spread
        part = Compare("bm", "AVA1", "<", other)
        assert (share_true([part], drawn), spread(part, drawn)) == (None, None)
