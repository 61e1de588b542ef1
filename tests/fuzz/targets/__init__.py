"""Every reader that is tried."""

from fuzz.target import Target
from fuzz.targets import archives, arrays, checkpoints, images, sets, sweeps, tables, words

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (images, arrays, sets, tables, checkpoints, sweeps, words, archives)
    for target in module.TARGETS
}
