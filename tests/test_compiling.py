"""The clock of what is compiled, and a rate without it."""

import time

import avanp
from avanp.commands.gradcheck import gradcheck
from avanp.grad import cases
from avanp.kernels.compiling import CLOCK, Clock
from avanp.progress import shown


def test_a_kernel_that_compiles_others_is_told_and_counted_once():
    clock, told = Clock(), []
    clock.told.append(lambda: told.append("compiling"))
    clock.begin()
    clock.begin()
    clock.end()
    assert clock.seconds == 0
    clock.end()
    assert (clock.seconds > 0, told) == (True, ["compiling"])
    clock.end()  # a function that was never begun, such as one from the disk
    clock.begin()
    assert told == ["compiling"] * 2


def test_rate_and_time_left_are_without_the_seconds_of_compiling(capsys, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with shown("steps") as progress:
        progress(0, 10)
        now[0] += 62  # of which 60 s were compiling
        progress(2, 10, 60.0)
    assert capsys.readouterr().err.splitlines()[-1] == "2/10 steps, 1 steps/s, 8 s left"


def test_the_time_that_all_took_is_with_the_seconds_of_compiling_and_tells_them(
    capsys, monkeypatch
):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with shown("steps") as progress:
        progress(0, 10)
        now[0] += 70
        progress(10, 10, 60.0)
    said = "10/10 steps in 70 s, of which 60 s compiling"
    assert capsys.readouterr().err.splitlines()[-1] == said


def test_an_estimator_that_says_nothing_else_says_that_kernels_are_compiled(capsys, monkeypatch):
    monkeypatch.setattr(CLOCK, "told", [])
    avanp.VAE(latent=2, widths=(4,), epochs=1).fit(avanp.load_images("digits"))
    for _ in range(2):
        CLOCK.begin()
        CLOCK.end()
    assert capsys.readouterr().err.count("compiling kernels, once\n") == 1


def test_gradcheck_says_that_kernels_are_compiled(capsys, monkeypatch):
    def run(names):
        CLOCK.begin()
        CLOCK.end()
        return real(names)

    real = cases.run
    monkeypatch.setattr(CLOCK, "told", [])
    monkeypatch.setattr(cases, "run", run)
    gradcheck.callback(("kl-variance",), False)
    said = capsys.readouterr()
    assert (said.err, said.out.split()[-1]) == ("compiling kernels, once\n", "yes")
