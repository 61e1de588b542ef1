"""Small systems, and whether two are one."""

from avanp.systems import build
from avanp.systems.find import find
from avanp.systems.options import options_of

SMALL = {"widths": (8, 6), "latent": 3, "classes": 3}


def small(name="VAE", *, shape, seed=0, dtype="float32", **options):
    """Return a system of few units; what it has no option for is left out of the defaults."""
    known = options_of(find(name).config_class)
    defaults = {key: value for key, value in SMALL.items() if key in known}
    return build(name, seed=seed, dtype=dtype, shape=shape, **(defaults | options))


def same(one, other):
    """Return whether two systems have the same weights, bit for bit."""
    a, b = one.parameters(), other.parameters()
    return a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a)
