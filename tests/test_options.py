"""Every option of every model is given on the command line, named in its help and in the docs."""

import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from avanp.commands.train import train
from avanp.errors import AvanpError
from avanp.registry import SYSTEMS
from avanp.systems.find import find
from avanp.systems.options import options_of, value_words

OPTIONS = {name: options_of(find(name).config_class) for name in SYSTEMS}
GIVEN = [
    (name, key) for name in SYSTEMS for key, one in OPTIONS[name].items() if one.limits.command_line
]
TRIED = (0, 1, 2, 3, 0.5, 0.25, (2, 1), (3, 2, 1), (0.5, 0.25), (0.5, 0.25, 0.1), "vgg16",
         "vgg16:FILE")  # fmt: skip


def others(name, key):
    """Return values that are not the default and that the configuration takes: of words, all."""
    one, kind = OPTIONS[name][key], find(name)
    data = {"shape": (16, 16, 3)} | ({"classes": 2} if "classes" in OPTIONS[name] else {})
    usual = kind.config_class(**data)
    found = []
    tried = one.choices or ((True, False) if one.kind is bool else TRIED)
    for value in tried:
        # The pixels of a table have a Gaussian likelihood.
        for beside in ({}, {"likelihood": "gaussian"}):
            try:
                config = kind.config_class.from_options(**data, **{**beside, key: value})
            except AvanpError:
                continue
            if getattr(config, key) != getattr(usual, key):
                found.append(getattr(config, key))
                break
    return found if one.choices else found[:1]


@pytest.mark.parametrize(("name", "key"), GIVEN)
def test_a_value_on_the_command_line_reaches_the_model(name, key):
    values, flag = others(name, key), key.replace("_", "-")
    assert len(values) == max(1, len(OPTIONS[name][key].choices) - 1)
    for value in values:
        words = [f"--{flag}", value_words(value)]
        if isinstance(value, bool):
            words = [f"--{flag}" if value else f"--no-{flag}"]
        asked = ["--data", "digits", "--out", "run"]
        for order in ([name, *asked, *words], [*asked, *words, name.lower()]):
            context = train.make_context("train", list(order))
            assert OPTIONS[name][key].checked(context.params[key]) == value
            assert {k for k in OPTIONS[name] if context.params.get(k) is not None} == {key}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_help_of_a_model_has_its_own_options_and_no_others(name):
    done = CliRunner().invoke(train, [name, "--help"])
    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 100
    title = f"Options of {name}:\n"
    assert title in done.output
    said = done.output.split(title)[1].split("Examples:")[0]
    flags = {word.rstrip(",") for word in said.split() if word.startswith("--")}
    kinds = [name, find(name).first_stage]
    own = {
        f"--{key.replace('_', '-')}"
        for kind in kinds
        if kind is not None
        for key, one in OPTIONS[kind].items()
        if one.limits.command_line
    }
    assert {flag for flag in flags if not flag.startswith("--no-")} == own


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("VAE", {"--patience", "--sheets"}, {"--labels", "--from", "--stop-on-collapse"}),
        ("GAN", {"--sheets"}, {"--patience", "--labels", "--from"}),
        ("BEGAN", {"--patience", "--stop-on-collapse"}, {"--labels"}),
        ("SSAVAE", {"--labels", "--from", "--sheets"}, set()),
        ("VEC", {"--labels", "--patience"}, {"--sheets", "--from"}),
        ("classifier", {"--patience"}, {"--sheets", "--labels", "--stop-on-collapse"}),
    ],
)
def test_the_help_of_a_model_lists_nothing_that_it_would_refuse(name, shown, hidden):
    said = CliRunner().invoke(train, [name, "--help"]).output.split()
    assert shown <= set(said)
    assert not hidden & set(said)


def test_an_option_of_another_model_is_refused():
    done = CliRunner().invoke(train, ["GAN", "--data", "digits", "--out", "run", "--beta", "1"])
    assert done.exit_code == 2
    assert "No such option '--beta'" in done.output


@pytest.mark.parametrize("name", ["options", "registry"])
def test_a_page_of_declarations_is_what_the_package_declares(name):
    docs = Path(__file__).parents[1] / "docs"
    written = runpy.run_path(str(docs / "pages.py"))[f"{name}_page"]()
    assert (docs / f"{name}.md").read_text(encoding="utf-8") == written, "python docs/pages.py"
    assert f"({name}.md)" in (docs / "commands.md").read_text(encoding="utf-8")
