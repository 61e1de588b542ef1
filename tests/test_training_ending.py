"""How a training ended is told by its folder: diverged, interrupted, early, or with all epochs."""

import pytest
from small_trainings import IMAGES, diverges, interrupted, trainer

from avanp.commands.loading import load_able
from avanp.errors import AvanpError
from avanp.locks import held
from avanp.systems import build
from avanp.systems.finite import NotFinite
from avanp.training.checkpoint import describe, load, save
from avanp.training.ending import ending
from avanp.training.folder import checkpoint_in, meant
from avanp.training.trainer import Trainer


def of(folder):
    found = ending(folder / "checkpoint.npz")
    return None if found is None else f"{found.how} {found.says}"


def test_a_training_that_had_all_its_epochs_says_nothing(tmp_path):
    one = trainer(tmp_path)
    one.fit(IMAGES, 2)
    assert of(tmp_path) is None
    one.fit(IMAGES, 1)
    assert of(tmp_path) is None


def test_an_interrupted_one_says_of_how_many_epochs_until_it_is_gone_on_with(tmp_path):
    interrupted(tmp_path, after=2, epochs=1200)
    assert of(tmp_path) == "Stopped at epoch 2 of 1,200"
    path = tmp_path / "checkpoint.npz"
    kept = path.read_bytes()
    again = Trainer.resume(path, out=tmp_path)
    again.save(path)
    assert path.read_bytes() == kept
    again.fit(IMAGES, 1)
    assert of(tmp_path) is None


def test_one_that_is_at_work_has_not_stopped(tmp_path):
    interrupted(tmp_path, after=2, epochs=9)
    (tmp_path / ".lock").touch()
    with held(tmp_path, "in use"):
        assert of(tmp_path) == "In training: epoch 2 of 9 is done"
    assert of(tmp_path) == "Stopped at epoch 2 of 9"


@pytest.mark.parametrize(("patience", "said"), [(1, "an epoch"), (3, "3 epochs")])
def test_one_that_stopped_early_says_after_how_long_a_wait(tmp_path, patience, said):
    one = trainer(tmp_path, validation=IMAGES, patience=patience)
    losses = iter([2.0, 1.0, *[3.0] * 9])
    one.system.evaluate = lambda images, rng: {"loss": next(losses)}
    one.fit(IMAGES, 9)
    wanted = f"Stopped early after epoch {2 + patience} of 9: no lower validation.loss in {said}"
    assert of(tmp_path) == wanted


def by_steps(out, **options):
    """Return the trainer of a GAN-like BEGAN of 3×3 images, whose rows are of two steps."""
    system = build("BEGAN", shape=(3, 3, 1), latent=2, arch="mlp", width=4)
    return Trainer(system, batch_size=8, out=out, log_every=2, validation=IMAGES, **options)


def test_a_training_by_steps_counts_steps_and_names_what_it_monitors(tmp_path):
    one = by_steps(tmp_path, patience=2)
    values = iter([2.0, 1.0, *[3.0] * 9])
    one.system.evaluate = lambda images, rng: {"m": next(values)}
    one.fit(IMAGES, steps=20)
    wanted = "Stopped early after step 8 of 20: no lower validation.m in 4 steps"
    assert of(tmp_path) == wanted


def test_a_training_by_steps_that_is_broken_off_says_at_which(tmp_path):
    def progress(done, total):
        if done > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        by_steps(tmp_path).fit(IMAGES, steps=2000, progress=progress)
    assert of(tmp_path) == "Stopped at step 4 of 2,000"


@pytest.mark.parametrize("patience", [None, 50])
def test_one_that_a_collapse_stopped_does_not_go_on(tmp_path, patience):
    one = by_steps(tmp_path, patience=patience)
    one.watchers.append(lambda trainer, row: setattr(trainer, "stopped", row["step"] == 6))
    one.fit(IMAGES, steps=20)
    assert of(tmp_path) == "Stopped at a collapse at step 6 of 20"


def test_a_divergence_by_steps_is_told_at_its_step(tmp_path):
    one = by_steps(tmp_path)
    whole = one.system.update

    def update(draw, rng):
        if one.step == 5:
            raise NotFinite("generator", "fake", "it is nan")
        return whole(draw, rng)

    one.system.update = update
    with pytest.raises(NotFinite):
        one.fit(IMAGES, steps=9)
    assert of(tmp_path) == "Diverged in step 6 of 9: it is nan"
    again = Trainer.resume(tmp_path / "diverged.npz", out=tmp_path, validation=IMAGES)
    again.fit(IMAGES, steps=1)
    assert of(tmp_path) is None


def test_a_divergence_says_where_and_why(tmp_path):
    diverges(trainer(tmp_path), after=2)
    why = "the loss term 'kl' of VAE.encoder is nan"
    assert of(tmp_path) == f"Diverged in epoch 3 of 5: {why}"
    assert describe(tmp_path / "diverged.npz")["diverged"] == why
    lost = ending(tmp_path / "diverged.npz")
    assert lost == ending(tmp_path / "checkpoint.npz")
    assert Trainer.resume(tmp_path / "diverged.npz").step == 2


def test_what_diverged_is_not_a_training_that_got_beyond_or_another_one(tmp_path):
    diverges(trainer(tmp_path / "a"), after=2)
    Trainer.resume(tmp_path / "a" / "checkpoint.npz", out=tmp_path / "a").fit(IMAGES, 1)
    assert of(tmp_path / "a") is None
    diverges(trainer(tmp_path / "b"), after=2)
    trainer(tmp_path / "b", seed=1).fit(IMAGES, 1)
    assert of(tmp_path / "b") is None


def test_damaged_weights_of_a_divergence_do_not_hide_the_model(tmp_path):
    trainer(tmp_path).fit(IMAGES, 2)
    (tmp_path / "diverged.npz").write_bytes(b"PK no archive")
    assert of(tmp_path) is None


def test_a_checkpoint_of_old_does_not_tell(tmp_path):
    interrupted(tmp_path, after=2, epochs=9)
    path = tmp_path / "checkpoint.npz"
    system, state = load(path)
    del state["until"]
    save(path, system, state)
    assert of(tmp_path) is None
    assert Trainer.resume(path, out=tmp_path).epoch == 2
    save(path, system, {**state, "until": "9", "stopped": "yes", "patience": []})
    assert of(tmp_path) is None


def test_who_draws_by_a_model_that_diverged_is_told_in_one_line(tmp_path, capsys):
    diverges(trainer(tmp_path), after=2)
    load_able(str(tmp_path), "generate")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"note: the training of {tmp_path} diverged in epoch 3 of 5: "
        "the loss term 'kl' of VAE.encoder is nan\n"
    )
    (tmp_path / "diverged.npz").unlink()
    load_able(str(tmp_path), "generate")
    assert capsys.readouterr().err == ""


def test_a_folder_without_a_checkpoint_says_why_and_names_those_in_it(tmp_path):
    diverges(trainer(tmp_path / "lost"), after=0)
    with pytest.raises(AvanpError, match="lost' diverged before its first checkpoint: train again"):
        checkpoint_in(str(tmp_path / "lost"))
    assert meant(str(tmp_path), "checkpoint.npz") == ""
    assert meant(str(tmp_path / "none"), "checkpoint.npz") == ""
    for name in "abcde":
        (tmp_path / name).mkdir()
        (tmp_path / name / "checkpoint.npz").touch()
    a, b, c = (str(tmp_path / name) for name in "abc")
    with pytest.raises(AvanpError) as error:
        checkpoint_in(str(tmp_path))
    assert str(error.value).endswith(f": did you mean {a}, {b}, {c} or 2 more?")
