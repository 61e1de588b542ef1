"""Tables 1-3 as values, by hand, and their properties."""

import json
import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small_runs
from avanp.errors import AvanpError
from avanp.papers.ava import printed_numbers as paper
from avanp.papers.ava.table_numbers import table_numbers


def config(rules=("program",), models=("AVA1",), lr=(0.1,), seeds=(0,), is_paper_set=True):
    return small_runs.config(
        rules=list(rules),
        models=list(models),
        lr=list(lr),
        seeds=list(seeds),
        data={"is_paper_set": is_paper_set},
    )


def row(model="AVA1", lr=0.1, seed=0, bm=0.2, rules="program"):
    diverged = bm is None
    return {
        "rules": rules,
        "model": model,
        "lr": lr,
        "seed": seed,
        "bm": bm,
        "status": "diverged" if diverged else "ok",
    }


def paper_rows(seeds=(0,)):
    return [
        row(model, lr, seed, paper.published(model, lr))
        for model, lr, seed in product(paper.MODELS, paper.LEARNING_RATES, seeds)
    ]


def paper_config(**changes):
    return config(models=paper.MODELS, lr=paper.LEARNING_RATES, **changes)


def test_the_papers_own_numbers_have_rms_0_and_correlation_1():
    verdict = table_numbers(paper_rows(), paper_config())["rules"]["program"]["verdict"]
    assert verdict["compared"] == 133
    assert verdict["rms"] == 0.0
    assert verdict["correlation"] == pytest.approx(1.0, abs=1e-12)
    assert verdict["largest"]["difference"] == 0.0


@pytest.mark.parametrize("statistic", paper.TABLE3)
@pytest.mark.parametrize("model", paper.MODELS)
def test_the_published_table_3_follows_from_tables_1_and_2(model, statistic):
    tables = table_numbers(paper_rows(), paper_config())
    entry = tables["rules"]["program"]["table3"][model][statistic]
    # Half a unit of the fourth decimal: the published entries are these, rounded.
    assert abs(entry["value"] - paper.published_table3(model, statistic)) <= 0.00005
    assert entry["difference"] == entry["value"] - entry["paper"]


def test_a_rate_is_found_however_its_float_came_about():
    assert paper.published("AVA1", 0.1 + 0.2) == 0.2318
    assert paper.published("GAN", 1 - 0.91) == 0.2031
    assert paper.published("GAN", 0.095) is None
    assert paper.published("WGAN", 0.1) is None


def test_a_cell_is_the_mean_and_the_sd_over_seeds():
    rows = [row(seed=s, bm=bm) for s, bm in enumerate((0.20, 0.21, 0.25))]
    part = table_numbers(rows, config(seeds=(0, 1, 2)))["rules"]["program"]
    cell = part["table1"][0]["cells"]["AVA1"]
    assert cell["mean"] == pytest.approx(0.22, abs=1e-15)
    # deviations -.02, -.01, .03: squares sum to .0014, over n-1 = 2
    assert cell["sd"] == pytest.approx(math.sqrt(0.0007), abs=1e-15)
    assert (cell["seeds"], cell["diverged"], cell["missing"]) == (3, 0, 0)
    assert cell["paper"] == 0.2103
    assert cell["difference"] == pytest.approx(0.0097, abs=1e-15)


def test_one_seed_has_no_sd_over_seeds():
    part = table_numbers([row()], config())["rules"]["program"]
    assert part["table1"][0]["cells"]["AVA1"]["sd"] is None
    assert part["table3"]["AVA1"]["mean"]["sd_over_seeds"] is None


def test_table_3_is_computed_per_seed_and_then_averaged():
    rates = (0.3, 0.2, 0.1)
    seeds = {0: (0.1, 0.2, 0.3), 1: (0.5, 0.1, 0.3)}
    rows = [
        row(lr=lr, seed=s, bm=bm) for s in seeds for lr, bm in zip(rates, seeds[s], strict=True)
    ]
    part = table_numbers(rows, config(lr=rates, seeds=(0, 1)))["rules"]["program"]
    column = part["table3"]["AVA1"]
    assert column["mean"]["value"] == pytest.approx((0.2 + 0.3) / 2)
    assert column["maximum"]["value"] == pytest.approx((0.3 + 0.5) / 2)  # not 0.5, the largest
    assert column["minimum"]["value"] == pytest.approx(0.1)
    assert column["sd"]["value"] == pytest.approx((0.1 + 0.2) / 2)
    assert column["mean"]["sd_over_seeds"] == pytest.approx(0.1 / math.sqrt(2))
    assert column["rates_fewest"] == column["rates_most"] == 3


def test_the_verdict_worked_by_hand():
    # Published at 0.1: .2103 .2105 .1230; ours differ by +.0010, -.0020, +.0040.
    rows = [row("AVA1", bm=0.2113), row("AVA2", bm=0.2085), row("AVA3", bm=0.1270)]
    tables = table_numbers(rows, config(models=("AVA1", "AVA2", "AVA3")))
    verdict = tables["rules"]["program"]["verdict"]
    assert verdict["rms"] == pytest.approx(math.sqrt(0.000021 / 3), abs=1e-12)
    assert verdict["largest"]["model"] == "AVA3"
    assert verdict["largest"]["lr"] == 0.1
    assert verdict["largest"]["difference"] == pytest.approx(0.0040, abs=1e-12)
    ours, theirs = (0.2113, 0.2085, 0.1270), (0.2103, 0.2105, 0.1230)
    a = [x - sum(ours) / 3 for x in ours]
    b = [x - sum(theirs) / 3 for x in theirs]
    r = sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(
        sum(x * x for x in a) * sum(y * y for y in b)
    )
    assert verdict["correlation"] == pytest.approx(r, abs=1e-12)
    assert verdict["compared"] == 3
    assert verdict["table3_largest"] is None  # one rate is not the paper's grid


def test_the_farthest_mean_of_table_3_is_named():
    rows = paper_rows()
    for entry in rows:
        if entry["model"] == "VAE":
            entry["bm"] -= 0.003
    top = table_numbers(rows, paper_config())["rules"]["program"]["verdict"]["table3_largest"]
    assert top["model"] == "VAE"
    # The VAE's mean is .120742 and published as .1207.
    assert top["difference"] == pytest.approx(-0.003 + 0.000042, abs=1e-6)


def test_equal_cells_have_no_correlation():
    tables = table_numbers([row(bm=0.2), row("GAN", bm=0.2)], config(models=("AVA1", "GAN")))
    assert tables["rules"]["program"]["verdict"]["correlation"] is None


@settings(deadline=None, max_examples=25)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(random):
    rows = [
        row(model, lr, seed, 0.1 + 0.01 * seed + 0.1 * lr, rules)
        for rules, model, lr, seed in product(
            ("program", "printed"), ("AVA1", "VAE"), (0.2, 0.1, 0.07), (0, 1, 2)
        )
    ]
    rows[5] |= {"bm": None, "status": "diverged"}
    grid = config(("program", "printed"), ("AVA1", "VAE"), (0.2, 0.1, 0.07), (0, 1, 2))
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert json.dumps(table_numbers(shuffled, grid)) == json.dumps(table_numbers(rows, grid))


def test_two_rows_of_one_run_are_named():
    with pytest.raises(AvanpError, match=r"two rows .* program, model AVA1, .* 0\.1, seed 0"):
        table_numbers([row(bm=0.2), row(bm=0.3)], config())


@pytest.mark.parametrize(
    "changes", [{"model": "GAN"}, {"lr": 0.2}, {"seed": 7}, {"rules": "exact"}], ids=str
)
def test_a_row_of_another_grid_is_refused(changes):
    with pytest.raises(AvanpError, match="not of this run"):
        table_numbers([row(**changes)], config())


def test_a_seed_that_diverged_is_counted_and_left_out_of_the_mean():
    rows = [row(seed=0, bm=0.20), row(seed=1, bm=None), row(seed=2, bm=0.22)]
    part = table_numbers(rows, config(seeds=(0, 1, 2)))["rules"]["program"]
    cell = part["table1"][0]["cells"]["AVA1"]
    assert cell["mean"] == pytest.approx(0.21)
    assert (cell["seeds"], cell["diverged"]) == (2, 1)
    assert part["verdict"]["diverged"] == 1


@pytest.mark.parametrize("bm", [math.nan, math.inf])
def test_a_bm_that_is_not_finite_counts_as_diverged(bm):
    cell = table_numbers([row(bm=bm)], config())["rules"]["program"]["table1"][0]["cells"]["AVA1"]
    assert (cell["mean"], cell["diverged"]) == (None, 1)


def test_table_3_over_fewer_rates_says_so_and_is_not_compared():
    rows = paper_rows()
    rows[0] |= {"bm": None, "status": "diverged"}  # AVA1 at rate 1
    part = table_numbers(rows, paper_config())["rules"]["program"]
    assert part["table3"]["AVA1"]["rates_fewest"] == 18
    assert part["table3"]["AVA1"]["mean"]["paper"] is None
    assert part["table3"]["AVA1"]["mean"]["difference"] is None
    assert part["table3"]["AVA2"]["mean"]["paper"] == 0.2092
    assert part["table3"]["AVA2"]["mean"]["difference"] is not None
    assert part["verdict"]["compared"] == 132


def test_table_3_takes_the_finished_seeds_of_an_unfinished_sweep():
    rows = [row(lr=0.1, seed=0, bm=0.1), row(lr=0.2, seed=0, bm=0.2), row(lr=0.1, seed=1, bm=0.9)]
    part = table_numbers(rows, config(lr=(0.2, 0.1), seeds=(0, 1)))["rules"]["program"]
    assert part["table3"]["AVA1"]["seeds"] == 1
    assert part["table3"]["AVA1"]["mean"]["value"] == pytest.approx(0.15)
    assert part["verdict"]["missing"] == 1


def test_table_3_takes_all_seeds_where_none_is_finished():
    rows = [row(lr=0.1, seed=0, bm=0.1), row(lr=0.1, seed=1, bm=0.3)]
    part = table_numbers(rows, config(lr=(0.2, 0.1), seeds=(0, 1)))["rules"]["program"]
    assert part["table3"]["AVA1"]["mean"]["value"] == pytest.approx(0.2)
    assert part["table3"]["AVA1"]["rates_most"] == 1
    assert part["table3"]["AVA1"]["sd"]["value"] is None


def test_a_sweep_without_rows_has_nothing_to_say_and_says_it_with_none():
    part = table_numbers([], paper_config())["rules"]["program"]
    assert part["verdict"]["cells"] == 0
    assert part["verdict"]["missing"] == 133
    assert part["verdict"]["rms"] is None
    assert part["table3"]["GAN"]["mean"]["value"] is None


def test_other_images_than_the_papers_are_not_compared():
    tables = table_numbers(paper_rows(), paper_config(is_paper_set=False))
    part = tables["rules"]["program"]
    assert tables["paper"]["shown"] is False
    cells = [cell for line in part["table1"] for cell in line["cells"].values()]
    assert {cell["paper"] for cell in cells} == {None}
    assert part["table3"]["VAE"]["mean"]["paper"] is None
    assert part["verdict"]["rms"] is None
    assert part["verdict"]["cells"] == 133


def test_rates_from_0_1_upwards_are_table_1_and_those_below_are_table_2():
    rates = (0.01, 1.0, 0.1, 0.3 - 0.2, 0.09999)  # 0.3 - 0.2 is 0.1 with an error in its last bit
    part = table_numbers([], config(lr=rates))["rules"]["program"]
    assert [line["lr"] for line in part["table1"]] == [1.0, 0.1]
    assert [line["lr"] for line in part["table2"]] == [0.09999, 0.01]


def test_a_run_that_failed_is_missing_and_said_so():
    from avanp.papers.ava.nearness import sentence
    from avanp.papers.ava.sweep_text import sweep_text
    from avanp.papers.ava.tables_markdown import tables_markdown

    grid = config(lr=(0.2, 0.1), seeds=(0, 1))
    rows = [row(lr=0.2, seed=0), row(lr=0.2, seed=1), row(lr=0.1, seed=0), row(lr=0.1, seed=1)]
    for failed in rows[1:]:
        failed |= {"bm": None, "status": "failed", "reason": "MemoryError"}
    tables = table_numbers(rows, grid)
    part = tables["rules"]["program"]
    some, none = (line["cells"]["AVA1"] for line in part["table1"])
    assert (some["mean"], some["seeds"], some["missing"], some["failed"]) == (0.2, 1, 1, 1)
    assert (none["mean"], none["seeds"], none["missing"], none["failed"]) == (None, 0, 2, 2)
    assert (part["verdict"]["missing"], part["verdict"]["failed"]) == (3, 3)
    assert part["verdict"]["diverged"] == 0
    assert sentence(tables, "program").endswith(", 3 runs failed")
    shown = sweep_text(tables)
    assert "What failed has no number: --retry-failed runs it again." in " ".join(shown.split())
    assert any(line.split() == ["0.1", "failed"] for line in shown.splitlines())
    assert max(map(len, shown.splitlines())) <= 100
    assert "(1 failed)" in tables_markdown(tables)
    with pytest.raises(AvanpError, match="two rows for one run"):
        table_numbers([*rows, rows[-1]], grid)
