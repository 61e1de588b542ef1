"""Schedules: rates worked by hand, PyTorch's cosine, and a plateau that resumes."""

from pathlib import Path

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.optim.plateau import Plateau
from avanp.optim.schedules import Constant, Cosine, InverseTime, StepDecay

GOLDEN = np.load(Path(__file__).parent / "golden" / "optim.npz", allow_pickle=False)


def rates(schedule, times):
    return [schedule.lr(t) for t in times]


def test_constant_is_constant():
    assert rates(Constant(0.1), [0, 5, 10**9]) == [0.1] * 3


def test_a_step_falls_every_so_many_down_to_its_floor():
    schedule = StepDecay(1.0, every=3, factor=0.5, floor=0.2)
    assert rates(schedule, range(10)) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2]


def test_inverse_time_is_half_at_one_over_its_decay():
    assert rates(InverseTime(0.3, decay=0.01), [0, 100, 200]) == pytest.approx([0.3, 0.15, 0.1])


def test_the_cosine_is_pytorchs():
    schedule = Cosine(0.1, total=10, floor=0.01)
    np.testing.assert_allclose(rates(schedule, range(11)), GOLDEN["cosine"], rtol=1e-12)


def test_the_cosine_stays_at_its_floor():
    assert rates(Cosine(0.1, total=10, floor=0.01), [10, 11, 1000]) == pytest.approx([0.01] * 3)


def test_a_warm_up_rises_in_a_straight_line_to_the_full_rate():
    schedule = Cosine(1.0, total=14, warmup=4)
    assert rates(schedule, range(5)) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert schedule.lr(9) == pytest.approx(0.5)


def test_a_plateau_halves_after_its_patience_and_not_below_its_floor():
    schedule = Plateau(1.0, patience=2, factor=0.5, floor=0.3)
    metrics = [5, 4, 4, 4, 3, 3, 3, 3, 3]
    found = [schedule.lr(t, metric) for t, metric in enumerate(metrics)]
    assert found == [1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3]


def test_a_plateau_without_a_metric_only_tells_its_rate():
    schedule = Plateau(1.0, patience=1)
    schedule.lr(0, 2.0)
    assert rates(schedule, range(5)) == [1.0] * 5
    assert schedule.lr(5, 2.0) == 0.5


def test_a_metric_that_is_not_a_number_is_no_progress():
    schedule = Plateau(1.0, patience=1)
    schedule.lr(0, 2.0)
    assert schedule.lr(1, float("nan")) == 0.5
    schedule.lr(2, 1.0)
    assert schedule.lr(3, 0.5) == 0.5


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_resumed_plateau_goes_on_as_if_never_stopped(cut):
    metrics = [5, 4, 4, 4, 3, 3, 3, 3]
    whole, first, second = (Plateau(1.0, patience=2) for _ in range(3))
    expected = [whole.lr(t, metric) for t, metric in enumerate(metrics)]
    found = [first.lr(t, metrics[t]) for t in range(cut)]
    second.load_state_dict(first.state_dict())
    found += [second.lr(t, metrics[t]) for t in range(cut, len(metrics))]
    assert found == expected


def test_what_needs_only_the_time_has_no_state():
    for schedule in [Constant(1.0), StepDecay(1.0, 2), InverseTime(1.0, 1.0), Cosine(1.0, 5)]:
        assert schedule.state_dict() == {}
        schedule.load_state_dict({})


def test_settings_out_of_range_are_refused():
    with pytest.raises(AvanpError, match="lr must be above 0"):
        Constant(0.0)
    with pytest.raises(AvanpError, match="every"):
        StepDecay(0.1, 0)
    with pytest.raises(AvanpError, match="warmup"):
        Cosine(0.1, total=3, warmup=3)
    with pytest.raises(AvanpError, match="something else"):
        Plateau(0.1).load_state_dict({})
