"""Wrong arrays are refused or computed with rightly; `tests/wrong_arrays.py` tries many more."""

import os
import sys

import numpy as np
import pytest

import wrong_arrays
import wrong_cases
from avanp.errors import AvanpError
from avanp.kernels import BACKENDS, KERNELS, kernel
from avanp.kernels.doors import DOORS
from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.tanh import Tanh
from avanp.registry import LAYERS, LOSSES
from wrong_kernels import KERNELS as RIGHT


def test_every_kernel_layer_and_loss_is_attacked():
    assert DOORS.keys() == KERNELS.keys() == RIGHT.keys()
    assert {*LAYERS, *LOSSES} <= set(wrong_cases.TARGETS)


def test_drawn_wrong_arrays_end_in_a_line_or_in_the_right_numbers():
    counts, findings = wrong_arrays.attack(2 * wrong_arrays.CHUNK, seed=1)
    assert findings == []
    assert counts["right"] > 500 < counts["refused"]


@pytest.mark.stress
def test_many_thousand_wrong_arrays_do_too():
    cases = int(os.environ.get("AVANP_WRONG_ARRAYS", "20000"))
    counts, findings = wrong_arrays.attack(cases)
    assert findings == []
    assert counts.total() == cases


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "layer",
    [
        lambda: MaxPool2d(2),
        lambda: MaxPool2d(3, 1),
        lambda: AvgPool2d(2),
        lambda: Conv2d(4, 4, 3, init="zeros"),
        lambda: ConvTranspose2d(4, 4, 4, stride=2, init="zeros"),
    ],
)
def test_a_cotangent_of_another_shape_or_dtype_never_enters_a_kernel(layer, backend, monkeypatch):
    monkeypatch.setenv("AVANP_KERNELS", backend)
    kernel.cache_clear()
    one = layer()
    y, cache = one.forward(np.ones((2, 8, 8, 4), np.float32))
    n, height, width, channels = y.shape
    wrong = [
        np.ones((4 * n, height, width, channels), np.float32),
        np.ones((n, 9 * height, width, channels), np.float32),
        np.ones((n, height, width, 3 * channels), np.float32),
        np.ones((n, height, width), np.float32),
        y.astype(np.complex64),
        y.astype(">f4"),
    ]
    if "W" in one.params:  # what is float64 was read as float32
        wrong.append(y.astype(np.float64))
    for dy in wrong:
        with pytest.raises(AvanpError, match=r"dy of the output's shape|the cotangent is"):
            one.backward(dy, cache)
    kernel.cache_clear()


class Broadcasts(Tanh):
    """As layers were: dy is whatever broadcasts."""

    def backward(self, dy, cache, *, wrt="both"):
        return (None if wrt == "params" else dy * (1 - cache * cache)), {}


def test_a_layer_that_broadcasts_is_found(monkeypatch):
    monkeypatch.setenv("AVANP_KERNELS", "numpy")
    monkeypatch.setitem(
        wrong_cases.CASES, "tanh", lambda rng: (Broadcasts(), (rng.standard_normal((3, 4)),))
    )
    monkeypatch.setattr(wrong_cases, "TARGETS", ["tanh"])
    monkeypatch.setattr(wrong_cases, "KERNELS", {})
    found = [wrong_cases.case(0, number)[1] for number in range(300)]
    assert any("tanh: Finding: backward takes" in what for what in found if what)


def test_a_process_that_dies_is_found_and_the_rest_is_tried(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text(
        f"import os, sys\nsys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "import wrong_arrays, wrong_cases\n"
        "wrong_cases.case = lambda seed, number: os.abort() if number == 3 else ('right', None)\n"
        "sys.exit(wrong_arrays.main())\n"
    )
    counts, (found,) = wrong_arrays.attack(10, command=[sys.executable, str(planted)])
    assert (found["case"], found["what"][:27]) == (3, "the process ended with -6: ")
    assert counts == {"died": 1, "not counted": 3, "right": 6}
