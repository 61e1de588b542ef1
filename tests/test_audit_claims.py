"""The judge of the paper's claims, on rows whose answer is known."""

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from avanp.audit import claims
from avanp.audit.paired import MARGIN, holm, paired
from avanp.audit.paper_claims import CLAIMS
from avanp.report import paper
from avanp.report.findings import HOLDS, NOT, UNTOLD
from avanp.report.text import p_value, signed

RATES = [1.0, 0.1, 0.05]
MODELS = list(paper.MODELS)
CONFIG = {"rules": ["program"], "lr": RATES, "models": MODELS, "seeds": list(range(20))}


def judge(rows, config, resamples=499, **options):
    """The judge, with a bootstrap that is quick."""
    return claims.judge(rows, config, resamples=resamples, **options)


def rows_of(bm, seeds=range(20), rules="program"):
    """One row for each model, rate and seed: bm(model, rate, seed); None is a divergence."""
    rows = []
    for seed in seeds:
        for model in MODELS:
            for lr in RATES:
                value = bm(model, lr, seed)
                status = "diverged" if value is None else "ok"
                row = {"rules": rules, "model": model, "lr": lr, "seed": seed}
                rows.append({**row, "bm": value, "bm_signed": value, "status": status})
    return rows


def noise(model, lr, seed, size=0.001):
    return size * np.random.default_rng([seed, MODELS.index(model), int(1000 * lr)]).normal()


def level(**means):
    """A BM that has a model's level and small noise; 0.1 for models that are not named."""
    return lambda model, lr, seed: means.get(model, 0.1) + 0.02 * lr + noise(model, lr, seed)


def verdicts(rows, config=CONFIG, **options):
    return {one["id"]: one["rules"]["program"]["verdict"] for one in judge(rows, config, **options)}


def found(rows, claim, config=CONFIG):
    return next(one for one in judge(rows, config) if one["id"] == claim)["rules"]["program"]


def test_claims_that_are_true_hold():
    told = verdicts(rows_of(level(AVA5=0.3, AVA1=0.2, AVA2=0.21, GAN=0.15, AVA3=0.05, VAE=0.06)))
    true = ["ava5-highest-mean", "ava1-ava2-beat-gan", "ava3-lowest-mean", "ava3-beats-vae"]
    true += ["maximum-above-gan", "leaning-decoder"]
    assert {claim: told[claim] for claim in true} == dict.fromkeys(true, HOLDS)
    # AVA4 is at 0.1, above VAE.
    false = ["minimum-below-vae", "all-variants-better", "leaning-encoder"]
    assert {claim: told[claim] for claim in false} == dict.fromkeys(false, NOT)


def test_a_claim_of_several_parts_fails_with_one_of_them():
    one = found(rows_of(level(AVA1=0.2, AVA2=0.12, GAN=0.15)), "ava1-ava2-beat-gan")
    assert one["verdict"] == NOT
    assert one["decided_by"] == "mean of AVA2 above GAN's"
    assert one["difference"] == pytest.approx(-0.03, abs=0.001)
    assert [part["difference"] > 0 for part in one["parts"]] == [True, False]
    assert (one["single_runs"], one["single_runs_of"]) == (0, 20)


def test_models_that_are_one_are_not_better_than_each_other():
    def same(model, lr, seed):
        return level(AVA1=0.2)("AVA1" if model == "AVA2" else model, lr, seed)

    one = found(rows_of(same), "leaning-decoder")
    assert (one["verdict"], one["difference"], one["low"], one["high"]) == (NOT, 0, 0, 0)
    assert one["identical"]
    assert "Equal in every cell of 20 seeds" in one["says"]
    # Said of one run as well, since it is no matter of chance.
    assert found(rows_of(same, seeds=[3]), "leaning-decoder")["verdict"] == NOT


def test_chance_is_not_told():
    told = verdicts(rows_of(lambda m, lr, s: 0.1 + 0.02 * lr + noise(m, lr, s, 0.01)))
    assert set(told.values()) == {UNTOLD}


def test_a_difference_below_the_last_printed_digit_is_none_however_steady():
    def nearly(model, lr, seed):
        return level(AVA1=0.2)("AVA1" if model == "AVA2" else model, lr, seed) + (
            1e-6 if model == "AVA2" else 0
        )

    one = found(rows_of(nearly), "leaning-decoder")
    assert one["verdict"] == NOT
    assert 0 < one["low"] <= one["high"] < MARGIN
    assert one["p_corrected"] < 0.001
    assert "less than the tables' last digit" in one["says"]
    assert one["single_runs"] == 0


@pytest.mark.parametrize(("seeds", "verdict"), [(1, UNTOLD), (2, UNTOLD), (8, UNTOLD), (9, HOLDS)])
def test_nine_seeds_are_the_fewest_that_tell(seeds, verdict):
    def bm(model, lr, seed):  # all but two models are noise
        high = 0.2 if model == "AVA2" else 0.1
        return high + (0.001 if model == "AVA1" else noise(model, lr, seed, 0.01))

    one = found(rows_of(bm, seeds=range(seeds)), "leaning-decoder")
    assert (one["verdict"], one["seeds"]) == (verdict, seeds)
    assert (one["low"] is None) == (seeds == 1)


def test_no_rows_are_no_verdict():
    for rows in ([], rows_of(lambda m, lr, s: None)):
        for one in judge(rows, CONFIG):
            here = one["rules"]["program"]
            assert (here["verdict"], here["seeds"], here["difference"]) == (UNTOLD, 0, None)
            assert here["says"] == "No seed has all the cells that this needs."


def test_a_rate_at_which_one_model_diverged_is_left_out_for_both():
    bm = level(AVA2=0.2)
    lost = rows_of(lambda m, lr, s: None if (m, lr) == ("AVA1", 1.0) else bm(m, lr, s))
    without = [row for row in rows_of(bm) if row["lr"] != 1.0]
    one = found(lost, "leaning-decoder")
    other = found(without, "leaning-decoder", {**CONFIG, "lr": [0.1, 0.05]})
    assert one["difference"] == pytest.approx(other["difference"], abs=1e-15)
    assert [part["diverged"] for part in one["parts"]] == [20]
    for status in (math.nan, math.inf):  # numbers that JSON has not, but Python reads
        rows = rows_of(lambda m, lr, s, v=status: v if (m, lr) == ("AVA1", 1.0) else bm(m, lr, s))
        assert found(rows, "leaning-decoder")["difference"] == one["difference"]


def test_a_seed_that_lacks_a_cell_is_left_out_and_a_failed_cell_is_lacking():
    rows = rows_of(level(AVA2=0.2))
    gone = {("AVA1", 0.1, 4), ("AVA2", 1.0, 7), ("VAE", 1.0, 9)}
    keys = [(row["model"], row["lr"], row["seed"]) for row in rows]
    shorter = [row for row, key in zip(rows, keys, strict=True) if key not in gone]
    failed = [
        {**row, "status": "failed", "bm": None} if key in gone else row
        for row, key in zip(rows, keys, strict=True)
    ]
    one = found(shorter, "leaning-decoder")
    assert one["seeds"] == 18  # VAE is no part of it
    assert judge(shorter, CONFIG) == judge(failed, CONFIG)


def test_the_order_of_the_rows_does_not_matter():
    rows = rows_of(level(AVA2=0.2, AVA3=0.05))
    mixed = random.Random(0).sample(rows, len(rows))
    assert judge(mixed, CONFIG) == judge(rows, CONFIG) == judge(rows, CONFIG)


def test_rule_sets_are_judged_by_themselves():
    good, bad = level(AVA2=0.2), level(AVA2=0.05)
    rows = rows_of(good) + rows_of(bad, rules="exact")
    both = judge(rows, {**CONFIG, "rules": ["program", "exact"]})
    alone = judge(rows, CONFIG)
    for one, other in zip(both, alone, strict=True):
        assert one["rules"]["program"] == other["rules"]["program"]
    assert both[-2]["rules"]["exact"]["verdict"] == NOT


def test_models_that_were_not_run_leave_their_claims_open():
    rows = [row for row in rows_of(level(AVA2=0.2)) if row["model"] in ("AVA1", "AVA2", "GAN")]
    told = verdicts(rows)
    assert told["leaning-decoder"] == HOLDS
    assert told["ava5-highest-mean"] == told["leaning-encoder"] == UNTOLD


def test_the_signed_bm_can_be_judged_instead():
    rows = [{**row, "bm_signed": -(row["bm"] or 0)} for row in rows_of(level(AVA2=0.2))]
    assert verdicts(rows)["leaning-decoder"] == HOLDS
    assert verdicts(rows, value="bm_signed")["leaning-decoder"] == NOT


def test_what_is_judged_can_be_written_as_json():
    text = json.dumps(judge(rows_of(level(AVA2=0.2)), CONFIG), allow_nan=False)
    assert json.loads(text)[0]["id"] == "ava5-highest-mean"


def test_among_equal_models_few_claims_hold():
    # One chance in twenty at most that any of the eleven claims holds; 40 runs, seeded.
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(40):
        table = rng.normal(0.1, 0.01, (len(MODELS), len(RATES), 20))
        rows = rows_of(lambda m, lr, s, t=table: t[MODELS.index(m), RATES.index(lr), s])
        wrong += HOLDS in verdicts(rows, resamples=49).values()
    assert wrong <= 4


def test_a_true_difference_is_found():
    # Of the mean over three rates, by some two standard deviations over seeds.
    rng = np.random.default_rng(2)
    rows = rows_of(lambda m, lr, s: 0.1 + 0.01 * rng.normal() + (0.012 if m == "AVA2" else 0))
    assert verdicts(rows)["leaning-decoder"] == HOLDS


# The pieces


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


def test_what_the_papers_own_table_says_of_its_claims():
    # AVA3's SD is VAE's, AVA4's mean is above VAE's and AVA3's, AVA2's below AVA1's.
    against = {one["id"] for one in judge([], CONFIG) if not one["paper_agrees"]}
    assert against == {
        "stabler-than-poles",
        "all-variants-better",
        "leaning-decoder",
        "leaning-encoder",
    }
    by_id = {claim.id: claim for claim in CLAIMS}
    assert by_id["ava3-beats-vae"].evidence == "Table 3, mean: AVA3 .1202, VAE .1207"
    assert by_id["maximum-above-gan"].parts[1].published() == pytest.approx(0.0001)
    assert len(by_id) == 11


def test_numbers_as_they_are_written():
    shown = [signed(v) for v in (None, 0.0, 0.0123, -0.5, 3e-6, -0.00004999, 1.5)]
    assert shown == ["–", "0", "+.0123", "−.5000", "+3e−6", "−5e−5", "+1.500"]
    assert [p_value(p) for p in (1.0, 0.043, 0.002834, 0.00002)] == [
        "1",
        "0.043",
        "0.0028",
        "< 0.0001",
    ]
