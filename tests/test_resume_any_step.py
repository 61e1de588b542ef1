"""A training that was killed at any step goes on from its checkpoint as if it had not been."""

from pathlib import Path

import numpy as np
import pytest

from avanp.optim.plateau import Plateau
from avanp.systems.find import find
from avanp.training.log import read_metrics
from avanp.training.trainer import NAME, Trainer
from small_systems import same

# Two draws an update, noise inside a net, and a state that no gradient moves.
SOURCE = f"{Path(__file__).parent / 'own_system.py'}:Squeezer"
IMAGES = np.random.default_rng(0).random((11, 3, 3, 1), dtype=np.float32)
HELD = IMAGES[:4]
# Four batches a pass and two a step: a pass ends in the middle of the rows of three steps.
STEPS, LOG_EVERY = 14, 3


class Killed(Exception):
    pass


def trainer(out):
    kind = find(SOURCE)
    config = kind.config_class(shape=(3, 3, 1), widths=(5,), latent=2)
    schedule = Plateau(0.01, patience=1)
    given = {"validation": HELD, "schedule": schedule, "patience": 100, "log_every": LOG_EVERY}
    return Trainer(kind(config, 3), batch_size=3, seed=1, out=out, **given)


def rows_of(folder):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in read_metrics(folder)]


def killed_at(step, out):
    def progress(done, total):
        if done == step:
            raise Killed

    one = trainer(out)
    with pytest.raises(Killed):
        one.fit(IMAGES, steps=STEPS, progress=progress)
    return one


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    one = trainer(out)
    one.fit(IMAGES, steps=STEPS)
    return one, rows_of(out), (out / NAME).read_bytes()


@pytest.mark.parametrize("step", range(LOG_EVERY + 1, STEPS + 1))
def test_killed_at_any_step_and_resumed_it_is_the_undisturbed_one(step, whole, tmp_path):
    undisturbed, rows, content = whole
    killed_at(step, tmp_path)
    given = {"validation": HELD, "schedule": Plateau(0.01, patience=1), "out": tmp_path}
    again = Trainer.resume(tmp_path / NAME, **given)
    # The step that was killed has no row yet.
    assert again.step == (step - 1) // LOG_EVERY * LOG_EVERY
    again.fit(IMAGES, steps=STEPS - again.step)
    assert same(again.system, undisturbed.system)
    for key, array in undisturbed.system.state.items():
        assert again.system.state[key].tobytes() == array.tobytes()
    assert rows_of(tmp_path) == rows
    assert (tmp_path / NAME).read_bytes() == content


def test_killed_before_the_first_checkpoint_it_begins_anew(whole, tmp_path):
    killed_at(LOG_EVERY - 1, tmp_path)
    assert not (tmp_path / NAME).exists()
    assert rows_of(tmp_path) == []
    trainer(tmp_path).fit(IMAGES, steps=STEPS)
    assert rows_of(tmp_path) == whole[1]


@pytest.mark.parametrize("step", [n for n in range(1, STEPS) if n % LOG_EVERY])
def test_a_checkpoint_in_the_middle_of_a_row_has_its_means_so_far(step, whole, tmp_path):
    one = killed_at(step, None)
    one.save(tmp_path / NAME)
    again = Trainer.resume(tmp_path / NAME, validation=HELD, schedule=Plateau(0.01, patience=1))
    assert again.step == step
    rows = again.fit(IMAGES, steps=STEPS - step)
    assert same(again.system, whole[0].system)
    assert [{k: v for k, v in row.items() if k != "seconds"} for row in rows] == [
        row for row in whole[1] if row["step"] > step
    ]


def test_rows_of_so_many_steps_are_means_over_the_images_of_those_steps(whole):
    _, rows, _ = whole
    assert [row["step"] for row in rows] == [3, 6, 9, 12, 14]
    assert [row["steps_done"] for row in rows] == [3, 6, 9, 12, 14]
    assert [row["epoch"] for row in rows] == [1, 3, 4, 6, 7]
