"""VEC, the first stage of SSAVAE: an encoder and a classifier that structure the codes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.two_heads import halves
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.kl import kl_logvar
from avanp.losses.squared_error import squared_error
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.structured import UNLABELLED, Structured, build_net
from avanp.systems.term import Term
from avanp.systems.vec_config import OF_LABELLED, VECConfig
from avanp.systems.words import KL

NETS = ("encoder", "classifier")


def _loss(config: VECConfig) -> str:
    third = " + weighted reconstruction" if config.reconstruction_weight else ""
    return f"weighted kl + cross-entropy{third}: what all nets descend"


class VEC(Structured):
    """Encoder and classifier descend weighted KL + cross-entropy (Zemouri 2020, Eq. 6).

    A batch is the pair (images, labels). An image of label -1 has none and pays KL, and where there
    is one the reconstruction of a decoder, as all images do; the cross-entropy is the mean over the
    labelled.
    """

    name = "VEC"
    config_class = VECConfig
    can = frozenset({"encode", "classify"})
    needs_labels = takes_unlabelled = True
    schedule = "cosine"
    checked_with = {
        "classes": 3,
        "widths": (2, 3, 2),
        "kl_weight": 0.7,
        "reconstruction_weight": 0.6,
    }
    terms = {
        "loss": Term(_loss, "nats", "loss"),
        "cross_entropy": Term(
            "of the classes read from drawn codes, in nats", "nats", "cross_entropy", NETS
        ),
        "kl": KL,
        "accuracy": Term("share of labelled images whose class is found", "share", "accuracy"),
        "reconstruction": Term(
            "of the decoder: cross-entropy or squared error, mean over pixels",
            "",
            "reconstruction",
            ("encoder", "decoder"),
        ),
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder and classifier, and a decoder where it is trained along."""
        names = (*NETS, "decoder") if self.config.reconstruction_weight else NETS
        return {net: build_net(net, self.config, streams, self.dtype) for net in names}

    def gradients(self, batch: tuple[Array, Array], rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of all nets; KL summed over a code and unweighted, in nats."""
        x, labels = batch
        code, encoder_cache = self.encoder.forward(x, train=True, rng=rng)
        mu, logvar = halves(code)
        eps = self.noise(len(x), rng)
        z = reparameterise(mu, logvar, eps)
        logits, class_cache = self.classifier.forward(z, train=True, rng=rng)
        entropy, dlogits = _cross_entropy(logits, labels)
        dz, of_classifier = self.classifier.backward(dlogits, class_cache)
        assert dz is not None
        grads: Gradients = {"encoder": {}, "classifier": of_classifier}
        penalty, dmu, dlogvar = self._kl(mu, logvar)
        terms = {"loss": penalty + entropy, "cross_entropy": entropy}
        if weight := self.config.reconstruction_weight:
            output, cache = self.decoder.forward(z, train=True, rng=rng)
            rec, doutput = self._reconstruction(output, x)
            back, grads["decoder"] = self.decoder.backward(weight * doutput, cache)
            assert back is not None
            dz = dz + back
            terms |= {"loss": terms["loss"] + weight * rec, "reconstruction": rec}
        through_z = reparameterise_backward(dz, logvar, eps)
        dcode = np.concatenate([through_z[0] + dmu, through_z[1] + dlogvar], axis=-1)
        _, grads["encoder"] = self.encoder.backward(dcode, encoder_cache, wrt="params")
        return grads, terms | {"kl": kl_logvar(mu, logvar)[0], **_accuracy(logits, labels)}

    def measure(self, batch: tuple[Array, Array], rng: Rng) -> Terms:
        """Return the terms with mu in the place of a draw."""
        x, labels = batch
        mu, logvar = halves(self._encode(x))
        mu = np.ascontiguousarray(mu)
        logits = self.classifier.forward(mu)[0]
        entropy, penalty = _cross_entropy(logits, labels)[0], self._kl(mu, logvar)[0]
        terms = {"loss": penalty + entropy, "cross_entropy": entropy}
        if weight := self.config.reconstruction_weight:
            rec, _ = self._reconstruction(self.decoder.forward(mu)[0], x)
            terms |= {"loss": terms["loss"] + weight * rec, "reconstruction": rec}
        return terms | {"kl": kl_logvar(mu, logvar)[0], **_accuracy(logits, labels)}

    def counted(self, term: str, labels: Array) -> int:
        """Return of how many images a term is the mean: some are of the labelled ones alone."""
        if term in OF_LABELLED:
            return int(np.count_nonzero(labels != UNLABELLED))
        return super().counted(term, labels)

    def evaluate(self, batch: tuple[Array, Array], rng: Rng) -> Terms:
        """Return `measure` of any number of images; the cross-entropy is that of the labelled."""
        terms, c = super().evaluate(batch, rng), self.config
        if np.any(batch[1] == UNLABELLED):  # not the mean of chunks', of which few are in some
            kl = terms["kl"] / (c.latent if c.kl_reduction == "mean" else 1)
            rec = c.reconstruction_weight * terms.get("reconstruction", 0.0)
            terms["loss"] = c.kl_weight * kl + terms.get("cross_entropy", 0.0) + rec
        return terms

    def _kl(self, mu: Array, logvar: Array) -> tuple[float, Array, Array]:
        c = self.config
        return kl_logvar(mu, logvar, weight=c.kl_weight, reduction=c.kl_reduction)

    def _reconstruction(self, output: Array, x: Array) -> tuple[float, Array]:
        """Return the mean over pixels of cross-entropy, or squared error, and its cotangent."""
        unit = self.config.pixel_range == "unit"
        value, doutput = bernoulli_logits(output, x) if unit else squared_error(output, x)
        pixels = int(np.prod(self.config.shape))
        return value / pixels, doutput / pixels


def _cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Return ``(value, dlogits)`` of the mean cross-entropy of the labelled, 0 where none is."""
    labelled = labels != UNLABELLED
    dlogits = np.zeros_like(logits)
    if not labelled.any():
        return 0.0, dlogits
    value, dlogits[labelled] = softmax_cross_entropy(logits[labelled], labels[labelled])
    return value, dlogits


def _accuracy(logits: Array, labels: Array) -> dict[str, Any]:
    """Return the accuracy on the labelled as a term; no term where none is."""
    labelled = labels != UNLABELLED
    if not labelled.any():
        return {}
    return {"accuracy": float(np.mean(logits.argmax(axis=1)[labelled] == labels[labelled]))}
