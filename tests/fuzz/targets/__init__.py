"""Every reader that is tried."""

from fuzz.target import Target
from fuzz.targets import archives, arrays, checkpoints, images, sweeps, tables, words

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (images, arrays, tables, checkpoints, sweeps, words, archives)
    for target in module.TARGETS
}
