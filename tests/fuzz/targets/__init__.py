"""Every reader that is tried."""

from fuzz.target import Target
from fuzz.targets import (
    archives,
    arrays,
    caches,
    checkpoints,
    images,
    reports,
    sets,
    sweeps,
    tables,
    words,
)  # fmt: skip

MODULES = (images, arrays, caches, sets, tables, checkpoints, sweeps, reports, words, archives)
TARGETS: dict[str, Target] = {
    target.name: target for module in MODULES for target in module.TARGETS
}
