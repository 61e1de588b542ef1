"""Checkpoints: what was saved goes on bit for bit, and what is no checkpoint says so in a line."""

import io
import json
import re
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import avanp
import small_systems
from avanp.errors import AvanpError
from avanp.registry import SYSTEMS
from avanp.rng import stream
from avanp.training import archive, checkpoint
from avanp.training.rebuild import count_weights
from avanp.training.trainer import Trainer
from small_systems import same

SHAPE = (6, 5, 1)
SUFFIXES = ["npz", "safetensors"]


small = partial(small_systems.small, shape=SHAPE)


def images(n=20, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, *SHAPE), dtype=np.uint8)


def labels_for(system, n=20):
    return np.arange(n) % 3 if system.needs_labels else None


@pytest.fixture
def saved(tmp_path):
    system = small()
    path = tmp_path / "a.npz"
    checkpoint.save(path, system)
    return path


def rewrite(path, change_document=None, change_arrays=None):
    document, arrays = archive.read(path)
    if change_document:
        change_document(document)
    if change_arrays:
        change_arrays(arrays)
    archive.write(path, document, arrays)


def refused(path):
    with pytest.raises(AvanpError) as error:
        checkpoint.load(path)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("VAE", {"arch": "conv", "batch_norm": True}),
        ("GAN", {"arch": "conv", "batch_norm": True}),
        ("VAEGAN", {"batch_norm": True}),
        ("AVA5", {"optimiser": "momentum"}),
        ("classifier", {"optimiser": "sgd"}),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_ten_epochs_are_five_saved_loaded_and_five_more(tmp_path, name, options, suffix):
    def trainer():
        return Trainer(small(name, **options), batch_size=8, seed=3)

    whole, half = trainer(), trainer()
    y = labels_for(whole.system)
    whole.fit(images(), 10, labels=y)
    half.fit(images(), 5, labels=y)
    path = tmp_path / f"half.{suffix}"
    half.save(path)
    resumed = Trainer.resume(path)
    assert resumed.system is not half.system
    rows = resumed.fit(images(), 5, labels=y)
    assert same(whole.system, resumed.system)
    assert [row["epoch"] for row in rows] == [6, 7, 8, 9, 10]
    for kept, row in zip(whole.rows[5:], rows, strict=True):
        assert {**row, "seconds": 0} == {**kept, "seconds": 0}
    for one in (whole, resumed):
        one.save(tmp_path / f"{id(one)}.{suffix}")
    first, second = (tmp_path / f"{id(one)}.{suffix}" for one in (whole, resumed))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_loaded_system_is_the_saved_one(tmp_path, name, suffix):
    system = small(name, seed=5)
    path = tmp_path / f"a.{suffix}"
    checkpoint.save(path, system, {"note": [1, 2]})
    loaded, state = checkpoint.load(path)
    assert type(loaded) is type(system)
    assert loaded.config == system.config
    assert loaded.seed == 5
    assert same(loaded, system)
    assert state == {"note": [1, 2], "best_weights": {}}
    content = path.read_bytes()
    checkpoint.save(path, loaded, state)
    assert path.read_bytes() == content


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_float64_system_stays_one(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    checkpoint.save(path, small(dtype=np.float64))
    assert checkpoint.load(path)[0].dtype == np.float64


def test_a_checkpoint_describes_itself(tmp_path):
    trainer = Trainer(small(arch="conv"), batch_size=8, about={"data": "spots"})
    trainer.fit(images(), 2)
    path = tmp_path / "a.npz"
    trainer.save(path)
    about = checkpoint.describe(path)
    assert about["format"] == 2
    assert about["avanp"] == avanp.__version__
    assert about["system"] == "VAE"
    assert about["config"]["arch"] == "conv"
    assert (about["epoch"], about["step"], about["about"]) == (2, 6, {"data": "spots"})
    assert about["parameters"] == trainer.system.n_parameters == sum(about["nets"].values())
    assert about["bytes"] == path.stat().st_size
    # two moments a weight array, and lr and steps of two optimisers
    assert about["arrays"] == 3 * len(trainer.system.parameters()) + 4


def test_nothing_is_left_behind_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AvanpError, match="cannot write"):
        checkpoint.save(tmp_path / "file" / "a.npz", small())
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_another_suffix_is_an_error(tmp_path):
    for do in (lambda p: checkpoint.save(p, small()), checkpoint.load, checkpoint.describe):
        with pytest.raises(AvanpError, match=r"ends in \.npz or \.safetensors, not 'a\.pt'"):
            do(tmp_path / "a.pt")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_not_there(tmp_path, suffix):
    assert "No such file" in refused(tmp_path / f"none.{suffix}")
    (tmp_path / f"folder.{suffix}").mkdir()
    assert "folder" in refused(tmp_path / f"folder.{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_short_anywhere_is_refused(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    checkpoint.save(path, small())
    whole = path.read_bytes()
    for part in (0.0, 0.01, 0.3, 0.7, 0.99):
        path.write_bytes(whole[: int(part * len(whole))])
        assert "damaged or no checkpoint" in refused(path)


def test_a_flipped_bit_is_noticed(saved):
    content = bytearray(saved.read_bytes())
    content[len(content) // 3] ^= 1
    saved.write_bytes(content)
    assert "damaged" in refused(saved)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=100)
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), head=st.booleans())
def test_a_wrong_byte_anywhere_gives_one_line_or_does_no_harm(
    tmp_path_factory, suffix, where, byte, head
):
    path = tmp_path_factory.getbasetemp() / f"byte.{suffix}"
    checkpoint.save(path, small(widths=(4,)))
    content = bytearray(path.read_bytes())
    content[int(where * (2000 if head else len(content)))] = byte
    path.write_bytes(content)
    errors = []
    for reader in (checkpoint.load, checkpoint.describe):
        try:
            reader(path)
        except AvanpError as error:
            errors.append(str(error))
    assert not any("\n" in error for error in errors)


@pytest.mark.parametrize("steps", [np.float64("nan"), np.float64("inf"), np.array("many")])
def test_a_count_of_steps_that_is_none(saved, steps):
    rewrite(saved, None, lambda a: a.update({"optimiser/encoder/steps": steps}))
    assert "damaged" in refused(saved)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_of_something_else_is_refused(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    if suffix == "npz":
        np.savez(path, x=np.zeros(3))
    else:
        from safetensors.numpy import save_file

        save_file({"x": np.zeros(3)}, path)
    assert "it has no avanp.json" in refused(path)


def test_a_newer_format_asks_for_a_newer_avanp(saved):
    rewrite(saved, lambda d: d.update(format=3))
    assert "is of checkpoint format 3, and this avanp reads up to 2: install a newer" in refused(
        saved
    )
    with pytest.raises(AvanpError, match="install a newer avanp"):
        checkpoint.describe(saved)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": None},
        {"config": []},
        {"dtype": "object"},
        {"nets": {"encoder": "many"}},
        {"state": 3},
        {"seed": "x"},
        {"parts": None},
    ],
)
def test_a_description_that_is_not_right(saved, change):
    rewrite(saved, lambda d: d.update(change))
    assert "no checkpoint of avanp" in refused(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"system": "VQVAE"},
            "holds a VQVAE, which is no system of avanp: name its class with --system",
        ),
        ({"system": "GAN"}, "no option 'beta'"),
        ({"seed": -1}, "a seed must be"),
    ],
)
def test_a_description_of_another_system(saved, change, message):
    rewrite(saved, lambda d: d.update(change))
    assert message in refused(saved)


@pytest.mark.parametrize("format_", [1, 2])
def test_a_checkpoint_runs_no_file_that_it_names(saved, monkeypatch, format_):
    monkeypatch.chdir(saved.parent)
    (saved.parent / "evil.py").write_text("open('ran', 'w').close()\n")
    rewrite(saved, lambda d: d.update(system="./evil.py:Evil", format=format_))
    assert "holds a ./evil.py:Evil, which is no system of avanp" in refused(saved)
    assert checkpoint.describe(saved)["system"] == "./evil.py:Evil"
    assert not (saved.parent / "ran").exists()


def test_weights_of_another_architecture(saved):
    rewrite(saved, lambda d: d["config"].update(widths=[8, 5]))
    message = refused(saved)
    assert "weights 'encoder.3.W' are float32[6, 8], not float32[5, 8]" in message
    assert "of another architecture" in message


def test_a_missing_array_and_one_too_many(saved):
    content = saved.read_bytes()
    rewrite(saved, None, lambda a: a.pop("weights/decoder.0.b"))
    assert "fewer than its configuration needs" in refused(saved)
    rewrite(saved, None, lambda a: a.update({"weights/decoder.9.b": np.zeros(9)}))
    assert "lacks weights 'decoder.0.b'" in refused(saved)
    saved.write_bytes(content)
    rewrite(saved, None, lambda a: a.update({"weights/decoder.9.b": np.zeros(3)}))
    assert "has weights 'decoder.9.b'" in refused(saved)
    saved.write_bytes(content)
    rewrite(saved, None, lambda a: a.update({"more": np.zeros(3)}))
    assert "belongs to no part" in refused(saved)


def test_arrays_that_are_lost_without_a_trace_are_missed(saved):
    checkpoint.save(saved, small(), {"best_weights": {"encoder.1.b": np.zeros(8)}})
    rewrite(saved, None, lambda arrays: arrays.pop("best/encoder.1.b"))
    assert re.search(r"it holds \d+ arrays of \d+", refused(saved))


def test_optimisers_that_do_not_fit(saved):
    content = saved.read_bytes()
    changes = [
        ({"optimiser/D/lr": np.float64(1)}, "a net that is not there"),
        ({"optimiser/encoder/m.1.W": np.zeros((2, 2), np.float32)}, "fits no weight"),
        ({"optimiser/encoder/momentum.1.b": np.zeros(8, np.float32)}, "another optimiser"),
        ({"optimiser/encoder/lr": np.zeros(3)}, "fits no weight"),
    ]
    for change, message in changes:
        saved.write_bytes(content)
        rewrite(saved, None, lambda a, change=change: a.update(change))
        assert message in refused(saved)


def test_an_array_that_unfolds_is_refused_before_it_does(tmp_path):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, **{archive.DOCUMENT: np.zeros(10**7, np.uint8)})
    assert path.stat().st_size < 20_000
    assert "compressed" in refused(path)


@pytest.mark.parametrize("shape", [(10**12,), (10**9, 10**9, 10**9), (-4, 5)])
def test_a_header_that_announces_more_than_is_there_is_refused(saved, shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    member = npy(header) + bytes(16)
    with zipfile.ZipFile(saved, "a") as archive_:
        archive_.writestr("weights/more.npy", member)
    assert "damaged" in refused(saved)


def test_pickled_objects_are_refused(saved):
    stream_ = io.BytesIO()
    np.save(stream_, np.array([{}, []], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(saved, "a") as archive_:
        archive_.writestr("weights/more.npy", stream_.getvalue())
    assert "damaged" in refused(saved)


def npy(header):
    text = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    "change",
    [
        {"latent": 10**15},
        {"shape": [10**9, 10**9, 3]},
        {"widths": [10**12]},
        {"arch": "conv", "widths": [10**8, 10**8]},
        {"arch": "conv", "shape": [10**9, 10**9, 3]},
    ],
)
def test_a_configuration_larger_than_its_weights_is_refused_before_it_is_built(saved, change):
    rewrite(saved, lambda d: d["config"].update(change))
    assert "fewer than its configuration needs" in refused(saved)


@pytest.mark.parametrize("arch", ["mlp", "conv"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_weights_are_counted_without_being_there(name, arch):
    for shape in ((6, 5, 1), (9, 4, 3), (1, 1, 1)):
        system = small(name, arch=arch, shape=shape)
        counted = count_weights(type(system), system.config, system.parts)
        assert counted == system.n_parameters


def test_without_safetensors_the_extra_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(AvanpError, match=r"pip install '.\[safetensors\]'"):
        checkpoint.save(tmp_path / "a.safetensors", small())


def test_a_system_without_training_cannot_be_resumed(saved):
    with pytest.raises(AvanpError, match="has no training to go on with"):
        Trainer.resume(saved)


@pytest.mark.parametrize(
    "change", [{"streams": {"data": {}, "noise": {}}}, {"step": None}, {"batch_size": "many"}]
)
def test_a_state_that_is_not_right_is_said_in_a_line(tmp_path, change):
    path = tmp_path / "a.npz"
    Trainer(small()).save(path)
    rewrite(path, lambda d: d["state"].update(change))
    with pytest.raises(AvanpError) as error:
        Trainer.resume(path)
    assert "\n" not in str(error.value)


def test_the_generators_go_on_where_they_were(tmp_path):
    trainer = Trainer(small(), seed=1)
    trainer.streams["noise"].standard_normal(7, dtype=np.float32)
    trainer.save(tmp_path / "a.npz")
    resumed = Trainer.resume(tmp_path / "a.npz")
    for purpose, generator in trainer.streams.items():
        assert_array_equal(generator.random(5), resumed.streams[purpose].random(5))
    assert stream(1, "noise").random() != resumed.streams["noise"].random()


def test_no_pickle_is_read_or_written(saved):
    with zipfile.ZipFile(saved) as archive_:
        text = archive_.read(f"{archive.DOCUMENT}.npy")
    assert json.loads(text[text.index(b"\n") + 1 :])["format"] == 2
    with np.load(saved, allow_pickle=False) as arrays:
        assert arrays["weights/encoder.1.W"].shape == (8, 30)


def test_a_checkpoint_with_biases_before_batch_norms_computes_as_it_did_and_goes_on(tmp_path):
    golden = Path(__file__).parent / "golden"
    best, _ = checkpoint.load_best(golden / "earlier.npz")
    x = np.random.default_rng(0).random((20, 4, 3, 1), dtype=np.float32)
    codes, _ = best.nets["encoder"].forward(x)
    np.testing.assert_allclose(codes, np.load(golden / "earlier_codes.npy"), rtol=1e-5, atol=1e-6)
    trainer = Trainer.resume(golden / "earlier.npz", validation=x)
    assert not {"encoder.1.b", "discriminator.4.b"} & trainer.system.parameters().keys()
    assert len(trainer.fit(x, 1)) == 1
    trainer.save(tmp_path / "on.npz")
    assert same(checkpoint.load(tmp_path / "on.npz")[0], trainer.system)
