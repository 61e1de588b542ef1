"""`avanp doctor`: what is well is told, and what is not is told with what to do."""

import re

import numpy as np
import pytest

from avanp.doctor import checks, kernel_checks, machine, places
from avanp.doctor.line import Line, lines
from avanp.errors import AvanpError
from avanp.kernels import jit_dense
from cli_process import avanp


@pytest.mark.slow
@pytest.mark.parametrize("kernels", ["numba", "numpy"])
def test_all_is_well_here(tmp_path, kernels):
    done = avanp(tmp_path, "doctor", AVANP_KERNELS=kernels)
    assert done.code == 0, done
    assert done.err == ""
    assert done.out.endswith("all is well\n")
    assert "!!" not in done.out
    assert max(map(len, done.out.splitlines())) <= 100
    for name in [*machine.LOOKS, *checks.LOOKS]:
        assert re.search(rf"^(ok|  )  {name}  ", done.out, re.MULTILINE), name


def test_what_is_not_well_is_marked_and_ends_with_1(tmp_path):
    changes = {"AVANP_KERNELS": "nonsense", "AVANP_DATA": "/no/where", "NUMBA_DISABLE_JIT": "0"}
    done = avanp(tmp_path, "doctor", **changes)
    assert done.code == 1, done
    assert "!!  kernels         AVANP_KERNELS='nonsense' is no backend: unset AVANP" in done.out
    assert "!!  data            AVANP_DATA names '/no/where': no such folder" in done.out
    assert "!!  training        AVANP_KERNELS='nonsense': choose from numba, numpy" in done.out
    assert "ok  versions" in done.out
    assert done.err.startswith("avanp: ")
    assert done.err.endswith("lines are not well: kernels, data, gradients, kernels equal, "
                             "training, checkpoints, sweeps, speed\n")  # fmt: skip
    assert max(map(len, done.out.splitlines())) <= 100


def test_a_kernel_that_differs_is_named(monkeypatch):
    monkeypatch.setenv("AVANP_KERNELS", "numba")
    assert kernel_checks.twins().ok
    right = jit_dense.dense_forward
    monkeypatch.setattr(jit_dense, "dense_forward", lambda *args: right(*args) * 1.001)
    line = kernel_checks.twins()
    assert line.ok is False
    assert line.text == "other results than the references: dense_forward"


def test_a_kernel_that_gives_nan_is_named(monkeypatch):
    monkeypatch.setenv("AVANP_KERNELS", "numba")
    right = jit_dense.dense_forward
    monkeypatch.setattr(jit_dense, "dense_forward", lambda *args: right(*args) * np.nan)
    assert "dense_forward" in kernel_checks.twins().text


def test_a_training_with_another_loss_is_not_well(monkeypatch):
    assert checks.training().ok
    monkeypatch.setattr(checks, "LOSS", checks.LOSS * 1.01)
    assert checks.training().ok is False


def test_a_full_disk_or_memory_and_wrong_threads_are_not_well(monkeypatch):
    monkeypatch.setattr(places, "LEAST_DISK", 2**70)
    monkeypatch.setattr(machine, "LEAST_MEMORY", 2**70)
    monkeypatch.setenv("AVANP_THREADS", "many")
    for look in (places.disk, machine.memory, machine.threads):
        line = look()
        assert line.ok is False
        assert line.advice


def test_a_package_that_is_not_there_is_told_with_its_extra(monkeypatch):
    monkeypatch.setattr(machine, "requires", lambda _: ["never>=1; extra == 'plot'", "numpy>=1.26"])
    assert (
        machine.optional().text == "never not installed (pip install '.[plot]' in avanp's folder)"
    )


def test_a_look_that_raises_is_a_line_and_the_others_go_on():
    def broken() -> Line:
        raise ZeroDivisionError("by\nzero")

    def refused() -> Line:
        raise AvanpError("give another")

    found = list(lines({"a": broken, "b": refused, "c": lambda: Line("c", "fine", True)}))
    assert [line.ok for line in found] == [False, False, True]
    assert str(found[0]).startswith("!!  a               ZeroDivisionError, by zero: reinstall")
    assert str(found[1]) == "!!  b               give another"
    assert str(found[2]) == "ok  c               fine"
