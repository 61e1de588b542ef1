"""The examples run as they stand; the lessons print what they are about, and check themselves."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import forked

EXAMPLES = Path(__file__).parents[1] / "examples"
PAGE = (EXAMPLES / "README.md").read_text(encoding="utf-8")
THUMBNAILS = EXAMPLES.parent / "docs" / "img" / "course"
NUMBER = r"[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


def points(most):
    """The number that is printed and the page's may be so far apart."""
    return lambda printed, shown: abs(printed - shown) <= most


def share(most):
    """They may be apart by this share of the page's."""
    return lambda printed, shown: abs(printed - shown) <= most * abs(shown)


def order(printed, shown):
    """Errors of rounding differ from machine to machine, their order of magnitude hardly."""
    return shown / 10 < printed < shown * 10


same = points(0)


@dataclass(frozen=True)
class Lesson:
    """What a lesson prints, and what the page says of it; {name} stands for a number."""

    prints: tuple[str, ...]  # these words, in this order, with others between
    says: str  # the whole cell of its row
    close: dict[str, Callable[[float, float], bool]]  # how close the two are, for each of the page
    means: Callable[..., bool]  # what the printed numbers have to mean
    picture: float  # how far its picture may be from the page's, in grey levels of 256


# `close` and `picture` leave room for other processors (float32 training ends a little elsewhere)
# and for other releases of matplotlib (panels of another size), and for no other lesson.
LESSONS = {
    "01_one_neuron.py": Lesson(
        prints=("relative difference: {error} (",),
        says="{error}: relative difference between the derivative by hand and by trying",
        close={"error": order},
        means=lambda error: error < 1e-8,
        picture=5,
    ),
    "02_backward.py": Lesson(
        prints=(
            "dW: largest relative error {right}",
            "transpose forgotten: largest relative error {wrong}",
        ),
        says="{wrong}: relative error of dW with a transpose forgotten; of the right one {right}",
        close={"wrong": share(0.05), "right": order},
        means=lambda right, wrong: right < 1e-7 < 0.1 < wrong,
        picture=3.4,
    ),
    "03_mlp.py": Lesson(
        prints=("that it has never seen: {right}% of 359; guessing",),
        says="{right} % of unseen digits are read rightly",
        close={"right": points(1)},
        means=lambda right: right > 93,
        picture=7,
    ),
    "04_vae_kl.py": Lesson(
        prints=(
            "codes drawn: {free} without KL, {drawn} with it; the prior's is {prior}",
            "means m alone: {free_means} without KL, {means} with it",
        ),
        says="{drawn}: standard deviation of the codes drawn with KL, where the prior's is "
        "{prior}; of their means {means}; without KL {free}, of the means {free_means}",
        close={
            "drawn": share(0.05),
            "prior": same,
            "means": share(0.05),
            "free": share(0.05),
            "free_means": share(0.05),
        },
        means=lambda free, drawn, prior, free_means, means: (
            means < 0.95 < drawn < 1.1 < 1.5 < free_means <= free
        ),
        picture=3,
    ),
    "05_gan.py": Lesson(
        prints=("after 400 steps: log(1 - d) {slow}, -log d {quick}, the data's {data}",),
        says="{quick}: where the decoder ends by −log d; the data are at {data}, "
        "and log(1 − d) has come to {slow}",
        close={"quick": points(0.05), "data": same, "slow": points(0.05)},
        means=lambda slow, quick, data: slow < 0 and abs(quick - data) < 0.05,
        picture=2,
    ),
    "06_ava1_equations.py": Lesson(
        prints=("avanp's: largest difference {difference}", "brighter by {brighter}, the work"),
        says="{brighter}: how much brighter AVA1 (`printed`) draws than the VAE",
        close={"brighter": points(0.02)},
        means=lambda difference, brighter: difference < 1e-12 and brighter > 0.05,
        picture=10,
    ),
    "07_ava2_to_5.py": Lesson(
        prints=("exact {two} {four} ", "printed {printed} ", "the third is {third} times"),
        says="{third}: the third term of Eq. 10 is so many times the second; its gradient is {two}",
        close={"third": points(1), "two": same},
        means=lambda two, four, printed, third: two == four == 0 < 0.001 < printed and third > 2,
        picture=8,
    ),
    "08_convolution.py": Lesson(
        prints=("largest relative difference {error} ",),
        says="{error}: largest relative difference of y by three ways, and of dx and dW by two, "
        "in float32",
        close={"error": order},
        means=lambda error: error < 2e-5,
        picture=10,
    ),
    "09_own_layer.py": Lesson(
        prints=(
            "relative error {error} ",
            "square: {before} before learning, {after} after",
            "wrong derivative {wrong}:",
        ),
        says="{after}: its loss after learning a wave, from {before}; "
        "with a wrong derivative {wrong}",
        close={"after": share(0.25), "before": share(0.01), "wrong": share(0.25)},
        means=lambda error, before, after, wrong: (
            error < 1e-8 and after < wrong / 2 < 0.01 * before
        ),
        picture=2.4,
    ),
    "10_own_model.py": Lesson(
        prints=("PSNR of 359 unseen images: {damaged} dB damaged, {cleaned} dB cleaned",),
        says="{cleaned} dB: PSNR of unseen digits, cleaned; damaged they have {damaged}",
        close={"cleaned": points(0.3), "damaged": points(0.3)},
        means=lambda damaged, cleaned: cleaned > damaged + 3,
        picture=12,
    ),
    "11_own_images.py": Lesson(
        prints=(
            "flowers: 320 images to learn from, 80 for the test",
            "PSNR of 80 unseen images: the mean image {mean} dB, the VAE {vae} dB",
        ),
        says="{vae} dB: PSNR of unseen flowers; their mean image has {mean}",
        close={"vae": points(0.3), "mean": points(0.3)},
        means=lambda mean, vae: vae > mean + 3,
        picture=8,
    ),
}
SAYS = {
    "compare_models.py": ["| VAEGAN | -", "| real images |", "written to compare"],
    "three_rules.py": ["printed  BM", "program  BM", "exact    BM", "saved three_rules.png"],
}


def forked_run(script, place):
    """Run a lesson in a process that need not load what lessons load."""
    code, out, err = forked.run([], place, dict(os.environ), 300, str(script))
    return subprocess.CompletedProcess([script], code, out.decode(), err.decode())


def run(script, place, *words, **environment):
    return subprocess.run(
        [sys.executable, script, *words],
        cwd=place,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def numbers(words, found):
    """Return the numbers that stand in the place of {names}; `found` is the match."""
    assert found, f"not found: {words}"
    return {name: float(value.replace("−", "-")) for name, value in found.groupdict().items()}


def pattern(words):
    return re.sub(r"\\{(\w+)\\}", lambda name: f"(?P<{name[1]}>{NUMBER})", re.escape(words))


def row(name):
    (line,) = [line for line in PAGE.splitlines() if f"]({name}) |" in line]
    return line


def cell(name):
    return row(name).split(" | ")[2]


def printed_numbers(name, output):
    """The numbers in what the lesson has printed, after checking what they mean."""
    lesson = LESSONS[name]
    parts = ".*?".join(pattern(part) for part in lesson.prints)
    printed = numbers(lesson.prints, re.search(parts, " ".join(output.split())))
    assert lesson.means(**printed), printed
    return printed


def compare_numbers(name, text, printed):
    """The text of the row has each number as it was printed, or close to it."""
    lesson = LESSONS[name]
    shown = numbers(lesson.says, re.fullmatch(pattern(lesson.says), text))
    assert shown.keys() == lesson.close.keys()
    far = [key for key, value in shown.items() if not lesson.close[key](printed[key], value)]
    assert not far, f"not what is printed: {far} of {shown} on the page, {printed} printed"


def grey(path):
    """A picture, 32 pixels wide and grey."""
    with Image.open(path) as image:
        image = image.convert("RGB").convert("L")
        # On the right lesson 8 has bars of times, which move nothing on the left of them.
        if path.name == "08_convolution.png":
            image = image.crop((0, 0, round(0.64 * image.width), image.height))
        size = 32, round(32 * image.height / image.width)
        return np.asarray(image.resize(size, Image.Resampling.BOX), np.float64)


def compare_pictures(name, path):
    """The picture looks from afar like the one on the page."""
    one, other = grey(path), grey(THUMBNAILS / path.name)
    assert one.shape == other.shape
    apart = np.sqrt(np.mean((one - other) ** 2))
    assert apart < LESSONS[name].picture, f"picture: {apart:.1f} grey levels from the page's"


def check(name, done, place):
    """The lesson has ended well, and its numbers and its picture are the page's."""
    assert done.returncode == 0, done.stderr
    compare_numbers(name, cell(name), printed_numbers(name, done.stdout))
    picture = place / f"{name.removesuffix('.py')}.png"
    assert f"saved {picture.name}\n" in done.stdout
    compare_pictures(name, picture)


def test_every_example_has_its_row():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {*LESSONS, *SAYS}
    assert [name[:2] for name in LESSONS] == [f"{n:02}" for n in range(1, 12)]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_short_and_has_its_line_and_its_picture_on_the_page(name):
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    assert len(source.splitlines()) < 120
    assert re.match(rf'"""Lesson {int(name[:2])}\. ', source)
    assert "assert " in source
    picture = THUMBNAILS / f"{name.removesuffix('.py')}.png"
    assert f"../docs/img/course/{picture.name}" in row(name)
    assert picture.stat().st_size < 60_000
    assert re.search(r'alt="[^"]{20,}"', row(name))


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("01_one_neuron.py", "2.1e-11", "2.1e-9"),
        ("02_backward.py", "1.2:", "1.4:"),
        ("02_backward.py", "3e-10", "3e-1"),
        ("03_mlp.py", "96.7 %", "99.9 %"),
        ("04_vae_kl.py", "1.03", "0.90"),
        ("04_vae_kl.py", "prior's is 1", "prior's is 2"),
        ("04_vae_kl.py", "means 0.90", "means 1.03"),
        ("04_vae_kl.py", "without KL 2.3", "without KL 9.9"),
        ("05_gan.py", "1.00", "0.90"),
        ("05_gan.py", "−1.05", "−1.6"),
        ("05_gan.py", "−1.05", "0.9"),
        ("06_ava1_equations.py", "0.15", "0.12"),
        ("07_ava2_to_5.py", "16", "61"),
        ("07_ava2_to_5.py", "gradient is 0", "gradient is 1"),
        ("08_convolution.py", "5e-06", "3e-07"),
        ("09_own_layer.py", "0.000136", "0.0000136"),
        ("09_own_layer.py", "0.0989", "7.0"),
        ("09_own_layer.py", "0.000513", "0.000136"),
        ("10_own_model.py", "18.03", "20.5"),
        ("10_own_model.py", "12.93", "5.00"),
        ("11_own_images.py", "25.8", "29.0"),
        ("11_own_images.py", "18.6", "1.6"),
        ("11_own_images.py", "unseen flowers", "flowers"),
    ],
)
def test_a_wrong_row_is_not_close_to_what_is_printed(name, right, wrong):
    page = re.fullmatch(pattern(LESSONS[name].says), cell(name))
    printed = numbers(LESSONS[name].says, page)
    compare_numbers(name, cell(name), printed)
    assert cell(name).count(right) == 1
    with pytest.raises(AssertionError):
        compare_numbers(name, cell(name).replace(right, wrong), printed)


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_prints_the_numbers_of_its_row_and_saves_the_picture(name, tmp_path):
    check(name, forked_run(EXAMPLES / name, tmp_path), tmp_path)
    with Image.open(tmp_path / f"{name.removesuffix('.py')}.png") as image:
        assert min(image.size) >= 300
        assert len(image.convert("RGB").getcolors(1 << 24)) > 50


@pytest.mark.slow
def test_what_the_times_are_moves_nothing_else_in_the_picture_of_lesson_8(tmp_path):
    name, slow = "08_convolution.py", "number=1)) * 50 ** len(way.__name__)"
    left = []
    for wrong in ("number=1))", slow):
        place = tmp_path / str(len(left))
        place.mkdir()
        assert run_mutated(name, "number=1))", wrong, place).returncode == 0
        left.append(grey(place / "08_convolution.png"))
    np.testing.assert_array_equal(*left)


def run_mutated(name, right, wrong, place):
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    assert source.count(right) == 1
    (place / name).write_text(source.replace(right, wrong), encoding="utf-8")
    return forked_run(place / name, place)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("01_one_neuron.py", "dw = (y - t) * y * (1 - y) * x", "dw = (y - t) * y * x"),
        ("02_backward.py", "dy.T @ x", "(dy.T @ x).T"),
        ("03_mlp.py", "dh * (h > 0)", "dh"),
        ("04_vae_kl.py", "return m, (np.exp(logvar) - 1) / 2", "return m, np.exp(logvar) - 1"),
        ("05_gan.py", "(d - 1) * w)", "d * w)"),
        ("06_ava1_equations.py", "eq.derivative(h, K)\n", "h\n"),
        ("08_convolution.py", "dwindows[..., k, :]", "dwindows[..., 8 - k, :]"),
        ("09_own_layer.py", "dy / cache**2, {}", "dy / cache, {}"),
        ("09_own_layer.py", "net, loss = fitted(Softsign())", "net, loss = fitted(Wrong())"),
        ("10_own_model.py", "backward(du, decoder_cache)", "backward(2 * du, decoder_cache)"),
    ],
)
def test_a_lesson_with_a_wrong_derivative_ends_with_an_error(name, right, wrong, tmp_path):
    done = run_mutated(name, right, wrong, tmp_path)
    assert done.returncode == 1
    assert re.search(r"^(AssertionError|\S+\.GradientError)", done.stderr, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right", "wrong", "seen"),
    [
        ("01_one_neuron.py", "left.plot(ws, loss(ws)", "left.plot(ws, -loss(ws)", "picture"),
        ("03_mlp.py", 'for part in ("train", "test")', 'for part in ("train",) * 2', "not found"),
        ("07_ava2_to_5.py", "imshow(drawn[rules, variant]", "imshow(drawn[rules, 1]", "picture"),
        ("10_own_model.py", "x = test.as_float()", "x = train.as_float()", "not found"),
    ],
)
def test_a_lesson_that_shows_something_else_is_found_out(name, right, wrong, seen, tmp_path):
    done = run_mutated(name, right, wrong, tmp_path)
    with pytest.raises(AssertionError, match=seen):
        check(name, done, tmp_path)


def test_without_matplotlib_a_lesson_says_in_one_line_what_to_install(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError")
    done = run(EXAMPLES / "01_one_neuron.py", tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "the picture needs matplotlib: pip install '.[plot]'\n"


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
