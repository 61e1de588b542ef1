"""The paper's equations: the table, the pages, the command and the code say the same."""

import re
from pathlib import Path

import pytest

from avanp.ava.catalogue import EQUATIONS
from avanp.grad import cases as gradcases
from avanp.papers.ava.equations import loaded
from cli_process import avanp

ROOT = Path(__file__).parents[1]
PARTS = [(e, part) for e in EQUATIONS for part in e.parts]
IDS = [part.function.rsplit(".", 1)[1] for _, part in PARTS]


def page_row(equation, part):
    """A line of docs/equations.md."""
    module = part.function.rsplit(".", 1)[0].replace(".", "/")
    number = f"[{equation.number}](derivations.md#equation-{equation.number})"
    name = ".".join(part.function.split(".")[-2:])
    file, test = part.check.split("::")
    check = f"[`{test}`](../{file})" + (f", `gradcheck {part.gradcheck}`" if part.gradcheck else "")
    cells = [number, part.formula.replace("|", r"\|"), f"[`{name}`](../avanp/{module}.py)"]
    return f"| {' | '.join([*cells, check, part.gradient or equation.gradient])} |"


def test_the_seventeen_equations_are_all_there_in_order():
    assert [e.number for e in EQUATIONS] == list(range(1, 18))
    assert all(e.parts and e.title and e.reading.endswith(".") for e in EQUATIONS)


@pytest.mark.parametrize(("equation", "part"), PARTS, ids=IDS)
def test_every_part_has_its_function_whose_docstring_names_the_number(equation, part):
    function = loaded(part)
    module = __import__(function.__module__, fromlist=["x"])
    assert re.search(rf"Eq\. {equation.number}\b", function.__doc__ + (module.__doc__ or ""))


@pytest.mark.parametrize(("equation", "part"), PARTS, ids=IDS)
def test_every_part_has_a_check_that_exists(equation, part):
    file, name = part.check.removesuffix("]").split("::")
    name, _, case = name.partition("[")
    source = (ROOT / file).read_text()
    assert f"def {name}(" in source
    assert f'"{case}"' in source or not case
    if part.gradcheck:
        names = (part.gradcheck, f"{part.gradcheck}.")
        assert any(row == names[0] or row.startswith(names[1]) for row in gradcases.SCALAR_CASES)


def test_the_page_of_equations_is_the_table():
    page = (ROOT / "docs" / "equations.md").read_text(encoding="utf-8").splitlines()
    shown = [line for line in page if line.startswith("| [")]
    assert shown == [page_row(*pair) for pair in PARTS]


def test_every_equation_has_its_derivation_and_says_what_the_table_says():
    page = (ROOT / "docs" / "derivations.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### Equation (\d+)\n(.*?)(?=^##|\Z)", page, re.M | re.S))
    assert sorted(map(int, sections)) == [e.number for e in EQUATIONS]
    for e in EQUATIONS:
        for part in e.parts:
            module, name = part.function.rsplit(".", 1)
            link = rf"\[`\w+\.{name}`\]\(\.\./avanp/{module.replace('.', '/')}\.py\)"
            assert re.search(link, sections[str(e.number)]), (e.number, name)
        said = re.search(r"^\*\*The gradient\? (.*?)\.\*\*", sections[str(e.number)], re.M)
        assert (said[1].lower() if said else "–") == e.gradient, e.number


def test_the_derivations_begin_with_a_summary_of_the_table():
    page = (ROOT / "docs" / "derivations.md").read_text(encoding="utf-8")
    rows = {
        "losses and definitions": "–",
        "the gradient of the stated loss": "yes",
        "a part of it": "in part",
        "something else": "no",
    }
    for label, gradient in rows.items():
        said = re.search(rf"^\| {label} \| ([\d, ]*\d)", page, re.MULTILINE)[1]
        numbers = [e.number for e in EQUATIONS if e.gradient == gradient]
        assert [int(n) for n in said.split(", ")] == numbers


def test_the_command_shows_all_equations_in_100_columns(tmp_path):
    done = avanp(tmp_path, "equations")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 100
    assert [int(line.split()[0]) for line in lines if re.match(r"\d", line)] == list(range(1, 18))
    assert all(part.formula in done.out and part.function in done.out for _, part in PARTS)


@pytest.mark.parametrize("number", ["6", "(6)"])
def test_one_equation_is_shown_with_its_function_and_its_check(tmp_path, number):
    done = avanp(tmp_path, "equations", number)
    assert (done.code, done.err) == (0, "")
    line = next(
        i
        for i, code in enumerate((ROOT / "avanp/ava/equations.py").read_text().splitlines(), 1)
        if code.startswith("def eq6(")
    )
    assert f"avanp/ava/equations.py:{line}\n" in done.out
    assert 'pytest "tests/test_equations.py::test_equation_6"' in done.out
    assert "def eq6(" in done.out
    assert "docs/derivations.md#equation-6" in done.out
    assert "it is not that of the stated loss" in done.out


def test_a_loss_is_shown_with_the_check_of_its_gradients(tmp_path):
    out = avanp(tmp_path, "equations", "9").out
    assert "test_an_objective_is_its_formula_in_scalars[eq9]" in out
    assert "gradients   avanp gradcheck AVA2.d" in out


@pytest.mark.parametrize("number", [str(e.number) for e in EQUATIONS])
def test_every_equation_fits_the_page(number):
    from avanp.papers.ava.equations import one

    assert max(map(len, one(number).splitlines())) <= 104  # code is indented by 4


@pytest.mark.parametrize("number", ["0", "18", "x", "-1", "", "6.0"])
def test_another_number_is_refused_in_one_line(tmp_path, number):
    done = avanp(tmp_path, "equations", "--", number)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"avanp: no equation {number!r}: they are numbered 1 to 17\n"
