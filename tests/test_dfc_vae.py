"""The DFC-VAE: its loss by the equations, its frozen part, and what the paper's program did."""

import json

import numpy as np
import pytest

from avanp.dfc import equations as eq
from avanp.errors import AvanpError
from avanp.grad.cases.systems import smooth
from avanp.grad.contract import as_array
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.metrics.vgg16 import BLOCKS
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.dfc_vae import DFCVAE
from avanp.systems.features import feature_part, tap_places
from avanp.systems.parts import fingerprint
from avanp.training import archive
from avanp.training.checkpoint import load, save
from avanp.training.folder import parts_of
from avanp.training.trainer import Trainer
from cli_process import avanp

SHAPE = (16, 16, 3)
ARCHS = ["conv", "upsample", "mlp"]


def small(shape=SHAPE, **options):
    return build("DFC-VAE", **{"shape": shape, "widths": (4, 6), "latent": 3} | options)


def images(n=6, shape=SHAPE, seed=0):
    return np.random.default_rng(seed).random((n, *shape), dtype=np.float32)


@pytest.fixture(scope="session")
def vgg_file(tmp_path_factory):
    """Weights of VGG16's shapes, at random."""
    rng, arrays, n_in = np.random.default_rng(3), {}, 3
    for block, widths in enumerate(BLOCKS, 1):
        for i, width in enumerate(widths, 1):
            w = rng.normal(0, np.sqrt(2 / (9 * n_in)), (3, 3, n_in, width))
            arrays[f"conv{block}_{i}.W"] = w.astype(np.float32)
            arrays[f"conv{block}_{i}.b"] = np.zeros(width, np.float32)
            n_in = width
    path = tmp_path_factory.mktemp("vgg") / "vgg16.npz"
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("shape", [(16, 16, 3), (13, 10, 1)])
def test_images_of_any_size_go_round(arch, shape):
    system = small(shape, arch=arch)
    x = images(4, shape)
    system.step(x, stream(0, "noise"))
    assert system.reconstruct(x).shape == x.shape
    made = system.generate(3, stream(0, "sample"))
    assert made.shape == (3, *shape)
    assert 0 <= made.min() <= made.max() <= 1


def test_the_loss_is_equation_6_of_terms_that_loops_give():
    system = small(w_rec=0.3, w_perc=2.0, w_kl=0.7, dtype="float64")
    x = images().astype(np.float64)
    terms = system.measure(x, stream(0, "eval"))
    mu, logvar = system.encode(x)
    z = mu + np.exp(logvar / 2) * system.noise(len(x), stream(0, "eval"))
    again = system.decode(z)
    total = eq.eq2(x, again, mu, logvar)
    kl = kl_logvar(mu, logvar)[0]
    net = system.parts["features"].net
    places = tap_places(net, SHAPE)
    assert len(places) == 5
    taps = [net.forward_taps(one, places)[1] for one in (x, again)]
    perc = eq.eq4([eq.eq3(taps[0][place], taps[1][place]) for place in places])
    assert terms["kl"] == pytest.approx(kl)
    assert terms["reconstruction"] == pytest.approx(total - kl)
    assert terms["perceptual"] == pytest.approx(perc)
    loss = eq.eq6(total - kl, perc, kl, w_rec=0.3, w_perc=2.0, w_kl=0.7)
    assert terms["loss"] == pytest.approx(loss)
    assert terms["elbo"] == pytest.approx(-(3 * (total - kl) + kl))


@pytest.mark.parametrize("reduction", eq.REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"mu_as_logvar": True}, {"as_released": True}])
def test_what_both_nets_descend_has_the_slope_of_their_gradients(reduction, options):
    config = DFCVAE.config_class(
        shape=(6, 6, 2), widths=(3,), latent=2, w_rec=0.4, w_kl=0.8, w_perc=1.5,
        perc_reduction=reduction, **options,
    )  # fmt: skip
    parts = DFCVAE.parts_to_check(config)
    system = smooth(DFCVAE(config, 1, dtype=np.float64, parts=parts))
    x = images(3, (6, 6, 2)).astype(np.float64)
    grads, _ = system.gradients(x, stream(0, "noise"))
    rng = np.random.default_rng(0)
    for net in ("encoder", "decoder"):
        for key, p in system.nets[net].params.items():
            way = rng.standard_normal(p.shape)
            before, slope = p.copy(), []
            for sign in (1, -1):
                p[...] = before + sign * 1e-6 * way
                slope.append(system.gradients(x, stream(0, "noise"))[1]["loss"])
            p[...] = before
            expected = (slope[0] - slope[1]) / 2e-6
            assert np.sum(as_array(grads[net][key]) * way) == pytest.approx(
                expected, rel=1e-5, abs=1e-6
            )


def test_kl_of_the_paper_s_program_takes_mu_for_the_log_variance():
    system, x = small(mu_as_logvar=True), images()
    mu, logvar = system.encode(x)
    assert system.measure(x, stream(0, "eval"))["kl"] == pytest.approx(kl_logvar(mu, mu)[0])
    assert kl_logvar(mu, mu)[0] != pytest.approx(kl_logvar(mu, logvar)[0])


def test_the_switch_as_released_sets_the_others():
    config = small(as_released=True).config
    assert (config.mu_as_logvar, config.last_batch, config.perc_reduction) == (True, True, "sum")
    x = images(4)
    one, other = small(as_released=True, w_perc=1.0), small(perc_reduction="sum", w_perc=1.0)
    sums = [s.measure(x, stream(0, "eval"))["perceptual"] for s in (one, other)]
    assert sums[0] == pytest.approx(4 * sums[1], rel=1e-5)  # over the batch too


def test_the_last_batch_alone_validates_where_the_program_is_followed():
    x = images(70)
    plain, followed = small(), small(last_batch=True)
    whole = plain.evaluate(x, stream(0, "eval"))["loss"]
    last = plain.evaluate(x[64:], stream(0, "eval"))["loss"]
    assert followed.validate(x, stream(0, "eval"))["loss"] == last != whole
    thirty_two = followed.validate(x[:64], stream(0, "eval"))["loss"]
    assert thirty_two == plain.evaluate(x[32:64], stream(0, "eval"))["loss"]
    # Whoever scores it looks at all images.
    assert followed.evaluate(x, stream(0, "eval"))["loss"] == whole


def test_norms_at_the_logits_are_of_the_weighted_gradients():
    x = images()
    terms = [
        small(w_rec=a, w_perc=b, batch_norm=False).gradients(x, stream(0, "noise"))[1]
        for a, b in ((1, 1), (3, 5), (1, 0))
    ]
    for name, factor in (("reconstruction_at_logits", 3), ("perceptual_at_logits", 5)):
        assert terms[1][name] == pytest.approx(factor * terms[0][name], rel=1e-4)
    assert terms[2]["perceptual_at_logits"] == terms[2]["perceptual"] == 0
    assert terms[0]["sigma"] > 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["random", "vgg16", "classifier"])
def test_training_leaves_the_part_as_it_was_and_a_checkpoint_finds_it_again(
    kind, dtype, vgg_file, tmp_path
):
    words = {"vgg16": f"vgg16:{vgg_file}", "classifier": f"classifier:{tmp_path / 'c.npz'}"}
    if kind == "classifier":
        judge = build("classifier", shape=SHAPE, arch="conv", widths=(4, 5), classes=2, dtype=dtype)
        save(tmp_path / "c.npz", judge)
    config = DFCVAE.config_class(
        shape=SHAPE, widths=(4,), latent=2, features=words.get(kind, kind), taps=2
    )
    system = DFCVAE(config, 0, dtype=dtype, parts=parts_of(DFCVAE, config, 0, dtype))
    before = system.parts["features"].sha256
    Trainer(system, batch_size=3).fit(images(), 2)
    assert system.parts["features"].sha256 == before
    save(tmp_path / "d.npz", system)
    document, arrays = archive.read(tmp_path / "d.npz")
    part = document["parts"]["features"]
    assert part["sha256"] == before
    assert part["origin"] == config.features
    kept = sum(name.startswith("parts/") for name in arrays)
    assert (kept > 0) == part["kept"] == (kind != "vgg16")
    (tmp_path / "c.npz").unlink(missing_ok=True)  # what is kept needs no run
    again, _ = load(tmp_path / "d.npz")
    assert fingerprint(again.parts["features"].net) == before
    x = images().astype(dtype)
    measured = [s.measure(x, stream(0, "eval")) for s in (system, again)]
    assert measured[0] == measured[1]


def test_another_vgg16_than_it_was_trained_with_is_refused(vgg_file, tmp_path):
    file = tmp_path / "own.npz"
    file.write_bytes(vgg_file.read_bytes())
    system = small(features=f"vgg16:{file}", taps=1)
    save(tmp_path / "d.npz", system)
    arrays = dict(np.load(file))
    arrays["conv1_1.b"] = arrays["conv1_1.b"] + 1
    np.savez(file, **arrays)
    with pytest.raises(AvanpError, match="not the one that it was trained with"):
        load(tmp_path / "d.npz")
    file.unlink()
    with pytest.raises(AvanpError, match="no VGG16 weights"):
        load(tmp_path / "d.npz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"system": "./evil.py:Evil"}, "the net of no known system"),
        ({"net": "decoder"}, "is no net of a classifier"),
        ({"config": 3}, "is not described"),
    ],
)
def test_a_part_of_a_system_that_cannot_be_is_refused_and_runs_nothing(
    change, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.py").write_text("raise SystemExit('it ran')")
    judge = build("classifier", shape=SHAPE, arch="conv", widths=(4, 5), classes=2)
    save(tmp_path / "c.npz", judge)
    config = DFCVAE.config_class(
        shape=SHAPE, widths=(4,), latent=2, features=f"classifier:{tmp_path / 'c.npz'}"
    )
    save(tmp_path / "d.npz", DFCVAE(config, 0, parts=parts_of(DFCVAE, config, 0)))
    document, arrays = archive.read(tmp_path / "d.npz")
    document["parts"]["features"]["of"] |= change
    archive.write(tmp_path / "e.npz", document, arrays)
    with pytest.raises(AvanpError, match=message):
        load(tmp_path / "e.npz")


def test_a_part_that_is_described_larger_than_it_is_is_refused(tmp_path):
    judge = build("classifier", shape=SHAPE, arch="conv", widths=(4, 5), classes=2)
    save(tmp_path / "c.npz", judge)
    config = DFCVAE.config_class(
        shape=SHAPE, widths=(4,), latent=2, features=f"classifier:{tmp_path / 'c.npz'}"
    )
    save(tmp_path / "d.npz", DFCVAE(config, 0, parts=parts_of(DFCVAE, config, 0)))
    document, arrays = archive.read(tmp_path / "d.npz")
    document = json.loads(json.dumps(document))
    document["parts"]["features"]["of"]["config"]["widths"] = [4000, 5000]
    archive.write(tmp_path / "e.npz", document, arrays)
    with pytest.raises(AvanpError, match="fewer than its net needs"):
        load(tmp_path / "e.npz")


def test_the_taps_of_vgg16_are_the_first_relu_of_each_block(vgg_file):
    part = feature_part(f"vgg16:{vgg_file}", (64, 64, 3), None, np.float32, None)
    convolutions = [3 * 3 * n * m for n, m in ((3, 64), (64, 128), (128, 256), (256, 512))]
    sizes = []
    for place in tap_places(part.net, (64, 64, 3)):
        sizes.append(part.net.layers[place - 1].params["W"].size)
    assert sizes == [*convolutions, 3 * 3 * 512 * 512]
    assert len(tap_places(part.net, (5, 8, 3))) == 3  # 5, 2, 1


def test_vgg16_sees_colours_normalised_and_grey_as_three_equal_colours(vgg_file):
    x = images(2, (8, 8, 1))
    grey = feature_part(f"vgg16:{vgg_file}", (8, 8, 1), None, np.float32, None).net
    colour = feature_part(f"vgg16:{vgg_file}", (8, 8, 3), None, np.float32, None).net
    three = np.repeat(x, 3, axis=3)
    seen = colour.layers[0].forward(three)[0]
    expected = (three - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(seen, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(grey.layers[0].forward(x)[0], seen, rtol=1e-5, atol=1e-5)
    raw = feature_part(f"vgg16:{vgg_file}", (8, 8, 3), None, np.float32, None, normalise=False).net
    np.testing.assert_array_equal(raw.layers[0].forward(three)[0], three)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ("vgg19", "unknown features 'vgg19': choose from random, vgg16"),
        ("classifier:", "unknown features"),
        ("vgg16:none.npz", "no VGG16 weights"),
        ("classifier:runs/c", "is not looked for here"),
    ],
)
def test_features_that_cannot_be_are_named(features, message):
    with pytest.raises(AvanpError, match=message):
        small(features=features)


def test_more_taps_than_there_are_layers_are_refused():
    with pytest.raises(AvanpError, match=r"taps=4: features 'random' have 3 layers .* 5×4"):
        small((5, 4, 1), taps=4)


def test_codes_that_say_nothing_are_told_once_they_stay_so():
    system = small()
    rows = [{"kl": 0.4, "sigma": 0.99}, {"kl": 0.3, "sigma": 0.995}]
    assert "KL is 0.3 nats" in system.notice(rows)
    assert "σ of the codes is 0.9" in system.notice([{"kl": 5, "sigma": 0.9}] * 2)
    assert system.notice(rows[:1]) == system.notice([{"kl": 5, "sigma": 0.5}] * 2) == ""
    # On the way from where a training begins.
    assert system.notice([{"kl": 0.2, "sigma": 1.0}, {"kl": 0.9, "sigma": 0.9}]) == ""


def test_the_best_weights_by_all_validation_images_are_kept():
    x = images(12)
    trainer = Trainer(small(lr=0.01), batch_size=4, validation=x[8:], seed=1)
    rows = trainer.fit(x[:8], 4)
    assert trainer.best.loss == min(row["validation.loss"] for row in rows)


def test_log_variances_begin_near_0_and_are_held_to_8():
    system, x = small(arch="conv", latent=40), images(8)
    mu, logvar = system.encode(x)
    assert 0 < logvar.std() < 0.2 * mu.std()
    (bias,) = (p for key, p in system.encoder.params.items() if key.endswith("logvar.b"))
    bias[...] = 100
    assert (system.encode(x)[1] == 8).all()


def test_halves_of_a_code_are_mu_and_logvar():
    system, x = small(), images(2)
    mu, logvar = halves(system.encoder.forward(x)[0])
    np.testing.assert_array_equal(system.encode(x)[0], mu)
    assert logvar.shape == (2, 3)


def test_the_command_line_names_the_part_and_goes_on_with_it(tmp_path):
    digits = ("--data", "digits", "--limit", "60", "--batch", "20")
    words = ("--arch", "conv", "--widths", "4,5", "--epochs", "1", "--out", "c")
    assert avanp(tmp_path, "train", "classifier", *digits, *words).code == 0
    words = ("--widths", "4", "--latent", "3", "--features", "classifier:c", "--out", "d")
    for epochs in ("1", "2"):
        done = avanp(tmp_path, "train", "DFC-VAE", *digits, *words, "--epochs", epochs)
        assert done.code == 0, done.err
    assert "features: " in done.out
    assert "from classifier:c, not trained" in done.out
    assert "goes on after epoch 1" in done.out
    (tmp_path / "c").rename(tmp_path / "moved")
    done = avanp(tmp_path, "vary", "d", "--label", "3", "--per-image", "1", "--out", "made")
    assert done.code == 0, done.err
    done = avanp(tmp_path, "train", "DFC-VAE", *digits, *words[:-1], "e")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert not (tmp_path / "e").exists()
