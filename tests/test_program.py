"""The program's rules: eight numbered deviations, each a switch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.ava.deviations import ALL, DEVIATIONS
from avanp.ava.experiment import run_cell
from avanp.ava.nets import NetConfig, build
from avanp.ava.printed import PrintedRules
from avanp.ava.program import ProgramRules
from avanp.ava.rules import rules_from_name
from avanp.data.jungle import jungle
from avanp.errors import AvanpError
from avanp.registry import MODELS, load

TINY = NetConfig(n_pixels=6, n_channels=3, hidden=4, latent=3, init="glorot", factored=False)


@pytest.fixture(scope="module")
def images():
    return np.ascontiguousarray(jungle().as_float()[:, ::8, ::8])


def trained(model, rules, seed=0, gamma=0.7, updates=3, config=TINY):
    """Weights of every net after a few updates in float64."""
    rng = np.random.default_rng(seed)
    nets = build(load("model", model), config, rng, np.float64)
    x, r, r2 = rng.random((3, updates, 6)), *rng.standard_normal((2, updates, 3))
    for i in range(updates):
        rules.step(nets, x[:, i : i + 1], r[i : i + 1], r2[i : i + 1], gamma)
    return {f"{net}.{k}": p for net, n in nets.named().items() for k, p in n.params.items()}


def same(one, other):
    return all(np.array_equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize("model", MODELS)
@given(seed=st.integers(0, 10**6))
def test_without_its_deviations_the_program_is_printed(model, seed):
    program = trained(model, ProgramRules(frozenset()), seed)
    for name, p in trained(model, PrintedRules(), seed).items():
        np.testing.assert_allclose(program[name], p, rtol=1e-12, atol=1e-14)


MATTERS = {
    1: ("AVA1", "AVA2", "AVA5", "GAN"),
    2: ("AVA3", "AVA4", "AVA5"),
    3: ("VAE", "AVA1", "AVA2", "AVA3", "AVA4", "AVA5"),
    4: ("GAN",),
    5: tuple(MODELS),
    6: tuple(MODELS),
    7: ("AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "GAN"),
    # Under 1 and 4 a GAN's two steps use nothing of each other.
    8: ("AVA1", "AVA2", "AVA3", "AVA4", "AVA5"),
}


@pytest.mark.parametrize("deviation", DEVIATIONS)
@pytest.mark.parametrize("model", MODELS)
def test_each_deviation_changes_the_models_it_is_about_and_no_other(model, deviation):
    without = trained(model, ProgramRules(ALL - {deviation}))
    changed = not same(without, trained(model, ProgramRules()))
    assert changed == (model in MATTERS[deviation])


@pytest.mark.parametrize(("one", "other"), [("AVA1", "AVA2"), ("AVA3", "AVA4")])
@pytest.mark.parametrize("gamma", [1.0, 0.1, 0.01])
def test_the_leaning_terms_change_no_bit_of_any_image(images, one, other, gamma):
    cells = [run_cell(images, load("model", m), ProgramRules(), gamma, 3) for m in (one, other)]
    assert cells[0].bm == cells[1].bm
    np.testing.assert_array_equal(cells[0].samples, cells[1].samples)


def test_the_discriminator_never_reaches_the_decoder():
    # AVA1 with its d taken out after each update, against AVA1.
    rules = ProgramRules()
    rng = np.random.default_rng(2)
    x, r = rng.random((3, 4, 6)), rng.standard_normal((4, 3))
    runs = []
    for clear in (False, True):
        nets = build(load("model", "AVA1"), TINY, np.random.default_rng(0), np.float64)
        for i in range(4):
            rules.step(nets, x[:, i : i + 1], r[i : i + 1], r[i : i + 1], 0.5)
            if clear:
                for p in nets.d.params.values():
                    p[...] = 0
        runs.append({**nets.decoder.params, **nets.encoder.params})
    assert same(*runs)


def test_gan_is_ava1_but_for_the_distribution_of_z():
    # One update from zero weights: the decoder's error does not depend on z at all.
    config = NetConfig(n_pixels=6, n_channels=3, hidden=4, latent=3, factored=False)
    ava, gan = (trained(m, ProgramRules(), updates=1, config=config) for m in ("AVA1", "GAN"))
    np.testing.assert_array_equal(ava["decoder.2.b"], gan["decoder.2.b"])


def test_a_pixel_with_a_saturated_channel_loses_its_adversarial_term():
    from avanp.ava.program import program_pixel_term

    x_gen = np.full((3, 1, 2), 0.5)
    x_gen[1, 0, 0] = 1.0
    term = program_pixel_term(x_gen, 0.5)
    np.testing.assert_array_equal(term[:, 0, 0], 0)
    np.testing.assert_array_equal(term[:, 0, 1], 0.25)


def test_a_deviation_is_switched_off_by_name():
    assert rules_from_name("program-3") == ProgramRules(ALL - {3})
    assert rules_from_name("program-1-2") == ProgramRules(ALL - {1, 2})
    assert rules_from_name("program") == ProgramRules()


@pytest.mark.parametrize("name", ["program-9", "program-", "program-x", "printed-3", "real"])
def test_an_unknown_rule_set_is_named_in_one_line(name):
    with pytest.raises(AvanpError) as error:
        rules_from_name(name)
    assert "\n" not in str(error.value)


def test_the_program_takes_one_image_at_a_time():
    nets = build(load("model", "VAE"), TINY, np.random.default_rng(0), np.float64)
    with pytest.raises(AvanpError, match="batch_size=1"):
        ProgramRules().step(nets, np.zeros((3, 2, 6)), np.zeros((2, 3)), np.zeros((2, 3)), 0.1)
