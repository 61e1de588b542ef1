"""Small systems, and whether two are one."""

import numpy as np

from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.systems.parts import Part
from avanp.systems.streams import Streams

SMALL = {"widths": (8, 6), "latent": 3, "classes": 3}


def small(name="VAE", *, shape, seed=0, dtype="float32", **options):
    """Return a system of few units; options that it has not, an `arch` too, are left out."""
    kind = find(name)
    known = options_of(kind.config_class)
    own = {key: kind.checked_with[key] for key in ("widths",) if key in kind.checked_with}
    options = {k: v for k, v in (SMALL | own | options).items() if k in known}
    if options.get("arch") not in known["arch"].choices:
        options.pop("arch", None)
    config = kind.config_class.from_options(shape=shape, **options)
    parts = None
    if kind.first_stage is not None:
        new = {part: kind.build_part(part, config, Streams(1), dtype) for part in kind.part_names}
        parts = {part: Part(net, "random") for part, net in new.items()}
    return kind(config, seed, dtype=np.dtype(dtype), parts=parts)


def same(one, other):
    """Return whether two systems have the same weights, bit for bit."""
    a, b = one.parameters(), other.parameters()
    return a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a)


def losses_of(system, batch, rng):
    """Return what each net descends, no weight moving; running moments and `state` do."""
    values = {}
    for grads, terms in system.updates(lambda: batch, rng):
        descended = system.descends(terms)
        values |= {net: descended[net] for net in grads}
    return values
