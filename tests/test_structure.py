"""Imports point one way, and nothing is registered without its check and its line in the docs."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from avanp import registry
from avanp.errors import AvanpError
from avanp.grad import cases as gradcases

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "avanp"
MOST_LONG = 15  # files of more than 150 lines
MOST_PASSED = 65  # files of which a function runs before the first batch of a training
# Prints those files: what runs while a module is loaded is not counted.
PASSED = """
import os, sys, avanp
root, seen = os.path.dirname(avanp.__file__) + os.sep, set()

def loading(frame):
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(root)

def note(frame, event, _):
    file = frame.f_code.co_filename
    if event == "call" and file.startswith(root) and file not in seen and not loading(frame):
        seen.add(file)
    if event == "call" and file == root + "systems/vae.py" and frame.f_code.co_name == "gradients":
        print("passed", len(seen))
        sys.stdout.flush()
        os._exit(0)

from avanp.cli import main
sys.argv[1:] = ["train", "VAE", "--data", "digits", "--epochs", "1", "--out", "run"]
sys.setprofile(note)
main()
"""

# From the ground up: a module may import from its own layer and from those before it.
LAYERS = [
    {
        "errors",
        "registry",
        "release",
        "rng",
        "files",
        "inside",
        "locks",
        "signals",
        "temporary",
        "memory",
        "processors",
    },
    {"kernels"},
    {"layers", "losses", "metrics", "data", "pictures"},
    {"optim"},
    {"ava", "dfc", "nets"},
    {"systems"},
    {"training", "runs"},
    {"evaluation"},
    {"estimators", "export", "grad", "progress", "console"},
    {"experiments", "doctor"},
    {"report"},
    {"papers"},
    {"commands"},
    {"cli", "__init__", "__main__"},
]


def layer_of(part):
    for depth, names in enumerate(LAYERS):
        if part in names:
            return depth
    raise AssertionError(f"avanp.{part} has no place among the layers: give it one")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("avanp"):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("avanp"))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_imports_point_one_way(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for module in imports(path):
        other = [*module.split("."), "__init__"][1]
        assert layer_of(other) <= layer_of(part), f"{part} imports {module}"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_nothing_general_imports_a_paper(path):
    # A paper is found by its name, in the registry; `avanp sweep` and `audit` are names of one.
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part not in ("papers", "commands", "__init__"):
        assert not [module for module in imports(path) if module.startswith("avanp.papers")]


def test_the_report_knows_no_paper():
    for path in (PACKAGE / "report").glob("*.py"):
        for module in imports(path):
            assert module.split(".")[1] not in {"ava", "papers", "experiments"}, path


def test_the_ground_is_not_above_the_sky():
    assert layer_of("kernels") < layer_of("layers") < layer_of("ava") < layer_of("report")
    assert layer_of("report") < layer_of("papers") < layer_of("commands") < layer_of("cli")


@pytest.mark.parametrize("kind", ["layer", "loss"])
def test_everything_with_a_derivative_has_a_gradient_check(kind):
    assert set(registry.KINDS[kind]) <= set(gradcases.CASES)


def test_every_model_has_a_gradient_check_for_each_net():
    for name in registry.MODELS:
        checked = {row.split(".")[1] for row in gradcases.SCALAR_CASES if row.startswith(name)}
        variant = registry.load("model", name)
        has = {"encoder": variant.encoder, "decoder": True, "d": variant.d, "D": variant.D}
        assert checked == {net for net, there in has.items() if there}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in registry.KINDS.items() for name in names]
)
def test_everything_registered_loads_and_says_what_it_is(kind, name):
    assert registry.load(kind, name).__doc__


@pytest.mark.parametrize("kind", ["layer", "loss"])
def test_everything_with_a_derivative_is_called_by_a_test(kind):
    tests = "".join(p.read_text() for p in (ROOT / "tests").glob("test_*.py"))
    for name, target in registry.KINDS[kind].items():
        assert f"{target.split(':')[1]}(" in tests, name


def test_an_unknown_name_lists_the_known():
    with pytest.raises(AvanpError, match="choose from printed, program, exact"):
        registry.load("rules", "real")


def test_importing_the_package_loads_nothing_heavy():
    heavy = ("numpy", "numba", "scipy", "PIL", "matplotlib")
    code = f"import sys, avanp; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    import avanp

    assert set(avanp.__all__) <= set(dir(avanp))
    assert all(getattr(avanp, name).__doc__ for name in avanp.__all__)
    assert avanp.__version__
    with pytest.raises(AttributeError):
        _ = avanp.nothing


def test_files_stay_short():
    # A stranger reads a file at one sitting. Kernels are apart: one is an inner loop written out.
    sizes = {p: len(p.read_text().splitlines()) for p in PACKAGE.rglob("*.py")}
    assert not [path for path, size in sizes.items() if size > 260]
    for path, size in sizes.items():
        assert size <= 220 or "kernels" in path.parts, f"{path} has {size} lines: split it"
    # This number goes down, never up.
    long = [path for path, size in sizes.items() if size > 150 and "kernels" not in path.parts]
    assert len(long) <= MOST_LONG, "split one of the others, where it holds two things"


def test_a_training_passes_few_files_before_its_first_batch(tmp_path):
    # Whoever follows a call reads them. This number goes down, never up.
    done = subprocess.run(
        [sys.executable, "-c", PASSED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    passed = int(re.search(r"(?m)^passed (\d+)$", done.stdout)[1])
    assert 20 < passed <= MOST_PASSED


def test_no_page_has_a_figure_still_to_come():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert not re.search(r"RATIO_|\bPEAK\b|to come|TODO", page.read_text(encoding="utf-8")), (
            page
        )


def test_no_hint_names_an_index_that_avanp_is_not_on():
    here = PACKAGE.parent
    texts = [*PACKAGE.rglob("*.py"), *here.glob("examples/*.py"), *here.glob("docs/*.md")]
    hints = [path for path in texts if re.search(r"install '?avanp\b", path.read_text("utf-8"))]
    assert not hints
