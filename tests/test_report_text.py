"""Tables 1-3 as text: in the terminal and in Markdown."""

import json
from itertools import cycle, product
from pathlib import Path

import pytest
from golden import make_ava_tables
from hypothesis import given, settings
from hypothesis import strategies as st

import small_runs
from avanp.papers.ava import printed_numbers as paper
from avanp.papers.ava.nearness import sentence, table3_sentence, table3_title
from avanp.papers.ava.sweep_text import sweep_text
from avanp.papers.ava.table_numbers import table_numbers
from avanp.papers.ava.tables_markdown import tables_markdown
from avanp.report.text import count, rate, short

GOLDEN = Path(__file__).parent / "golden"


def tables_of(bm, rules=("program",), lr=paper.LEARNING_RATES, seeds=(0,), is_paper_set=True):
    """Tables of all models; `bm` maps (rules, model, lr, seed) to a BM, None or "todo"."""
    config = small_runs.config(
        rules=list(rules),
        lr=list(lr),
        seeds=list(seeds),
        data={"is_paper_set": is_paper_set},
        versions={"numpy": "2.0", "numba": "0.60"},
    )
    rows = []
    for key in product(rules, paper.MODELS, lr, seeds):
        value = bm(*key)
        if value != "todo":
            status = "diverged" if value is None else "ok"
            row = dict(zip(("rules", "model", "lr", "seed"), key, strict=True))
            rows.append(row | {"bm": value, "status": status})
    return table_numbers(rows, config)


def near_paper(rules, model, lr, seed):
    return paper.published(model, lr) + 0.001 * (seed - 0.5)


def lines_of(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2298, ".2298"), (0.99996, "1.000"), (1.2679, "1.268"), (0.0, ".0000"), (-0.0031, "−.0031")],
)
def test_a_bm_is_five_characters_wide(value, text):
    assert short(value) == text


def test_a_difference_has_a_sign():
    assert short(0.0031, sign=True) == "+.0031"
    assert short(-0.0031, sign=True) == "−.0031"


def test_counts_are_singular_plural_or_a_span():
    assert [count(1, 1, "seed"), count(10, 10, "seed"), count(7, 10, "seed")] == [
        "1 seed",
        "10 seeds",
        "7–10 seeds",
    ]


def test_a_model_that_always_diverges_has_no_number_anywhere():
    tables = tables_of(lambda r, m, lr, s: None if m == "AVA2" else 0.2)
    text = sweep_text(tables)
    assert all("diverged" in lines_of(text, label)[0] for label in ("Mean", "SD", "0.01 "))
    assert "nan" not in text.lower()


def test_a_cell_still_to_run_is_a_dot():
    text = sweep_text(tables_of(lambda r, m, lr, s: "todo" if m == "GAN" else 0.2))
    assert lines_of(text, "0.01 ")[0].split()[-2:] == ["·", ".2148"]
    assert "not run yet" in text
    assert "19 runs to do" in text


def test_rates_that_the_paper_has_not_are_said_to_be_so():
    tables = tables_of(lambda *key: 0.2, lr=(0.15,))
    assert "none of these cells is in the paper" in sentence(tables, "program")
    assert table3_sentence(tables, "program") == ""


def interrupted(rules, model, lr, seed):
    return "todo" if model == "GAN" and lr < 0.05 else paper.published(model, lr)


def test_an_interrupted_model_has_no_value_of_the_paper_in_table_3():
    tables = tables_of(interrupted)
    text = sweep_text(tables)
    title = "Table 3. BM over the rates done, 15 to 19 of 19"
    assert title in text
    assert lines_of(text, "Mean")[0].split()[11:] == [".1207", ".1207", ".2132"]
    assert "shown beside the same only" in text
    page = tables_markdown(tables)
    assert f"### {title}" in page.splitlines()
    at = next(i for i, line in enumerate(page.splitlines()) if line.startswith("| Mean "))
    cells = [[c.strip() for c in line.split("|")] for line in page.splitlines()[at : at + 3]]
    assert [line[-3:-1] for line in cells] == [[".1207", ".2132"], [".1207", "–"], ["+.0000", "–"]]


def test_the_title_of_table_3_says_over_which_rates_it_is():
    assert table3_title(tables_of(near_paper), "program") == "BM over 19 rates"
    tables = tables_of(lambda r, m, lr, s: None if lr == 1.0 else 0.2)
    assert table3_title(tables, "program") == "BM over the rates that did not diverge, 18 of 19"


def test_a_table_without_a_value_of_the_paper_has_no_column_ours():
    tables = tables_of(lambda *key: 0.2, lr=(0.316228, 0.15))
    assert "ours" not in tables_markdown(tables).split("## Rules")[1].split("Table 3:")[0]
    assert "ours" not in sweep_text(tables)


def test_a_rate_has_at_most_four_digits():
    assert [rate(0.316228), rate(1.0), rate(0.09)] == ["0.3162", "1", "0.09"]


@settings(deadline=None, max_examples=40)
@given(
    lr=st.lists(st.floats(1e-30, 1.0), min_size=1, max_size=6, unique_by=lambda lr: f"{lr:g}"),
    bms=st.lists(st.one_of(st.none(), st.just("todo"), st.floats(0.0, 1.3)), min_size=1),
    seeds=st.integers(1, 12),
    is_paper_set=st.booleans(),
)
def test_no_line_is_wider_than_100_columns(lr, bms, seeds, is_paper_set):
    values = cycle(bms)
    rates = (*lr, 0.09, 0.1)
    tables = tables_of(
        lambda *key: next(values),
        ("program", "printed"),
        sorted({*rates}),
        range(seeds),
        is_paper_set,
    )
    text = sweep_text(tables)
    assert max(map(len, text.splitlines())) <= 100
    assert text.endswith("\n")


def test_tables_read_back_from_json_give_the_same_text():
    tables = tables_of(near_paper, ("program", "printed"), seeds=(0, 1))
    again = json.loads(json.dumps(tables, sort_keys=True))
    assert sweep_text(again) == sweep_text(tables)
    assert tables_markdown(again) == tables_markdown(tables)


def test_markdown_without_the_papers_images_has_no_line_of_the_paper():
    text = tables_markdown(tables_of(near_paper, is_paper_set=False))
    assert "| paper" not in text
    assert "difference " not in text
    assert paper.CITATION not in text
    assert "not the paper's images" in text


@pytest.mark.parametrize("suffix", ["json", "md", "txt"])
def test_the_tables_are_byte_for_byte_those_of_before(suffix):
    kept = (GOLDEN / f"ava_tables.{suffix}").read_bytes()
    assert make_ava_tables.made()[suffix].encode() == kept
