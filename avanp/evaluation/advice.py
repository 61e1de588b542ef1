"""Why images look as they do, and what to change."""

from collections.abc import Callable
from typing import Any, NamedTuple

SAMPLES, RECONSTRUCTIONS, GAME = "samples", "reconstructions", "game"


class Change(NamedTuple):
    """What may be changed; where the configuration has `option`, and not a value that is `done`."""

    says: str
    option: str = ""
    done: Callable[[Any], bool] = lambda value: False


EPOCHS, IMAGES = Change("more --epochs"), Change("more images")
SLOWER = Change("a smaller --lr")
WIDER, NARROWER = Change("a larger --latent", "latent"), Change("a smaller --latent", "latent")
SMALLER = Change("smaller --widths", "widths")
LESS_KL, MORE_KL = Change("a smaller --beta", "beta"), Change("a larger --beta", "beta")
FREE = Change("--free-nats 0.1", "free_nats", lambda nats: nats > 0)
WARMUP = Change("--warmup 500", "warmup", lambda steps: steps >= 500)
OPTIMAL = Change(
    "--likelihood optimal-gaussian", "likelihood", lambda kind: kind == "optimal-gaussian"
)
GMM = Change("avanp generate RUN --sampler gmm, which needs no training")
UPSAMPLE = Change("--arch upsample", "arch", lambda arch: arch != "conv")
SQUARES = Change("--loss least-squares", "loss", lambda loss: loss == "least-squares")
Cause = tuple[str, tuple[Change, ...]]
LITTLE: Cause = "the codes keep too little of an image", (WIDER, OPTIMAL, LESS_KL)
MEAN: Cause = "the mean of many possible images is what pays", (OPTIMAL, WIDER)
UNBALANCED: Cause = "the game is young, or out of balance", (EPOCHS, SLOWER)
STRIDES: Cause = "transposed convolutions of stride 2 write some pixels more often", (UPSAMPLE,)
UNSETTLED: Cause = "the decoder writes detail that no image has", (SLOWER, SMALLER)
BY_HEART = "the training images are known by heart"
SHORT: Cause = "the training was short", (EPOCHS,)
# By what is seen: why, and what to change; of samples and reconstructions of a model that has
# codes of images, and of one that plays a game.
WHY: dict[str, dict[str, Cause]] = {
    "blurred": {SAMPLES: LITTLE, RECONSTRUCTIONS: LITTLE, GAME: UNBALANCED},
    "mottled": {
        SAMPLES: ("codes are drawn where no image has its code", (GMM, MORE_KL)),
        RECONSTRUCTIONS: UNSETTLED,
        GAME: UNBALANCED,
    },
    "all alike": {
        SAMPLES: (
            "the codes say nothing (posterior collapse), or lie close together",
            (GMM, LESS_KL, FREE, WARMUP),
        ),
        RECONSTRUCTIONS: ("the codes say nothing (posterior collapse)", (LESS_KL, FREE, WARMUP)),
        GAME: (
            "the decoder has found a few images that fool (mode collapse)",
            (SLOWER, Change("a larger --batch"), SQUARES),
        ),
    },
    "checkerboard": {SAMPLES: STRIDES, RECONSTRUCTIONS: STRIDES, GAME: STRIDES},
    "washed out": {SAMPLES: MEAN, RECONSTRUCTIONS: MEAN, GAME: UNBALANCED},
    "overfitted": {
        SAMPLES: (BY_HEART, (IMAGES, NARROWER, SMALLER)),
        RECONSTRUCTIONS: (BY_HEART, (IMAGES, Change("--patience 10"), NARROWER, SMALLER)),
        GAME: (BY_HEART, (IMAGES, Change("fewer --epochs"))),
    },
}


def what_to_change(config: Any, changes: tuple[Change, ...]) -> str:
    """Return what there is to change, of what a configuration has and has not set."""

    def helps(change: Change) -> bool:
        if change is GMM:  # fits one where the model keeps none
            return not getattr(config, "mixture", 0)
        if not change.option:
            return True
        value = getattr(config, change.option, None)
        return value is not None and not change.done(value)

    left = [change for change in changes if helps(change)]
    others = [change.says for change in left if change is not GMM]
    found = [GMM.says] if GMM in left else []
    if others:
        last = " or ".join(others[-2:])
        found.append(f"a new --out with {', '.join([*others[:-2], last])}")
    return ", or ".join(found)
