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

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (
        images,
        arrays,
        caches,
        sets,
        tables,
        checkpoints,
        sweeps,
        reports,
        words,
        archives,
    )
    for target in module.TARGETS
}
