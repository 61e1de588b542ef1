"""L_rec + γ L_latent of SSAVAE: images and the decoder's compared by the frozen first stage."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.losses.class_probability import class_probability
from avanp.losses.reconstruction import mean_squared
from avanp.nets.ssavae import taps

Terms = dict[str, float]


def compared(encoder: Sequential, config: Any) -> dict[int, float]:
    """Return the weights α of the layers that Eq. 9 compares, those of weight 0 left out."""
    weights = zip(taps(encoder), config.alphas, strict=True)
    return {tap: alpha for tap, alpha in weights if alpha}


def consistency(
    encoder: Sequential,
    classifier: Layer,
    config: Any,
    again: Array,
    wanted: Mapping[int, Array],
    classes: Array,
) -> tuple[Terms, Array]:
    """Return L_rec + γ L_latent as "loss", with its terms, and its cotangent of the images.

    One pass back through the encoder serves both; without γ it begins at the deepest tap.

    Parameters
    ----------
    encoder, classifier : Layer
        Outside training; no parameter of theirs gets a gradient.
    config : SSAVAEConfig
    again : ndarray (B, H, W, C)
        The decoder's images, X^.
    wanted : mapping of int to ndarray
        The encoder's features φ_i(X) of the images themselves, constant.
    classes : ndarray (B, classes)
        Class(Z) of the images' codes, constant.
    """
    weights, net = compared(encoder, config), encoder
    if not (weights or config.gamma):
        return {"loss": 0.0}, np.zeros_like(again)
    if not config.gamma:
        net = Sequential(net.layers[: max(weights) + 1])
    code, seen, caches = net.forward_taps(again, weights)
    rec, dtaps = 0.0, {}
    for tap, alpha in weights.items():
        value, dtap = mean_squared(seen[tap], wanted[tap])
        rec += alpha * value
        dtaps[tap] = alpha * dtap
    terms = {"loss": rec, "reconstruction": rec}
    if config.gamma:
        # Of the mean of the code: a draw would add its noise to the distance.
        logits, cache = classifier.forward(np.ascontiguousarray(halves(code)[0]))
        latent, dlogits = class_probability(logits, classes, reduction=config.latent_reduction)
        dmu, _ = classifier.backward(config.gamma * dlogits, cache, wrt="input")
        assert dmu is not None
        dcode = np.concatenate([dmu, np.zeros_like(dmu)], axis=-1)
        terms |= {"loss": rec + config.gamma * latent, "latent_loss": latent}
    else:
        dcode = dtaps.pop(max(weights))
    dx, _ = net.backward_taps(dcode, dtaps, caches, wrt="input")
    assert dx is not None
    return terms, dx
