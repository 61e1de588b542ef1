"""The examples run as they stand; the lessons print what they are about, and check themselves."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[1] / "examples"
LESSONS = sorted(path.name for path in EXAMPLES.glob("[01]*.py"))
PAGE = (EXAMPLES / "README.md").read_text(encoding="utf-8")
THUMBNAILS = EXAMPLES.parent / "docs" / "img" / "course"

# What each lesson prints, and what that has to mean. The last number is the page's.
PRINTS = {
    "01_one_neuron.py": (r"difference: (\S+)", lambda e: e < 1e-8),
    "02_backward.py": (
        r"dW: largest relative error (\S+)[\s\S]+forgotten: largest relative error (\S+)",
        lambda right, wrong: right < 1e-7 < 0.1 < wrong,
    ),
    "03_mlp.py": (r"never seen: ([\d.]+)%", lambda share: share > 93),
    "04_vae_kl.py": (
        r"codes: (\S+) without KL, (\S+) with it",
        lambda without, with_kl: 0.6 < with_kl < 1.2 < 1.5 < without,
    ),
    "05_gan.py": (
        r"steps: log\(1 - d\) (\S+), -log d (\S+),",
        lambda slow, quick: slow < 0 and abs(quick - 1) < 0.1,
    ),
    "06_ava1_equations.py": (
        r"largest difference (\S+)\n[\s\S]+brighter by ([\d.]+),",
        lambda difference, brighter: difference < 1e-12 and brighter > 0.05,
    ),
    "07_ava2_to_5.py": (
        r"exact +(\S+) +(\S+)[\s\S]+printed +(\S+) [\s\S]+third is (\S+) times",
        lambda ava2, ava4, printed, third: ava2 == ava4 == 0 < 0.001 < printed and third > 2,
    ),
    "08_convolution.py": (r"largest relative difference (\S+) \(", lambda e: e < 2e-5),
    "09_own_layer.py": (
        r"relative error (\S+)\n[\s\S]+: (\S+) before learning, (\S+) after",
        lambda error, before, after: error < 1e-8 and after < 0.01 * before,
    ),
    "10_own_model.py": (
        r"images: (\S+) dB damaged, (\S+) dB cleaned",
        lambda damaged, cleaned: cleaned > damaged + 3,
    ),
    "11_own_images.py": (
        r"mean image (\S+) dB, the VAE (\S+) dB",
        lambda mean, vae: vae > mean + 3,
    ),
}
SAYS = {
    "compare_models.py": ["| VAEGAN | -", "| real images |", "written to compare"],
    "three_rules.py": ["printed  BM", "program  BM", "exact    BM", "saved three_rules.png"],
}


def run(script, place, *words, **environment):
    return subprocess.run(
        [sys.executable, script, *words],
        cwd=place,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def test_every_example_has_its_row():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {*PRINTS, *SAYS}
    assert list(PRINTS) == LESSONS
    assert [name[:2] for name in LESSONS] == [f"{n:02}" for n in range(1, 12)]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_short_and_has_its_line_and_its_picture_on_the_page(name):
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    assert len(source.splitlines()) < 120
    assert re.match(rf'"""Lesson {int(name[:2])}\. ', source)
    assert "assert " in source
    (line,) = [line for line in PAGE.splitlines() if f"]({name}) |" in line]
    picture = THUMBNAILS / f"{name.removesuffix('.py')}.png"
    assert f"../docs/img/course/{picture.name}" in line
    assert picture.stat().st_size < 60_000
    assert re.search(r'alt="[^"]{20,}"', line)


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_prints_its_number_and_saves_its_picture(name, tmp_path):
    done = run(EXAMPLES / name, tmp_path)
    assert done.returncode == 0, done.stderr
    pattern, means = PRINTS[name]
    numbers = [float(number) for number in re.search(pattern, done.stdout).groups()]
    assert means(*numbers), numbers
    (line,) = [line for line in PAGE.splitlines() if f"]({name}) |" in line]
    shown = float(re.match(r"[\d.e-]+\d", line.split(" | ")[2])[0])
    # Errors of rounding and of chance differ from machine to machine, their order hardly.
    factor = 20 if shown < 1e-3 else 1.15
    assert shown / factor < numbers[-1] < shown * factor, (shown, numbers[-1])
    with Image.open(tmp_path / re.search(r"^saved (\S+)$", done.stdout, re.MULTILINE)[1]) as image:
        assert min(image.size) >= 300
        assert len(image.convert("RGB").getcolors(1 << 24)) > 50


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("01_one_neuron.py", "dw = (y - t) * y * (1 - y) * x", "dw = (y - t) * y * x"),
        ("02_backward.py", "dy.T @ x", "(dy.T @ x).T"),
        ("05_gan.py", "(d - 1) * w)", "d * w)"),
        ("06_ava1_equations.py", "eq.derivative(h, K)\n", "h\n"),
    ],
)
def test_a_lesson_with_a_wrong_derivative_ends_with_an_error(name, right, wrong, tmp_path):
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    assert right in source
    (tmp_path / name).write_text(source.replace(right, wrong), encoding="utf-8")
    done = run(tmp_path / name, tmp_path)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


def test_without_matplotlib_a_lesson_says_in_one_line_what_to_install(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError")
    done = run(EXAMPLES / "01_one_neuron.py", tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "the picture needs matplotlib: pip install 'avanp[plot]'\n"


def test_the_last_lesson_refuses_a_folder_that_is_none_in_one_line(tmp_path):
    done = run(EXAMPLES / "11_own_images.py", tmp_path, "nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("no data set or folder 'nowhere'")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", SAYS)
def test_an_example_runs(name, tmp_path):
    done = run(EXAMPLES / name, tmp_path)
    assert done.returncode == 0, done.stderr
    for words in SAYS[name]:
        assert words in done.stdout
