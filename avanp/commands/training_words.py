"""What `avanp train` says before it trains, and when it is interrupted."""

from collections.abc import Iterator

from avanp.commands.work import Work
from avanp.systems.auto import FEW_STEPS, GAMES
from avanp.systems.options import value_words
from avanp.training.checkpoint import describe
from avanp.training.trainer import NAME, Trainer


def introduction(trainer: Trainer, work: Work) -> Iterator[str]:
    """Yield what is trained on what, where it stands, and a note where it will not be enough."""
    images, system = work.images, trainer.system
    train = images["train"]
    colour = "grey" if train.channels == 1 else "RGB"
    counts = ", ".join(f"{len(part):,} {name}" for name, part in images.items())
    yield f"data: {train.name}, {train.width}x{train.height} {colour}: {counts}"
    config = system.config
    nets = ", ".join(
        f"{name} {sum(p.size for p in net.params.values()):,}" for name, net in system.nets.items()
    )
    widths = "-".join(map(str, config.hidden))
    code = f", codes of {config.latent}" if "generate" in system.can else ""
    net = f"{system.name}, {config.arch} {widths}{code}"
    yield f"{net}: {system.n_parameters:,} parameters ({nets})"
    for name, part in system.parts.items():
        size = sum(p.size for p in part.net.params.values())
        yield f"{name}: {size:,} parameters from {part.origin}, not trained"
    rate = f"{config.optimiser}, rate {config.lr:g}, batches of {trainer.batch_size}"
    yield f"{rate}, seed {trainer.seed}"
    if work.chosen:
        said = ", ".join(f"--{name} {value_words(value)}" for name, value in work.chosen.items())
        yield f"chosen for these images, where you gave nothing else: {said}"
    if not work.left(trainer):
        return
    if trainer.step:
        where = f"step {trainer.step}" if work.asked.steps else f"epoch {trainer.epoch}"
        yield f"goes on after {where}"
    game = system.name in GAMES
    if work.steps < FEW_STEPS[game] and "generate" in system.can:
        yield (
            f"note: few steps in all ({work.steps}): a {system.name} shows shapes after some "
            f"{FEW_STEPS[game]}; give more --epochs or a smaller --batch"
        )


def kept(work: Work) -> str:
    """Return what an interrupted training has left, in words."""
    out = work.out
    if not (out / NAME).exists():
        return "nothing kept"
    described = describe(out / NAME)
    return f"steps up to {described['step']} are in {out}; the same command goes on"
